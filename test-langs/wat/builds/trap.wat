;; A trap ends the program with its text; what was printed before is there.
;; out: 1 : i32
;; err: trap: integer divide by zero
;; exit: 1
(module
  (import "spectest" "print_i32" (func $print (param i32)))
  (func $divide (param $x i32) (param $y i32) (result i32)
    (i32.div_s (local.get $x) (local.get $y)))
  (func $twice (param $y i32) (result i32)
    (i32.add
      (call $divide (i32.const 2) (local.get $y))
      (i32.const 1)))
  (func $main (export "main") (result i32)
    (call $print (i32.const 1))
    (i32.mul (call $twice (i32.const 0)) (i32.const 2))))
