;; Every instruction that is no plain number operation, flat and folded: order, and what may be left out.
;; dump: type 0 $f group 0 final (func (param i32) (result i32)) | type 1 $s group 1 final (struct i32 (mut i8))
;; dump: type 2 $r group 2 final (array (mut i32)) | type 3 $b group 3 final (array i8)
;; dump: type 4 group 4 final (func (param i32)) | type 5 group 5 final (func) | type 6 group 6 final (func (result i32))
;; dump: type 7 group 7 final (func (param i64 i64) (result f32))
;; dump: func 0 $g (type 5) | end
;; dump: func 1 (type 6) | block (result i32) | i32.const 1 | i32.const 2 | i32.add | end | block (result i32) | loop
;; dump: end | i32.const 1 | if | nop | else | end | i32.const 2 | end | i32.const 1 | i32.eqz | if (result i32)
;; dump: i32.const 1 | i32.const 2 | drop | else | i32.const 2 | end | i32.const 0 | if | end | i32.const 0 | if | else
;; dump: end | i32.const 0 | if (type 0) | else | drop | i32.const 1 | end | i32.const 0 | br_table 0 0 | i32.const 0
;; dump: i32.const 1 | br_table 0 0 0 | unreachable | end
;; dump: func 2 (type 5) | unreachable | select (result i32) | drop | ref.null func | ref.null func | i32.const 0
;; dump: select (result (ref null func)) | drop | i32.const 1 | i32.const 2 | i32.const 3 | select | drop | end
;; dump: func 3 (type 5) | unreachable | call_indirect 0 (type 5) | call_indirect 1 (type 5) | call_indirect 0 (type 0)
;; dump: call_indirect 1 (type 0) | i64.const 0 | i64.const 0 | i32.const 0 | call_indirect 0 (type 7) | drop
;; dump: i32.const 0 | i32.const 0 | return_call_indirect 0 (type 0) | return_call_indirect 0 (type 5) | call 0
;; dump: return_call 2 | call_ref 0 | return_call_ref 0 | end
;; dump: func 4 (type 5) | unreachable | table.get 0 | table.get 1 | table.set 0 | table.size 1 | table.grow 0
;; dump: table.fill 0 | table.copy 0 0 | table.copy 0 1 | table.init 0 0 | table.init 1 0 | elem.drop 0 | memory.size 0
;; dump: memory.size 1 | memory.grow 0 | memory.fill 1 | memory.copy 0 0 | memory.copy 0 1 | memory.init 0 0
;; dump: memory.init 1 0 | data.drop 0 | i32.load 0 offset=0 align=4 | i32.load 1 offset=0 align=4
;; dump: i32.load8_s 1 offset=3 align=1 | i64.store32 0 offset=16 align=4 | f64.store 0 offset=0 align=1 | end
;; dump: func 5 (type 5) | unreachable | ref.null func | ref.null 0 | ref.is_null | ref.func 0 | ref.eq | ref.as_non_null
;; dump: ref.test (ref null 0) | ref.cast (ref null any) | ref.cast (ref i31) | br_on_null 0 | br_on_non_null 0
;; dump: br_on_cast 0 (ref null any) (ref 1) | br_on_cast_fail 0 (ref any) (ref null i31) | struct.new 1
;; dump: struct.new_default 8 | struct.get 1 0 | struct.get_s 1 1 | struct.get_u 8 1 | struct.set 1 1 | array.new 2
;; dump: array.new_default 2 | array.new_fixed 2 3 | array.new_data 3 0 | array.new_elem 2 0 | array.get 2 | array.get_s 3
;; dump: array.get_u 3 | array.set 2 | array.len | array.fill 2 | array.copy 2 3 | array.init_data 3 0
;; dump: array.init_elem 2 0 | any.convert_extern | extern.convert_any | ref.i31 | i31.get_s | i31.get_u | end
;; dump: func 6 (type 5) | block | try_table (result i32) (catch 1 0) (catch_ref 0 0) (catch_all 0) (catch_all_ref 1)
;; dump: br 0 | end | end | try_table (type 0) | end | try_table (type 4) (catch_all 0) | end | i32.const 0 | throw 1
;; dump: ref.null exn | throw_ref | end | table 0 $t 1 (ref null func) | table 1 $u 1 (ref null func) | memory 0 $m 1
;; dump: memory 1 $n 1 | tag 0 $x (type 4) | tag 1 $e (type 4) | elem 0 $e passive (ref func) | data 0 $d passive ""
(module
  (type $f (func (param i32) (result i32))) (table $t 1 funcref) (table $u 1 funcref) (memory $m 1) (memory $n 1)
  (elem $e func) (data $d) (tag $x (param i32)) (func $g)
  (type $s (struct (field $a i32) (field (mut i8)))) (type $r (array (mut i32))) (type $b (array i8))
  (func (result i32)
    block (result i32) i32.const 1 (i32.add (i32.const 2)) end
    (block (result i32) (loop) i32.const 1 if nop else end i32.const 2)
    (if (result i32) (i32.const 1) (i32.eqz) (then i32.const 1 (drop (i32.const 2))) (else (i32.const 2)))
    (if (i32.const 0) (then)) (if (i32.const 0) (then) (else))
    i32.const 0 if (type $f) (param i32) (result i32) else drop i32.const 1 end
    i32.const 0 br_table 0 0
    (br_table 0 0 0 (i32.const 0) (i32.const 1)) unreachable)
  (func unreachable select (result i32) (result) drop (select (result funcref) (ref.null func) (ref.null func) (i32.const 0))
    drop (drop (select (i32.const 1) (i32.const 2) (i32.const 3))))
  (func unreachable
    call_indirect call_indirect $u call_indirect (type $f) call_indirect 1 (type $f) (param i32) (result i32)
    (call_indirect (param i64) (param i64) (result f32) (i64.const 0) (i64.const 0) (i32.const 0)) drop
    (return_call_indirect $t (type $f) (i32.const 0) (i32.const 0)) return_call_indirect call $g return_call 2
    call_ref $f return_call_ref $f)
  (func unreachable
    table.get table.get $u table.set table.size 1 table.grow table.fill $t table.copy table.copy $t $u table.init $e
    table.init $u $e elem.drop 0 memory.size memory.size $n memory.grow memory.fill 1 memory.copy memory.copy $m $n
    memory.init $d memory.init $n $d data.drop $d
    i32.load i32.load 1 i32.load8_s $n offset=3 align=1 i64.store32 offset=0x10 f64.store align=1)
  (func unreachable
    ref.null func ref.null $f ref.is_null ref.func $g ref.eq ref.as_non_null ref.test (ref null $f) ref.cast anyref
    ref.cast (ref i31) br_on_null 0 br_on_non_null 0 br_on_cast 0 anyref (ref $s) br_on_cast_fail 0 (ref any) i31ref
    struct.new $s struct.new_default 8 struct.get $s $a struct.get_s $s 1 struct.get_u 8 1 struct.set $s 1
    array.new $r array.new_default $r array.new_fixed $r 3 array.new_data $b $d array.new_elem $r $e array.get $r
    array.get_s $b array.get_u $b array.set $r array.len array.fill $r array.copy $r $b array.init_data $b $d
    array.init_elem $r $e any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u)
  (tag $e (param i32))
  (func (block $h (try_table $l (result i32) (catch $e $h) (catch_ref 0 0) (catch_all $h) (catch_all_ref 1) (br $l)))
    try_table (type 0) end try_table (param i32) (catch_all 0) end (throw $e (i32.const 0)) (throw_ref (ref.null exn))))
