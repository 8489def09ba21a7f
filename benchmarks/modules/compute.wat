;; Plain compute, without continuations. Each function does about $n operations and returns something of all of them.
(module
  (memory 3)

  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                     (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  ;; An operation is a call: fib(20) makes 21891.
  (func (export "fib") (param $param i32) (param $n i32) (result i64) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $fib (i32.const 20)))))
      (local.set $n (i32.sub (local.get $n) (i32.const 21891)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (local.get $sum))

  ;; C = A B, all $d x $d doubles, in rows; A at 0.
  (func $product (param $d i32) (local $i i32) (local $j i32) (local $l i32)
    (local $b i32) (local $c i32) (local $at_a i32) (local $at_b i32) (local $sum f64)
    (local.set $b (i32.shl (i32.mul (local.get $d) (local.get $d)) (i32.const 3)))
    (local.set $c (i32.shl (local.get $b) (i32.const 1)))
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $sum (f64.const 0))
        (local.set $l (i32.const 0))
        (local.set $at_a (i32.shl (i32.mul (local.get $i) (local.get $d)) (i32.const 3)))
        (local.set $at_b (i32.add (local.get $b) (i32.shl (local.get $j) (i32.const 3))))
        (loop $terms
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul (f64.load (local.get $at_a)) (f64.load (local.get $at_b)))))
          (local.set $at_a (i32.add (local.get $at_a) (i32.const 8)))
          (local.set $at_b (i32.add (local.get $at_b) (i32.shl (local.get $d) (i32.const 3))))
          (br_if $terms (i32.lt_u (local.tee $l (i32.add (local.get $l) (i32.const 1))) (local.get $d))))
        (f64.store (i32.add (local.get $c)
            (i32.shl (i32.add (i32.mul (local.get $i) (local.get $d)) (local.get $j)) (i32.const 3)))
          (local.get $sum))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $d))))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $d)))))
  ;; An operation is a multiplication with its addition.
  (func (export "matrix") (param $d i32) (param $n i32) (result i64) (local $i i32) (local $size i32) (local $sum f64)
    (local.set $size (i32.mul (local.get $d) (local.get $d)))
    (loop $next
      (f64.store (i32.shl (local.get $i) (i32.const 3)) (f64.convert_i32_u (i32.and (local.get $i) (i32.const 7))))
      (f64.store (i32.shl (i32.add (local.get $i) (local.get $size)) (i32.const 3))
        (f64.convert_i32_u (i32.and (local.get $i) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (loop $next
      (call $product (local.get $d))
      (local.set $n (i32.sub (local.get $n) (i32.mul (local.get $size) (local.get $d))))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (local.set $i (i32.const 0))
    (loop $next
      (local.set $sum (f64.add (local.get $sum)
        (f64.load (i32.shl (i32.add (local.get $i) (i32.shl (local.get $size) (i32.const 1))) (i32.const 3)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (i64.trunc_f64_u (local.get $sum)))

  ;; How many primes below $size: bytes that are not crossed out.
  (func $primes (param $size i32) (result i32) (local $i i32) (local $at i32) (local $count i32)
    (memory.fill (i32.const 0) (i32.const 1) (local.get $size))
    (local.set $i (i32.const 2))
    (loop $next
      (if (i32.load8_u (local.get $i))
        (then
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $at (i32.shl (local.get $i) (i32.const 1)))
          (block $crossed
            (loop $cross
              (br_if $crossed (i32.ge_u (local.get $at) (local.get $size)))
              (i32.store8 (local.get $at) (i32.const 0))
              (local.set $at (i32.add (local.get $at) (local.get $i)))
              (br $cross)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (local.get $count))
  ;; An operation is a number sieved.
  (func (export "sieve") (param $size i32) (param $n i32) (result i64) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $primes (local.get $size)))))
      (local.set $n (i32.sub (local.get $n) (local.get $size)))
      (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
    (local.get $sum))

  (type $step (func (param i64) (result i64)))
  (table $steps funcref (elem $add $mix $odd $back))
  (func $add (type $step) (i64.add (local.get 0) (i64.const 7)))
  (func $mix (type $step) (i64.xor (local.get 0) (i64.shr_u (local.get 0) (i64.const 3))))
  (func $odd (type $step) (i64.or (i64.mul (local.get 0) (i64.const 3)) (i64.const 1)))
  (func $back (type $step) (i64.sub (local.get 0) (i64.const 5)))
  ;; An operation is a call through the table.
  (func (export "indirect") (param $param i32) (param $n i32) (result i64) (local $i i32) (local $v i64)
    (loop $next
      (local.set $v (call_indirect $steps (type $step) (local.get $v) (i32.and (local.get $i) (i32.const 3))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $v)))
