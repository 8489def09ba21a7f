;; Recursion through a table stays recursion when it is optimised, so each level keeps its frame.
;; args: 2
;; err: trap: unreachable
;; err-O0-g:   #0  $down (lines.wat:16:13)
;; err-O0-g:   #1  $down (lines.wat:18:8)
;; err-O0-g:   #2  $down (lines.wat:18:8)
;; err-O0-g:   #3  $main (lines.wat:23:6)
;; err-O2:   #0  $down
;; err-O2:   #1  $down
;; err-O2:   #2  $down
;; err-O2:   #3  $main
;; exit: 1
(module
  (func $down (param $n i32) (result i32)
    (if (i32.eqz (local.get $n))
      (then unreachable))
    (i32.div_u
      (call_indirect (type $d)
        (i32.sub (local.get $n) (i32.const 1)) (i32.const 0))
      (i32.load (local.get $n))))
  (memory 1) (type $d (func (param i32) (result i32))) (table funcref (elem $down))
  (func $main (export "main") (param $n i32) (result i32)
    (call $down (local.get $n))))
