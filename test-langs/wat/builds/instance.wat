;; All that makes an instance is data in the program: globals, tables, segments, recursive types, the start function.
;; out: 7 : i32
;; out: 65
;; out: 15
;; out: 42
;; out: 666
;; out: 3
;; out: null
(module
  (rec (type $list (struct (field i32) (field (ref null $list)))))
  (type $f (func (result i32)))
  (import "spectest" "print_i32" (func $print (param i32)))
  (import "spectest" "global_i64" (global $imported i64))
  (memory 1)
  (data (i32.const 16) "\00A\ff")
  (data $passive "B")
  (table $t 4 funcref)
  (elem (table $t) (i32.const 1) func $answer)
  (elem $items (ref null $list) (item (struct.new $list (i32.const 3) (ref.null $list))) (item (ref.null $list)))
  (table $lists 2 (ref null $list))
  (global $g i64 (i64.add (i64.const 7) (i64.const 8)))
  (global $fixed (ref $f) (ref.func $answer))
  (func $answer (type $f) (i32.const 42))
  (func $start (call $print (i32.const 7)) (table.init $lists $items (i32.const 0) (i32.const 0) (i32.const 2)))
  (start $start)
  (func (export "main") (result i32 i64 i32 i64 i32 (ref null $list))
    (i32.load8_u (i32.const 17))
    (global.get $g)
    (call_indirect $t (type $f) (i32.const 1))
    (global.get $imported)
    (struct.get $list 0 (table.get $lists (i32.const 0)))
    (table.get $lists (i32.const 1))))
