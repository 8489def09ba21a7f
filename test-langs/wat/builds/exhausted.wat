;; err: trap: call stack exhausted
;; exit: 1
(module (func $down (param i32) (result i32) (i32.add (call $down (local.get 0)) (i32.const 1)))
  (func (export "main") (result i32) (call $down (i32.const 0))))
