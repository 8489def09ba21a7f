;; Arguments are main's parameters, results are printed one a line.
;; args: 20 2.5 -0x10 1e300
;; out: 2432902008176640000
;; out: 2.5
;; out: -16
;; out: 1e+300
(module
  (func $fac (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0))
      (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
  (func (export "main") (param i64 f32 i32 f64) (result i64 f32 i32 f64)
    (call $fac (local.get 0)) (local.get 1) (local.get 2) (local.get 3)))
