;; Threads that yield, under a scheduler with a queue in a table: `yields` puts them there itself; in `forks` each
;; thread asks the scheduler for the next by a second tag. The answer is the sum of what the threads counted.
(module
  (type $f (func))
  (type $k (cont $f))
  (type $fi (func (param i32)))
  (type $ki (cont $fi))
  (tag $yield)
  (tag $fork (param (ref $k)))
  (table $queue 4096 (ref null $k)) ;; a ring
  (global $front (mut i32) (i32.const 0))
  (global $back (mut i32) (i32.const 0))
  (global $counted (mut i64) (i64.const 0))
  (global $left (mut i32) (i32.const 0))
  (global $each (mut i32) (i32.const 0))

  (func $enqueue (param $k (ref $k))
    (table.set $queue (i32.and (global.get $back) (i32.const 4095)) (local.get $k))
    (global.set $back (i32.add (global.get $back) (i32.const 1))))
  (func $dequeue (result (ref null $k)) (local $at i32)
    (if (i32.eq (global.get $front) (global.get $back)) (then (return (ref.null $k))))
    (local.set $at (i32.and (global.get $front) (i32.const 4095)))
    (global.set $front (i32.add (global.get $front) (i32.const 1)))
    (table.get $queue (local.get $at)))

  (func $thread (param $n i32)
    (loop $next
      (global.set $counted (i64.add (global.get $counted) (i64.const 1)))
      (suspend $yield)
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $forker
    (global.set $left (i32.sub (global.get $left) (i32.const 1)))
    (if (global.get $left) (then (suspend $fork (cont.new $k (ref.func $forker)))))
    (call $thread (global.get $each)))
  (elem declare func $thread $forker)

  (func $schedule (local $k (ref null $k))
    (loop $next
      (block $none
        (local.set $k (br_on_null $none (call $dequeue)))
        (block $on_fork (result (ref $k) (ref $k))
          (block $on_yield (result (ref $k))
            (resume $k (on $yield $on_yield) (on $fork $on_fork) (local.get $k))
            (br $next))
          (call $enqueue)
          (br $next))
        (call $enqueue)
        (call $enqueue)
        (br $next))))

  (func (export "yields") (param $threads i32) (param $n i32) (result i64) (local $i i32)
    (global.set $counted (i64.const 0))
    (local.set $i (local.get $threads))
    (loop $next
      (call $enqueue (cont.bind $ki $k (i32.div_u (local.get $n) (local.get $threads))
                                       (cont.new $ki (ref.func $thread))))
      (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (call $schedule)
    (global.get $counted))
  (func (export "forks") (param $threads i32) (param $n i32) (result i64)
    (global.set $counted (i64.const 0))
    (global.set $left (local.get $threads))
    (global.set $each (i32.div_u (local.get $n) (local.get $threads)))
    (call $enqueue (cont.new $k (ref.func $forker)))
    (call $schedule)
    (global.get $counted)))
