;; An access beyond a memory is found by the processor; its place is found all the same.
;; args: 65536
;; err: trap: out of bounds memory access
;; err-O0-g:   #0  $load (fault.wat:12:6)
;; err-O0-g:   #1  $main (fault.wat:15:8)
;; err-O2-g:   #0  $load (fault.wat:12:6), inlined in $main
;; err-O0:   #0  $load
;; err-O0:   #1  $main
;; exit: 1
(module (memory 1)
  (func $load (param $at i32) (result i32)
    (i32.load (local.get $at)))
  (func $main (export "main") (param $at i32) (result i32)
    (i32.add
      (call $load (local.get $at))
      (i32.const 1))))
