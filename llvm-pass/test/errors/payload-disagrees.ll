; Payload and answer are those of the signature.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}payload-disagrees.ll:1:1: weft.suspend: the payload is (i32), but tag 't' ("i32,ptr->i64") says (i32,ptr)
; CHECK: error: {{.*}}payload-disagrees.ll:2:1: weft.suspend: the payload is (ptr,i32), but tag 't' ("i32,ptr->i64") says (i32,ptr)
; CHECK: error: {{.*}}payload-disagrees.ll:3:1: weft.suspend: the payload is (i64,ptr), but
; CHECK: error: {{.*}}payload-disagrees.ll:4:1: weft.suspend: the answer is (), but tag 't' ("i32,ptr->i64") says (i64)
; CHECK: error: {{.*}}payload-disagrees.ll:5:1: weft.switch: the answer is (i32,float), but tag 'u' ("->i32,double") says (i32,double)
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [13 x i8] c"i32,ptr->i64\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
@sig.u = private constant [13 x i8] c"->i32,double\00"
@u = constant %weft.tag { ptr @name, ptr @sig.u }
declare i64 @weft.suspend.few(ptr, i32)
declare i64 @weft.suspend.order(ptr, ptr, i32)
declare i64 @weft.suspend.wide(ptr, i64, ptr)
declare void @weft.suspend.ignored(ptr, i32, ptr)
declare { i32, float } @weft.switch.answer(i64, ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call i64 @weft.suspend.few(ptr @t, i32 1)
  call i64 @weft.suspend.order(ptr @t, ptr %p, i32 1)
  call i64 @weft.suspend.wide(ptr @t, i64 %k, ptr %p)
  call void @weft.suspend.ignored(ptr @t, i32 1, ptr %p)
  call { i32, float } @weft.switch.answer(i64 %k, ptr @u)
  ret void
}
