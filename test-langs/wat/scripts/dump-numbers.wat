;; Literals to bits: signs, rounding to nearest even, halfway cases, subnormals, NaN payloads.
;; dump: i32.const -1
;; dump: i32.const -2147483648
;; dump: i64.const -1
;; dump: i64.const 81985529216486895
;; dump: f32.const 0x80000000
;; dump: f32.const 0x7fc00000
;; dump: f32.const 0xffc00000
;; dump: f32.const 0xff812345
;; dump: f32.const 0x7f800000
;; dump: f32.const 0x3f800000
;; dump: f32.const 0x3f800002
;; dump: f32.const 0x3f800001
;; dump: f32.const 0x7f7fffff
;; dump: f32.const 0x00000001
;; dump: f32.const 0x00000000
;; dump: f32.const 0x41280000
;; dump: f32.const 0x4b800000
;; dump: f64.const 0x7ff8000000000000
;; dump: f64.const 0x7ff0000000000001
;; dump: f64.const 0x3ff0000000000001
;; dump: f64.const 0x0000000000000001
;; dump: f64.const 0xc08f400000000000
;; dump: f64.const 0x3fb999999999999a
(func
  i32.const 0xffff_ffff i32.const -0x8000_0000 i64.const -1 i64.const 0x0123_4567_89ab_cdef
  f32.const -0 f32.const nan f32.const -nan f32.const -nan:0x1_2345 f32.const inf
  f32.const 0x1.000001p0 f32.const 0x1.000003p0 f32.const 0x1.00000100000000000000000000001p0
  f32.const 0x1.fffffefffffp127 f32.const 0x1p-149 f32.const 0x1p-150 f32.const 1_0.5_0 f32.const 16777217
  f64.const nan f64.const nan:0x1 f64.const 0x1.0000000000000800000000001p0 f64.const 4.9e-324 f64.const -1e3
  f64.const 0.1)
