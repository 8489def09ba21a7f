;; A trap ends the program with its text; what was printed before is there.
;; out: 1 : i32
;; err: trap: integer divide by zero
;; err-O0-g:   #0  $divide (trap.wat:15:6)
;; err-O0-g:   #1  $twice (trap.wat:18:8)
;; err-O0-g:   #2  $main (trap.wat:22:15)
;; err-O2-g:   #0  $divide (trap.wat:15:6), inlined in $main
;; err-O0:   #0  $divide
;; err-O0:   #1  $twice
;; err-O0:   #2  $main
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
