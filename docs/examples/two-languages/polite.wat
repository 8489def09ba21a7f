;; The polite one: three threads that compute for a moment and suspend, under a round-robin scheduler of the module's own. Weft sees one
;; task. And what the other language may call, or is called for.
(module
  (type $thread (func (param i64)))
  (type $k (cont $thread))
  (type $resumed (func))
  (type $r (cont $resumed))
  (import "host" "breathe" (func $breathe))
  (import "host" "goes_on" (func $goes_on (result i32)))
  (import "host" "ask" (func $ask (param i64) (result i64))) ;; of the other language; waits for its answer
  (import "host" "found" (func $found (param i64)))
  (import "host" "still" (func $still (result i32)))         ;; somebody waits for an answer
  (tag $pause)

  (table $conts 3 (ref null $r))
  (elem declare func $thread)

  (func $compute (param $x i64) (param $n i32) (result i64)
    (loop $more
      (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
      (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 29))))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $more (local.get $n)))
    (local.get $x))

  (func $thread (param $seed i64)
    (loop $more
      (local.set $seed (call $compute (local.get $seed) (i32.const 8000)))
      (suspend $pause)
      (br_if $more (call $goes_on)))
    (call $found (local.get $seed)))

  ;; Runs thread n until it suspends, or is done: then its place is empty.
  (func $step (param $n i32) (local $k (ref null $r))
    (local.set $k (table.get $conts (local.get $n)))
    (table.set $conts (local.get $n) (ref.null $r))
    (block $paused (result (ref $r))
      (resume $r (on $pause $paused) (ref.as_non_null (local.get $k)))
      (return))
    (local.set $k)
    (table.set $conts (local.get $n) (local.get $k)))

  ;; The module's scheduler. After each step Weft's may let others run.
  (func (export "run") (local $n i32) (local $left i32)
    (loop $spawn
      (table.set $conts (local.get $n) (cont.bind $k $r (i64.extend_i32_u (local.get $n)) (cont.new $k (ref.func $thread))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $spawn (i32.lt_u (local.get $n) (i32.const 3))))
    (loop $round
      (local.set $n (i32.const 0))
      (local.set $left (i32.const 0))
      (loop $each
        (if (i32.eqz (ref.is_null (table.get $conts (local.get $n))))
          (then
            (call $step (local.get $n))
            (call $breathe)
            (local.set $left (i32.const 1))))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $each (i32.lt_u (local.get $n) (i32.const 3))))
      (br_if $round (local.get $left))))

  ;; --- calls between the two

  (func (export "twice") (param i64) (result i64)
    (i64.mul (local.get 0) (i64.const 2)))

  (func (export "asks") (param $n i64) (result i64)
    (call $ask (local.get $n)))

  ;; Goes on while the one that asks is blocked: answers how often.
  (func (export "ticks") (result i64) (local $n i64)
    (loop $more
      (call $breathe)
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br_if $more (call $still)))
    (local.get $n)))
