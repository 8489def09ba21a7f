;; Types that only type uses imply come after the defined ones, in the order of the text, and are
;; shared with a defined one only if that stands alone, is final and has no supertype.
;; dump: type 0 $open group 0 (func (param i32))
;; dump: type 1 group 1 final (func (param i64))
;; dump: type 2 group 1 final (func (param f32))
;; dump: type 3 $f group 2 final (func)
;; dump: type 4 $k group 3 final (cont 6)
;; dump: type 5 $s group 4 final (struct (ref null 4) (mut i8) f64)
;; dump: type 6 group 5 final (func (param i32) (result i32))
;; dump: type 7 group 6 final (func (param i32))
;; dump: type 8 group 7 final (func (param i64))
;; dump: type 9 group 8 final (func (result i32 i32))
;; dump: type 10 group 9 final (func (param f64 f64))
;; dump: type 11 group 10 final (func (param f32))
;; dump: func 0 $a (type 7) (import "m" "a")
;; dump: func 1 (type 8) (local i32)
;; dump:   local 0 $x
;; dump:   local 1 $y
;; dump: block (type 9)  ;; 32:6
;; dump: call_indirect 0 (type 10)  ;; 33:7
;; dump: block (result i32)
;; dump: func 2 (type 3)
;; dump: func 3 (type 6) (local i32)
;; dump:   local 1 $l
;; dump: local.get 1
;; dump: tag 0 (type 11)
(type $open (sub (func (param i32))))
(rec (type (func (param i64))) (type (func (param f32))))
(func $a (import "m" "a") (param i32))
(table 1 funcref)
(func (param $x i64) (local $y i32)
    (block (result i32 i32)
      call_indirect (param f64 f64)
      (block (result i32) unreachable) unreachable) drop drop)
(func) (type $f (func))
(func (type 6) (local $l i32) (local.get $l))
(tag (param f32))
(type $k (cont (param i32) (result i32)))
(type $s (struct (field (ref null $k)) (field (mut i8) f64)))
