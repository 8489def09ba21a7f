;; SIMD is left out, and said so; what stands beside it is judged.
;; expect: 2 passed, 0 failed, 5 not supported
(module)
(module (func (param v128)))
(module (func (drop (v128.const i32x4 0 0 0 0))))
(assert_malformed (module quote "(func i8x16.nope)") "unknown operator")
(assert_return (invoke "f") (v128.const i64x2 0 0))
(assert_malformed_custom (module quote "(@custom)") "@custom")
(module)
