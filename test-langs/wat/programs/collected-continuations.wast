;; Continuations that nothing refers to are freed, with their stacks: without that a million of them are 4 GB.
;; most-memory: 350 MiB
(module
  (type $f (func))
  (type $k (cont $f))
  (type $box (struct (field $k (mut (ref null $k))) (field $next (mut (ref null $box)))))
  (type $fb (func (param (ref null $box))))
  (type $kb (cont $fb))
  (tag $yield)
  (tag $hand (param (ref null $k)))
  (func $once (suspend $yield))
  (func $holds (param $b (ref null $box)) (suspend $yield) (drop (struct.get $box $k (local.get $b))))
  (func $nest (block $on (result (ref null $k) (ref $k))
      (resume $k (on $hand $on) (cont.new $k (ref.func $once)))
      (unreachable))
    (drop) (drop))
  (elem declare func $once $holds $nest)
  (func $start (param $k (ref $k)) (result (ref $k))
    (block $on (result (ref $k)) (resume $k (on $yield $on) (local.get $k)) (unreachable)))

  (func (export "suspended") (param $n i32)
    (loop $l
      (drop (call $start (cont.new $k (ref.func $once))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "fresh") (param $n i32)
    (loop $l
      (drop (cont.new $k (ref.func $once)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; Each is kept by a struct that only its own frame refers to.
  (func (export "cycles") (param $n i32) (local $b (ref null $box)) (local $k (ref null $k))
    (loop $l
      (local.set $b (struct.new_default $box))
      (struct.set $box $k (local.get $b)
        (call $start (cont.bind $kb $k (local.get $b) (cont.new $kb (ref.func $holds)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; Two stacks each: one waits for the other.
  (func (export "chains") (param $n i32)
    (loop $l
      (drop (call $start (cont.new $k (ref.func $nest))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  ;; Deep ones: 100 KiB of stack each.
  (func $deep (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (suspend $yield) (return (i32.const 0))))
    (i32.add (i32.const 1) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
  (func $dig (drop (call $deep (i32.const 1000))))
  (elem declare func $dig)
  (func (export "deep") (param $n i32)
    (loop $l
      (drop (call $start (cont.new $k (ref.func $dig))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
(assert_return (invoke "suspended" (i32.const 1000000)))
(assert_return (invoke "fresh" (i32.const 300000)))
(assert_return (invoke "cycles" (i32.const 300000)))
(assert_return (invoke "chains" (i32.const 300000)))
(assert_return (invoke "deep" (i32.const 20000)))
