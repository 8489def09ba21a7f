;; args: 4294967296
;; err: prog: argument 1 is not an i32: 4294967296
;; exit: 2
(module (func (export "main") (param i32)))
