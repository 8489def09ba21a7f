;; A module that asks its host for no tag.
(module
  (import "host" "visit" (func $visit))
  (func $deep (export "deep") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
      (else (i32.const 0))))
  (func (export "visit_then_deep") (param i32) (result i32)
    (call $visit)
    (call $deep (local.get 0))))
