;; SIMD and threads are left out, and said so; what stands beside it is judged.
;; expect: 2 passed, 0 failed, 8 not supported
(module)
(module (func (param v128)))
(module (func (drop (v128.const i32x4 0 0 0 0))))
(assert_malformed (module quote "(func i8x16.nope)") "unknown operator")
(assert_return (invoke "f") (v128.const i64x2 0 0))
(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))
(module (func (atomic.fence)))
(module (func (drop (memory.atomic.notify (i32.const 0) (i32.const 0)))))
(assert_malformed_custom (module quote "(@custom)") "@custom")
(module)
