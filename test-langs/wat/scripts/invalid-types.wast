;; Type definitions: which are one type, which are subtypes, and which are refused.

;; Equal groups are one type, wherever they stand.
(module
  (rec (type $a (struct (field (ref null $b)))) (type $b (struct (field (ref null $a)))))
  (rec (type $c (struct (field (ref null $d)))) (type $d (struct (field (ref null $c)))))
  (func (param (ref $a)) (result (ref $c)) (local.get 0))
  (func (param (ref $d)) (result (ref $b)) (local.get 0)))
(module (type $f (func (param i32))) (type $g (func (param i32))) (type $h (func (param (ref $f)))) (type $i (func (param (ref $g))))
  (func (param (ref $h)) (result (ref $i)) (local.get 0)))
(module (type $l (struct (field (ref null $l)))) (type $m (struct (field (ref null $m))))
  (func (param (ref $l)) (result (ref $m)) (local.get 0)))

;; A type's place in its group, the group's size, finality and mutability all count.
(assert_invalid (module (rec (type $a (struct)) (type $b (struct))) (func (param (ref $a)) (result (ref $b)) (local.get 0)))
  "type mismatch: instruction requires [(ref 1)] but stack has [(ref 0)]")
(assert_invalid (module (rec (type $a (struct)) (type (func))) (type $b (struct)) (func (param (ref $a)) (result (ref $b)) (local.get 0))) "type mismatch")
(assert_invalid (module (type $a (sub (struct))) (type $b (struct)) (func (param (ref $a)) (result (ref $b)) (local.get 0))) "type mismatch")
(assert_invalid (module (type $a (struct (field i32))) (type $b (struct (field (mut i32)))) (func (param (ref $a)) (result (ref $b)) (local.get 0))) "type mismatch")
(assert_invalid (module (type $a (struct (field i8))) (type $b (struct (field i16))) (func (param (ref $a)) (result (ref $b)) (local.get 0))) "type mismatch")
(assert_invalid (module (type $l (struct (field (ref null $l)))) (type $m (struct (field (ref null $l)))) (func (param (ref $l)) (result (ref $m)) (local.get 0))) "type mismatch")

;; Declared subtypes
(module (type $s (sub (struct (field anyref)))) (type $t (sub $s (struct (field eqref) (field i32)))) (type $u (sub final $t (struct (field i31ref) (field i32))))
  (func (param (ref $u)) (result (ref null $s)) (local.get 0)))
(module (type $s (sub (func (param i31ref) (result anyref)))) (type $t (sub $s (func (param eqref) (result (ref i31)))))
  (func (param (ref $t)) (result (ref $s)) (local.get 0)))
(module (type $s (sub (array anyref))) (type $t (sub $s (array eqref))))
(assert_invalid (module (type $s (sub (struct))) (type $t (sub $s (struct))) (func (param (ref $s)) (result (ref $t)) (local.get 0))) "type mismatch")
(assert_invalid (module (type $s (sub (struct))) (type $t (sub (struct (field i32)))) (func (param (ref $t)) (result (ref $s)) (local.get 0))) "type mismatch")
(assert_invalid (module (type $s (struct)) (type (sub $s (struct)))) "sub type 1 has final super type 0")
(assert_invalid (module (type $s (sub (struct (field i32)))) (type (sub $s (struct)))) "sub type 1 does not match super type 0")
(assert_invalid (module (type $s (sub (struct (field i32)))) (type (sub $s (struct (field i64))))) "sub type 1 does not match super type 0")
(assert_invalid (module (type $s (sub (struct (field (mut anyref))))) (type (sub $s (struct (field (mut eqref)))))) "sub type 1 does not match super type 0")
(assert_invalid (module (type $s (sub (struct))) (type (sub $s (array i32)))) "sub type 1 does not match super type 0")
(assert_invalid (module (type $s (sub (func (param anyref)))) (type (sub $s (func (param eqref))))) "sub type 1 does not match super type 0")
(assert_invalid (module (type $s (sub (func (result eqref)))) (type (sub $s (func (result anyref))))) "sub type 1 does not match super type 0")
(assert_invalid (module (type $s (sub (func))) (type (sub $s (func (result i32))))) "sub type 1 does not match super type 0")
(assert_invalid (module (rec (type $t (sub $s (struct))) (type $s (sub (struct))))) "forward use of type 1 in sub type definition")
(assert_invalid (module (rec (type $t (sub $t (struct))))) "forward use of type 0 in sub type definition")

;; Indices reach to the end of their own group.
(assert_invalid (module (type (struct (field (ref null 1)))) (type (struct))) "unknown type 1")
(assert_invalid (module (type (func (param (ref 1)))) (type (struct))) "unknown type 1")
(assert_invalid (module (type (func (result (ref 3))))) "unknown type 3")
(assert_invalid (module (type (array (ref 3)))) "unknown type 3")
(assert_invalid (module (type (sub 3 (struct)))) "unknown type 3")
