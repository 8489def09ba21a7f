;; A start function alone is a program.
;; out: 3 : i32
(module (import "spectest" "print_i32" (func $print (param i32)))
  (func $go (call $print (i32.const 3))) (start $go))
