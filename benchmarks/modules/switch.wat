;; Threads that hand over to the next by `switch`; the scheduler is back only when one ends.
(module
  (rec
    (type $f (func (param (ref null $k))))
    (type $k (cont $f)))
  (type $fi (func (param i32 (ref null $k))))
  (type $ki (cont $fi))
  (tag $yield)
  (table $queue 4096 (ref null $k)) ;; a ring
  (global $front (mut i32) (i32.const 0))
  (global $back (mut i32) (i32.const 0))
  (global $counted (mut i64) (i64.const 0))

  (func $enqueue (param $k (ref null $k))
    (if (ref.is_null (local.get $k)) (then (return)))
    (table.set $queue (i32.and (global.get $back) (i32.const 4095)) (local.get $k))
    (global.set $back (i32.add (global.get $back) (i32.const 1))))
  (func $dequeue (result (ref null $k)) (local $at i32)
    (if (i32.eq (global.get $front) (global.get $back)) (then (return (ref.null $k))))
    (local.set $at (i32.and (global.get $front) (i32.const 4095)))
    (global.set $front (i32.add (global.get $front) (i32.const 1)))
    (table.get $queue (local.get $at)))

  (func $thread (param $n i32) (param $left (ref null $k)) (local $k (ref null $k))
    (call $enqueue (local.get $left))
    (loop $next
      (global.set $counted (i64.add (global.get $counted) (i64.const 1)))
      (block $alone
        (local.set $k (br_on_null $alone (call $dequeue)))
        (call $enqueue (switch $k $yield (local.get $k))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (elem declare func $thread)

  (func (export "switches") (param $threads i32) (param $n i32) (result i64)
    (local $i i32) (local $k (ref null $k))
    (global.set $counted (i64.const 0))
    (local.set $i (local.get $threads))
    (loop $next
      (call $enqueue (cont.bind $ki $k (i32.div_u (local.get $n) (local.get $threads))
                                       (cont.new $ki (ref.func $thread))))
      (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (loop $next
      (block $none
        (local.set $k (br_on_null $none (call $dequeue)))
        (resume $k (on $yield switch) (ref.null $k) (local.get $k))
        (br $next)))
    (global.get $counted)))
