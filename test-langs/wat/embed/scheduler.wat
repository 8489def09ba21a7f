;; Tasks that await promises of the host, and their scheduler, all in the module. A task suspends by $await; the
;; scheduler's handler takes the promise and keeps the continuation. When every task waits, the scheduler itself suspends
;; by $next, which no handler here takes: the host answers it with a promise that is fulfilled. So the host never
;; says which task goes on; the scheduler does: the highest number first, whatever was fulfilled first.
(module $scheduler
  (type $task (func (param i64)))
  (type $k (cont $task))
  (import "host" "timer" (func $timer (param i64) (result i64)))       ;; a promise of 7, after nanoseconds
  (import "host" "read" (func $read (result i64)))                     ;; a promise of the next byte
  (import "host" "collect" (func $collect (param i64)))                ;; from now on $next and $poll tell of it
  (import "host" "poll" (func $poll (result i64 i64)))                 ;; a fulfilled promise and its value, or 0
  (import "host" "log" (func $log (param i32 i32 i64)))                ;; event, task, number
  (import "host" "await" (tag $await (param i64) (result i64)))        ;; a promise; answered by its value
  (import "host" "next" (tag $next (result i64 i64)))                  ;; as $poll, but waits

  ;; The scheduler's state, of task n: its continuation, at 16n its promise, at 16n + 8 what it goes on with.
  (table $conts 3 (ref null $k))
  (memory 1)
  (global $waiting (mut i32) (i32.const 0)) ;; a bit for each task
  (global $ready (mut i32) (i32.const 0))
  (global $running (mut i32) (i32.const -1))
  (global $picks (mut i64) (i64.const 0))
  (global $sum (mut i64) (i64.const 0))

  (elem declare func $worker)

  ;; --- tasks

  ;; Awaits, and sees that it goes on only as the one whom the scheduler runs.
  (func $get (param $promise i64) (local $me i32) (local $value i64)
    (local.set $me (global.get $running))
    (local.set $value (suspend $await (local.get $promise)))
    (if (i32.ne (global.get $running) (local.get $me))
      (then unreachable))
    (call $log (i32.const 2) (local.get $me) (local.get $value))
    (global.set $sum (i64.add (global.get $sum) (local.get $value))))

  (func $worker (param $ns i64)
    (call $get (call $timer (local.get $ns)))
    (call $get (call $read)))

  ;; --- the scheduler

  (func $bit (param $n i32) (result i32)
    (i32.shl (i32.const 1) (local.get $n)))

  (func $spawn (param $n i32) (param $ns i64)
    (table.set $conts (local.get $n) (cont.new $k (ref.func $worker)))
    (i64.store offset=8 (i32.mul (local.get $n) (i32.const 16)) (local.get $ns))
    (global.set $ready (i32.or (global.get $ready) (call $bit (local.get $n)))))

  ;; Whoever waits for the promise is ready.
  (func $fulfil (param $promise i64) (param $value i64) (local $n i32)
    (loop $search
      (if (i32.and (global.get $waiting) (call $bit (local.get $n)))
        (then
          (if (i64.eq (i64.load (i32.mul (local.get $n) (i32.const 16))) (local.get $promise))
            (then
              (i64.store offset=8 (i32.mul (local.get $n) (i32.const 16)) (local.get $value))
              (global.set $waiting (i32.xor (global.get $waiting) (call $bit (local.get $n))))
              (global.set $ready (i32.or (global.get $ready) (call $bit (local.get $n))))
              (return)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $search (i32.lt_u (local.get $n) (i32.const 3))))
    unreachable)

  ;; Runs the task until it waits or ends.
  (func $step (param $n i32)
    (global.set $ready (i32.xor (global.get $ready) (call $bit (local.get $n))))
    (global.set $running (local.get $n))
    (global.set $picks (i64.add (global.get $picks) (i64.const 1)))
    (call $log (i32.const 0) (local.get $n) (global.get $picks))
    (block $awaits (result i64 (ref $k))
      (resume $k (on $await $awaits)
        (i64.load offset=8 (i32.mul (local.get $n) (i32.const 16)))
        (ref.as_non_null (table.get $conts (local.get $n))))
      (call $log (i32.const 3) (local.get $n) (global.get $picks))
      (global.set $running (i32.const -1))
      (return))
    (call $keep (local.get $n))
    (global.set $running (i32.const -1)))

  (func $keep (param $promise i64) (param $cont (ref $k)) (param $n i32)
    (table.set $conts (local.get $n) (local.get $cont))
    (i64.store (i32.mul (local.get $n) (i32.const 16)) (local.get $promise))
    (global.set $waiting (i32.or (global.get $waiting) (call $bit (local.get $n))))
    (call $log (i32.const 1) (local.get $n) (i64.const 0))
    (call $collect (local.get $promise)))

  ;; All that is fulfilled already.
  (func $drain (local $promise i64) (local $value i64)
    (loop $more
      (call $poll)
      (local.set $value)
      (local.set $promise)
      (if (i64.ne (local.get $promise) (i64.const 0))
        (then
          (call $fulfil (local.get $promise) (local.get $value))
          (br $more)))))

  (func (export "run") (result i64 i64)
    (call $spawn (i32.const 0) (i64.const 3000000))
    (call $spawn (i32.const 1) (i64.const 2000000))
    (call $spawn (i32.const 2) (i64.const 1000000))
    (loop $turn
      (call $drain)
      (if (global.get $ready)
        (then
          (call $step (i32.sub (i32.const 31) (i32.clz (global.get $ready))))
          (br $turn)))
      (if (global.get $waiting)
        (then
          (suspend $next)
          (call $fulfil)
          (br $turn))))
    (global.get $picks)
    (global.get $sum))

  ;; With no scheduler around it, an await is the host's, and parks the host's task.
  (func (export "alone") (result i64)
    (suspend $await (call $timer (i64.const 1000000)))))
