;; The backtrace of a trap crosses to the resumer.
;; err: trap: unreachable
;; err-O0-g:   #0  $fail (trap-in-continuation.wat:14:5)
;; err-O0-g:   #1  $body (trap-in-continuation.wat:16:6)
;; err-O0-g:   #2  $resumes (trap-in-continuation.wat:18:6)
;; err-O0-g:   #3  "main" (trap-in-continuation.wat:20:6)
;; exit: 1
(module
  (type $f (func))
  (type $k (cont $f))
  (tag $t)
  (elem declare func $body)
  (func $fail
    unreachable)
  (func $body
    (call $fail) (suspend $t))
  (func $resumes
    (resume $k (cont.new $k (ref.func $body))))
  (func (export "main") (result i32)
    (call $resumes) (i32.const 1)))
