;; A call at the end of a function is a call: endless recursion exhausts the stack, here and in a continuation.
(module
  (type $f (func))
  (type $k (cont $f))
  (func $r (export "run") (call $r))
  (elem declare func $r)
  (func (export "in-continuation") (resume $k (cont.new $k (ref.func $r)))))
(assert_exhaustion (invoke "run") "call stack exhausted")
(assert_exhaustion (invoke "in-continuation") "call stack exhausted")
