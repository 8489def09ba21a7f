;; Every assertion and command can fail: each says its line, what was expected and what came, and what cannot be
;; supported is counted apart. What must be printed stands at the end.
(module
  (tag $e) (tag $s)
  (func (export "one") (result i32) (i32.const 1))
  (func (export "none"))
  (func (export "id") (param i32) (result i32) (local.get 0))
  (func (export "mixed") (result i32 i64 f32) (i32.const 1) (i64.const -1) (f32.const 0.5))
  (func (export "f32") (param i32) (result f32) (f32.reinterpret_i32 (local.get 0)))
  (func (export "f64") (param i64) (result f64) (f64.reinterpret_i64 (local.get 0)))
  (func (export "trap") (result i32) (unreachable))
  (func (export "throw") (result i32) (throw $e))
  (func (export "suspend") (result i32) (suspend $s) (i32.const 1))
  (func $f (export "func") (result funcref) (ref.func $f))
  (func (export "nofunc") (result funcref) (ref.null func))
  (func (export "i31") (result i31ref) (ref.i31 (i32.const 5)))
  (type $st (struct))
  (func (export "struct") (result (ref $st)) (struct.new $st))
  (type $ft (func)) (type $ct (cont $ft))
  (func (export "cont") (result contref) (cont.new $ct (ref.func $none)))
  (func $none)
  (elem declare func $none)
  (func (export "extern") (param externref) (result externref) (local.get 0))
  (global (export "five") i32 (i32.const 5)))
(module definition $good (func))
(assert_return (invoke "one") (i32.const 2))
(assert_return (invoke "one") (i64.const 1))
(assert_return (invoke "one"))
(assert_return (invoke "one") (i32.const 1) (i32.const 2))
(assert_return (invoke "none") (i32.const 1))
(assert_return (invoke "trap") (i32.const 1))
(assert_return (invoke "throw") (i32.const 1))
(assert_return (invoke "suspend") (i32.const 1))
(assert_return (invoke "mixed") (i32.const 1) (i64.const -1) (f32.const 1))
(assert_return (invoke "f32" (i32.const 0x7fc00002)) (f32.const nan:0x400001))
(assert_return (invoke "f32" (i32.const 0x7fc00002)) (f32.const nan:canonical))
(assert_return (invoke "f32" (i32.const 0x7fa00000)) (f32.const nan:arithmetic))
(assert_return (invoke "f32" (i32.const 0x3f800000)) (f32.const nan:canonical))
(assert_return (invoke "f64" (i64.const 0x7ff8000000000001)) (f64.const nan:canonical))
(assert_return (invoke "f64" (i64.const 0x7ff4000000000000)) (f64.const nan:arithmetic))
(assert_return (invoke "f64" (i64.const 0)) (f64.const -0))
(assert_return (invoke "f64" (i64.const 0x7ff8000000000000)) (f32.const nan:canonical))
(assert_return (invoke "id" (i32.const 0x7fc00000)) (f32.const nan:arithmetic))
(assert_return (invoke "one") (either (i32.const 2) (i32.const 3)))
(assert_return (invoke "f32" (i32.const 0x3f800000)) (either (f32.const nan:canonical) (f32.const 2)))
(assert_return (invoke "func") (ref.null))
(assert_return (invoke "nofunc") (ref.func))
(assert_return (invoke "struct") (ref.i31))
(assert_return (invoke "i31") (ref.struct))
(assert_return (invoke "cont") (ref.struct))
(assert_return (invoke "func") (ref))
(assert_return (invoke "extern" (ref.extern 7)) (ref.eq))
(assert_return (invoke "extern" (ref.extern 7)) (ref.extern 8))
(assert_return (invoke "extern" (ref.null extern)) (ref.extern))
(assert_return (invoke "id" (i32.const 0)) (ref.null))
(assert_return (get "five") (i32.const 6))
(assert_return (invoke "nowhere"))
(assert_return (invoke "five"))
(assert_return (invoke $nobody "one"))
(assert_return (invoke "id") (i32.const 1))
(assert_return (invoke "id" (i64.const 1)) (i32.const 1))
(assert_trap (invoke "trap") "integer overflow")
(assert_trap (invoke "trap") "unreachable executed")
(assert_trap (invoke "one") "unreachable")
(assert_trap (invoke "throw") "unreachable")
(assert_trap (invoke "suspend") "unhandled")
(assert_exception (invoke "none"))
(assert_exception (invoke "trap"))
(assert_exception (invoke "suspend"))
(assert_suspension (invoke "none") "unhandled")
(assert_suspension (invoke "suspend") "handled")
(assert_suspension (invoke "throw") "unhandled")
(assert_exhaustion (invoke "none") "call stack exhausted")
(assert_exhaustion (invoke "trap") "call stack exhausted")
(assert_unlinkable (module) "unknown import")
(assert_unlinkable (module (import "no" "where" (func))) "incompatible import type")
(assert_unlinkable (module (func $s (unreachable)) (start $s)) "unknown import")
(assert_trap (module) "unreachable")
(assert_trap (module (import "no" "where" (func))) "unreachable")
(assert_trap (module instance $good) "unreachable")
(invoke "trap")
(get "nowhere")
(register "lib" $nobody)
(assert_invalid (module (func (result i32) (i32.const 1))) "type mismatch")
(assert_invalid (module (func (result i32))) "unknown")
(assert_invalid (module (func (i32.no))) "unexpected token")
(assert_malformed (module quote "(func)") "unexpected token")
(assert_malformed (module quote "(func 1)") "unknown operator")
(assert_malformed (module binary "x") "unexpected end")
(assert_fuel 1)
(module (import "no" "where" (func)))
(module (func (result i32)))
(module binary "\00asm\01\00\00")
(module quote "(func (result i32))")
(module (func $s (unreachable)) (start $s))
(module instance $nobody)
(invoke "one")
(module (memory 1 1 shared) (func (export "threads") (result i32) (i32.const 1)))
(assert_return (invoke "threads") (i32.const 1))
(module (func (export "three") (result i32) (i32.const 3)))
(assert_return (invoke "three") (i32.const 3))
(assert_return (invoke "three") (either (i32.const 2) (i32.const 3)))

;; expect: failing.wast:26: assert_return: expected results i32 2, got results i32 1
;; expect: failing.wast:27: assert_return: expected results i64 1, got results i32 1
;; expect: failing.wast:28: assert_return: expected no results, got results i32 1
;; expect: failing.wast:29: assert_return: expected results i32 1, i32 2, got results i32 1
;; expect: failing.wast:30: assert_return: expected results i32 1, got no results
;; expect: failing.wast:31: assert_return: expected results i32 1, got trap "unreachable"
;; expect:   #0  "trap"
;; expect: failing.wast:32: assert_return: expected results i32 1, got an exception
;; expect: failing.wast:33: assert_return: expected results i32 1, got suspension "unhandled tag $s"
;; expect:   #0  "suspend"
;; expect: failing.wast:34: assert_return: expected results i32 1, i64 -1, f32 1 (0x3f800000), got results i32 1, i64 -1, f32 0.5 (0x3f000000)
;; expect: failing.wast:35: assert_return: expected results f32 nan (0x7fc00001), got results f32 nan (0x7fc00002)
;; expect: failing.wast:36: assert_return: expected results f32 nan:canonical, got results f32 nan (0x7fc00002)
;; expect: failing.wast:37: assert_return: expected results f32 nan:arithmetic, got results f32 nan (0x7fa00000)
;; expect: failing.wast:38: assert_return: expected results f32 nan:canonical, got results f32 1 (0x3f800000)
;; expect: failing.wast:39: assert_return: expected results f64 nan:canonical, got results f64 nan (0x7ff8000000000001)
;; expect: failing.wast:40: assert_return: expected results f64 nan:arithmetic, got results f64 nan (0x7ff4000000000000)
;; expect: failing.wast:41: assert_return: expected results f64 -0 (0x8000000000000000), got results f64 0 (0x0000000000000000)
;; expect: failing.wast:42: assert_return: expected results f32 nan:canonical, got results f64 nan (0x7ff8000000000000)
;; expect: failing.wast:43: assert_return: expected results f32 nan:arithmetic, got results i32 2143289344
;; expect: failing.wast:44: assert_return: expected results either i32 2 or i32 3, got results i32 1
;; expect: failing.wast:45: assert_return: expected results either f32 nan:canonical or f32 2 (0x40000000), got results f32 1 (0x3f800000)
;; expect: failing.wast:46: assert_return: expected results null, got results ref.func
;; expect: failing.wast:47: assert_return: expected results ref.func, got results null
;; expect: failing.wast:48: assert_return: expected results ref.i31, got results ref.struct
;; expect: failing.wast:49: assert_return: expected results ref.struct, got results ref.i31 5
;; expect: failing.wast:50: assert_return: expected results ref.struct, got results ref.cont
;; expect: failing.wast:51: assert_return: expected results ref, got results ref.func
;; expect: failing.wast:52: assert_return: expected results ref.eq, got results ref.extern 7
;; expect: failing.wast:53: assert_return: expected results ref.extern 8, got results ref.extern 7
;; expect: failing.wast:54: assert_return: expected results ref.extern, got results null
;; expect: failing.wast:55: assert_return: expected results null, got results i32 0
;; expect: failing.wast:56: assert_return: expected results i32 6, got results i32 5
;; expect: failing.wast:57: assert_return: expected no results, got the instance does not export a function "nowhere"
;; expect: failing.wast:58: assert_return: expected no results, got the instance does not export a function "five"
;; expect: failing.wast:59: assert_return: expected no results, got there is no such instance
;; expect: failing.wast:60: assert_return: expected results i32 1, got the function takes 1 argument
;; expect: failing.wast:61: assert_return: expected results i32 1, got argument 1 cannot be i64 1
;; expect: failing.wast:62: assert_trap: expected trap "integer overflow", got trap "unreachable"
;; expect:   #0  "trap"
;; expect: failing.wast:63: assert_trap: expected trap "unreachable executed", got trap "unreachable"
;; expect:   #0  "trap"
;; expect: failing.wast:64: assert_trap: expected trap "unreachable", got results i32 1
;; expect: failing.wast:65: assert_trap: expected trap "unreachable", got an exception
;; expect: failing.wast:66: assert_trap: expected trap "unhandled", got suspension "unhandled tag $s"
;; expect:   #0  "suspend"
;; expect: failing.wast:67: assert_exception: expected an exception, got no results
;; expect: failing.wast:68: assert_exception: expected an exception, got trap "unreachable"
;; expect:   #0  "trap"
;; expect: failing.wast:69: assert_exception: expected an exception, got suspension "unhandled tag $s"
;; expect:   #0  "suspend"
;; expect: failing.wast:70: assert_suspension: expected suspension "unhandled", got no results
;; expect: failing.wast:71: assert_suspension: expected suspension "handled", got suspension "unhandled tag $s"
;; expect:   #0  "suspend"
;; expect: failing.wast:72: assert_suspension: expected suspension "unhandled", got an exception
;; expect: failing.wast:73: assert_exhaustion: expected trap "call stack exhausted", got no results
;; expect: failing.wast:74: assert_exhaustion: expected trap "call stack exhausted", got trap "unreachable"
;; expect:   #0  "trap"
;; expect: failing.wast:75: assert_unlinkable: expected link error "unknown import", got an instance
;; expect: failing.wast:76: assert_unlinkable: expected link error "incompatible import type", got link error "unknown import: "no" "where""
;; expect: failing.wast:77: assert_unlinkable: expected link error "unknown import", got trap "unreachable"
;; expect:   #0  $s
;; expect: failing.wast:78: assert_trap: expected trap "unreachable", got an instance
;; expect: failing.wast:79: assert_trap: expected trap "unreachable", got link error "unknown import: "no" "where""
;; expect: failing.wast:80: assert_trap: expected trap "unreachable", got an instance
;; expect: failing.wast:81: action: expected results, got trap "unreachable"
;; expect:   #0  "trap"
;; expect: failing.wast:82: action: expected results, got the instance does not export a global "nowhere"
;; expect: failing.wast:83: register: expected an instance, got there is no such instance
;; expect: failing.wast:84: assert_invalid: expected invalid "type mismatch", got no error
;; expect: failing.wast:85: assert_invalid: expected invalid "unknown", got "type mismatch: instruction requires [i32] but stack has []" at failing.wast:85:43
;; expect: failing.wast:86: assert_invalid: expected invalid "unexpected token", got malformed "unknown operator i32.no" at failing.wast:86:32
;; expect: failing.wast:87: assert_malformed: expected malformed "unexpected token", got no error
;; expect: failing.wast:88: assert_malformed: expected malformed "unknown operator", got "unexpected token" at line 1:7 of the quoted text
;; expect: failing.wast:90:2: expected a command, got "unknown operator assert_fuel"
;; expect: failing.wast:91: module: expected an instance, got link error "unknown import: "no" "where""
;; expect: failing.wast:92: module: expected an instance, got "type mismatch: instruction requires [i32] but stack has []" at failing.wast:92:27
;; expect: failing.wast:93: module: expected an instance, got "unexpected end of section or function" at offset 7 of the binary
;; expect: failing.wast:94: module: expected an instance, got "type mismatch: instruction requires [i32] but stack has []" at line 1:19 of the quoted text
;; expect: failing.wast:95: module: expected an instance, got trap "unreachable"
;; expect:   #0  $s
;; expect: failing.wast:96: module instance: expected an instance, got there is no such module
;; expect: failing.wast:97: action: expected results, got there is no such instance
;; expect: 3 passed, 71 failed, 2 not supported
