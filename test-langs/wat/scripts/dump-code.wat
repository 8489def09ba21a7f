;; The order of folded instructions, matching ends, side tables.
;; dump: func 0 $f
;; dump:   i32.const 1
;; dump:   i32.const 2
;; dump:   i32.add
;; dump:   if (result i32)
;; dump:     i32.const 3
;; dump:   else
;; dump:     i32.const 4
;; dump:     br_table 0 1 0
;; dump:   end
;; dump:   drop
;; dump:   block
;; dump:     try_table (catch 0 0) (catch_ref 0 1) (catch_all 0) (catch_all_ref 1)
;; dump:       br 0
;; dump:     end
;; dump:     ref.null 1
;; dump:     resume_throw 1 0 (on 0 1) (on 0 switch)
;; dump:   end
;; dump:   i32.const 0
;; dump:   i64.load16_u 1 offset=8 align=2
;; dump:   br_on_cast 0 (ref null any) (ref eq)
;; dump:   select (result i32) (result i64)
;; dump: end
;; dump: table 0 $t 2 2 (ref null func)
;; dump: export "x\0a" tag 0
;; dump: elem 0 active table 0 (ref null func)
;; dump:     ref.func 0
;; dump:     ref.null nofunc
;; dump: data 0 $d active memory 1 "a\00\ff"
;; dump:     i32.const 0
(memory $m 1) (memory $n 1)
(func $f
  (drop (if (result i32) (i32.add (i32.const 1) (i32.const 2)) (then (i32.const 3)) (else (br_table 0 1 0 (i32.const 4)))))
  block $b
    (try_table (catch $e $b) (catch_ref $e 1) (catch_all 0) (catch_all_ref 1) (br 0))
    (resume_throw $k $e (on $e 1) (on $e switch) (ref.null $k))
  end
  (i64.load16_u $n offset=8 (i32.const 0))
  br_on_cast 0 anyref (ref eq)
  select (result i32) (result i64))
(type $f (func)) (type $k (cont $f)) (tag $e (export "x\n") (type $f))
(table $t funcref (elem (ref.func $f) (item ref.null nofunc)))
(data $d (memory $n) (i32.const 0) "a\00" "\ff")
