;; error: 3:16: type mismatch: instruction requires [i32] but stack has [i64]
(module (func (export "main") (result i32)
  (i64.const 1)))
