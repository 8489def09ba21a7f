;; Stack switching in a program of its own: two generators in turn, then a switch.
;; out: 10 : i32
;; out: 100 : i32
;; out: 11 : i32
;; out: 101 : i32
;; out: 12 : i32
;; out: 102 : i32
(module
  (type $f (func (param i32)))
  (type $k (cont $f))
  (type $g (func))
  (type $kg (cont $g))
  (import "spectest" "print_i32" (func $print (param i32)))
  (tag $yield (param i32))
  (elem declare func $count)
  (func $count (param $from i32) (local $n i32)
    (loop $next
      (suspend $yield (i32.add (local.get $from) (local.get $n)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 3)))))
  (func $step (param $k (ref $kg)) (result (ref null $kg))
    (block $on (result i32 (ref $kg))
      (resume $kg (on $yield $on) (local.get $k))
      (return (ref.null $kg)))
    (local.set $k)
    (call $print)
    (local.get $k))
  (func (export "_start") (local $a (ref null $kg)) (local $b (ref null $kg))
    (local.set $a (cont.bind $k $kg (i32.const 10) (cont.new $k (ref.func $count))))
    (local.set $b (cont.bind $k $kg (i32.const 100) (cont.new $k (ref.func $count))))
    (loop $more
      (local.set $a (call $step (ref.as_non_null (local.get $a))))
      (local.set $b (call $step (ref.as_non_null (local.get $b))))
      (br_if $more (i32.eqz (ref.is_null (local.get $b)))))))
