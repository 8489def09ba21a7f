;; error: 7:3: incompatible import type: "spectest" "print_i32"
;; error: 8:3: incompatible import type: "spectest" "global_i32"
;; error: 9:3: incompatible import type: "spectest" "memory"
;; error: 10:3: incompatible import type: "spectest" "table"
;; error: 11:3: incompatible import type: "spectest" "print"
(module
  (import "spectest" "print_i32" (func (param i64)))
  (import "spectest" "global_i32" (global (mut i32)))
  (import "spectest" "memory" (memory 3))
  (import "spectest" "table" (table 10 externref))
  (import "spectest" "print" (tag))
  (func (export "_start")))
