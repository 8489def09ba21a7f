;; err: usage: prog i32 f64
;; exit: 2
(module (func (export "main") (param i32 f64)))
