;; The syntax of stack switching.

(module
  (type $f (func (param i32) (result i64))) (type $k (cont $f)) (type $g (func (result i64))) (type $j (cont $g))
  (rec (type $h (func (param (ref null $c)))) (type $c (cont $h)))
  (tag $t (param i32)) (tag $u) (tag $x (param i32)) (tag $w (result i64))
  (elem declare func $body)
  (func $body (type $f) local.get 0 suspend $t i64.const 5)
  (func $flat (result i64)
    i64.const 0
    block $u (result (ref $j))
      block $h (result i32 (ref $j))
        i32.const 1 i32.const 2 ref.func $body cont.new $k resume $k (on $t $h) (on $u $u) return
      end
      unreachable
    end
    drop)
  (func $folded (result i64)
    (block $h (result i32 (ref $j))
      (return (resume $j (on $t $h) (on $w switch) (cont.bind $k $j (i32.const 1) (cont.new $k (ref.func $body))))))
    (drop) (drop)
    (drop (resume_throw $k $x (i32.const 1) (cont.new $k (ref.func $body))))
    (resume_throw_ref $k (ref.null exn) (cont.new $k (ref.func $body))))
  (func (param (ref $c)) (drop (switch $c $u (local.get 0)))))

(assert_malformed (module quote "(func cont.new)") "unexpected token")
(assert_malformed (module quote "(func cont.bind 0)") "unexpected token")
(assert_malformed (module quote "(func suspend)") "unexpected token")
(assert_malformed (module quote "(func resume)") "unexpected token")
(assert_malformed (module quote "(func resume 0 (on))") "unexpected token")
(assert_malformed (module quote "(func resume 0 (on 0))") "unexpected token")
(assert_malformed (module quote "(func resume 0 (on 0 0 0))") "unexpected token")
(assert_malformed (module quote "(func resume 0 (on switch 0))") "unexpected token")
(assert_malformed (module quote "(func resume 0 nop (on 0 0))") "unexpected token")
(assert_malformed (module quote "(func (resume 0 (nop) (on 0 0)))") "unexpected token")
(assert_malformed (module quote "(func resume_throw 0)") "unexpected token")
(assert_malformed (module quote "(func resume_throw 0 (on 0 0))") "unexpected token")
(assert_malformed (module quote "(func resume_throw_ref 0 0)") "unexpected token")
(assert_malformed (module quote "(func switch 0)") "unexpected token")
(assert_malformed (module quote "(func cont.new $k)") "unknown type $k")
(assert_malformed (module quote "(func suspend $t)") "unknown tag $t")
(assert_malformed (module quote "(tag $t) (func resume 0 (on $t $l))") "unknown label $l")
(assert_malformed (module quote "(func resume 0 (on $t 0))") "unknown tag $t")
(assert_malformed (module quote "(func cont.resume 0)") "unknown operator cont.resume")
