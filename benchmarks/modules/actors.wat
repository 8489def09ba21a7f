;; Actors in a ring pass a number on: each receives it and sends one more to its neighbour. Both are suspensions, by two
;; tags of one handler, which keeps mailboxes in memory and waiting actors in a table. The answer is the last number.
(module
  (type $f (func))
  (type $k (cont $f))
  (type $fi (func (param i32)))
  (type $ki (cont $fi))
  (tag $send (param i32 i32))             ;; to whom, what
  (tag $receive (param i32) (result i32)) ;; who
  (memory 1)                              ;; mailboxes of one message
  (table $waiting 4096 (ref null $ki))
  (global $actors (mut i32) (i32.const 0))

  (func $actor (param $id i32) (local $to i32) (local $got i32)
    (local.set $to (i32.rem_u (i32.add (local.get $id) (i32.const 1)) (global.get $actors)))
    (loop $next
      (local.set $got (suspend $receive (local.get $id)))
      (if (i32.lt_s (local.get $got) (i32.const 0)) (then (return)))
      (suspend $send (local.get $to) (i32.add (local.get $got) (i32.const 1)))
      (br $next)))
  (elem declare func $actor)

  (func $wait (param $id i32) (param $k (ref $ki)) (table.set $waiting (local.get $id) (local.get $k)))

  (func (export "messages") (param $n_actors i32) (param $n i32) (result i64)
    (local $to i32) (local $what i32) (local $k (ref null $k))
    (global.set $actors (local.get $n_actors))
    (local.set $to (local.get $n_actors))
    (loop $next
      (local.set $to (i32.sub (local.get $to) (i32.const 1)))
      (block $on_receive (result i32 (ref $ki))
        (resume $ki (on $receive $on_receive) (local.get $to) (cont.new $ki (ref.func $actor)))
        (unreachable))
      (call $wait)
      (br_if $next (local.get $to)))
    ;; A message to $to is in its mailbox.
    (i32.store (i32.const 0) (i32.const 0))
    (loop $next
      (block $on_receive (result i32 (ref $ki))
        (block $on_send (result i32 i32 (ref $k))
          (resume $ki (on $send $on_send) (on $receive $on_receive)
            (i32.load (i32.shl (local.get $to) (i32.const 2))) (table.get $waiting (local.get $to)))
          (unreachable))
        (local.set $k)
        (local.set $what)
        (local.set $to)
        (i32.store (i32.shl (local.get $to) (i32.const 2)) (local.get $what))
        (resume $k (on $receive $on_receive) (local.get $k))
        (unreachable))
      (call $wait)
      (br_if $next (i32.gt_s (local.tee $n (i32.sub (local.get $n) (i32.const 2))) (i32.const 0))))
    (local.set $to (i32.const 0))
    (loop $next
      (resume $ki (i32.const -1) (table.get $waiting (local.get $to)))
      (table.set $waiting (local.get $to) (ref.null $ki))
      (br_if $next (i32.lt_u (local.tee $to (i32.add (local.get $to) (i32.const 1))) (local.get $n_actors))))
    (i64.extend_i32_u (local.get $what))))
