;; What does not parse is reported with its place, and the rest is read all the same.
;; expect: broken.wast:11:10: expected a command, got "unexpected token"
;; expect: broken.wast:12:16: expected a command, got "unexpected token"
;; expect: broken.wast:13: module: expected a module, got "unexpected token" at broken.wast:13:21
;; expect: broken.wast:14: assert_malformed: expected malformed "unexpected token", got no error
;; expect: broken.wast:15: assert_malformed: expected malformed "duplicate", got "unknown label $l" at line 1:11 of the quoted text
;; expect: broken.wast:16:38: expected a command, got "constant out of range"
;; expect: broken.wast:18: module: expected a module, got "unknown operator nope" at broken.wast:18:15
;; expect: broken.wast:20:2: expected a command, got "unclosed string literal"
;; expect: 3 passed, 8 failed
(module) (func)
(assert_return (i32.const 0))
(module (func $a (br)))
(assert_malformed (module quote "(func)") "unexpected token")
(assert_malformed (module quote "(func (br $l))") "duplicate")
(invoke "f" (i32.const 1) (i32.const 4294967296))
(module)
(module (func nope))
(module)
("open
