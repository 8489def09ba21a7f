;; The instructions of stack switching, flat and folded.
;; dump: type 0 $f group 0 final (func (param i32) (result i64)) | type 1 $k group 1 final (cont 0)
;; dump: type 2 $g group 2 final (func (result i64)) | type 3 $j group 3 final (cont 2)
;; dump: type 4 group 4 final (func (param i32) (result i32)) | type 5 group 5 final (func)
;; dump: func 0 $body (type 0) | unreachable | end
;; dump: func 1 (type 5) | block | unreachable | cont.new 1 | cont.bind 1 3 | suspend 0 | resume 1
;; dump: resume 1 (on 0 0) (on 1 0) | resume_throw 1 2 | resume_throw 1 2 (on 0 1) (on 0 switch) | resume_throw_ref 1
;; dump: resume_throw_ref 1 (on 1 0) | switch 1 0 | end | end
;; dump: func 2 (type 5) | block | i32.const 1 | ref.func 0 | cont.new 3 | cont.bind 3 1 | resume 1 (on 0 0) (on 1 switch)
;; dump: drop | ref.func 0 | cont.new 1 | resume_throw 1 2 | drop | i32.const 1 | ref.func 0 | cont.new 1
;; dump: resume_throw 1 2 (on 1 0) | drop | ref.null exn | ref.func 0 | cont.new 1 | resume_throw_ref 1 (on 1 0) | drop
;; dump: i32.const 0 | ref.null 1 | switch 1 1 | suspend 1 | end | end | tag 0 $t (type 4) | tag 1 $u (type 5)
;; dump: tag 2 $x (type 5) | elem 0 declarative (ref func) | item | ref.func 0 | end
(module
  (type $f (func (param i32) (result i64))) (type $k (cont $f)) (type $g (func (result i64))) (type $j (cont $g))
  (tag $t (param i32) (result i32)) (tag $u) (tag $x)
  (elem declare func $body)
  (func $body (type $f) unreachable)
  (func (block $h unreachable
    cont.new $k cont.bind $k $j suspend $t
    resume $k resume 1 (on $t $h) (on $u 0) resume_throw $k $x resume_throw 1 2 (on $t 1) (on 0 switch)
    resume_throw_ref $k resume_throw_ref $k (on $u $h) switch $k $t))
  (func (block $h
    (drop (resume $k (on $t $h) (on $u switch) (i32.const 1) (cont.bind $j $k (cont.new $j (ref.func $body)))))
    (drop (resume_throw $k $x (cont.new $k (ref.func $body))))
    (drop (resume_throw $k $x (on $u $h) (i32.const 1) (cont.new $k (ref.func $body))))
    (drop (resume_throw_ref $k (on $u $h) (ref.null exn) (cont.new $k (ref.func $body))))
    (switch $k $u (i32.const 0) (ref.null $k)) (suspend $u))))
