;; err: uncaught exception $failure 7 2.5
;; exit: 1
(module
  (tag $failure (param i32 f64))
  (func (export "_start") (throw $failure (i32.const 7) (f64.const 2.5))))
