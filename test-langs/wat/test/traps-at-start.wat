;; A start function that asks the host first and traps then.
(module
  (import "host" "ask" (tag $ask (param i32) (result i32)))
  (memory 1)
  (table 10 funcref)
  (func $start
    (if (i32.eq (suspend $ask (i32.const 1)) (i32.const 2))
      (then unreachable)))
  (start $start))
