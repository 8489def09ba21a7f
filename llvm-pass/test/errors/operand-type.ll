; An operand of the wrong type is named, and the form is shown.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}operand-type.ll:1:1: weft.cont.drop: the handle has type i32, not i64; the form is void weft.cont.drop(i64 k)
; CHECK: error: {{.*}}operand-type.ll:2:1: weft.suspend: the tag has type i64, not ptr; the form is B weft.suspend(ptr tag, P...)
; CHECK: error: {{.*}}operand-type.ll:3:1: weft.cont.new: the stack class has type i64, not i32;
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
declare void @weft.cont.drop.narrow(i32)
declare void @weft.suspend.number(i64)
declare i64 @weft.cont.new.class(ptr, ptr, i64)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.cont.drop.narrow(i32 %n)
  call void @weft.suspend.number(i64 %k)
  call i64 @weft.cont.new.class(ptr @g, ptr %p, i64 %k)
  ret void
}
declare void @g(ptr)
