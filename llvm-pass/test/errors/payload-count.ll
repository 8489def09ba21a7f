; Six integers or pointers and six floats travel; of a switch five, as the handle takes a place.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}payload-count.ll:1:1: weft.suspend: payload elements: 7 integers and pointers, at most 6 travel: pass a pointer to the rest;
; CHECK: error: {{.*}}payload-count.ll:2:1: weft.suspend: payload elements: 7 floats, at most 6 travel: pass a pointer to the rest;
; CHECK: error: {{.*}}payload-count.ll:3:1: weft.suspend: answer elements: 7 integers and pointers, at most 6 travel
; CHECK: error: {{.*}}payload-count.ll:4:1: weft.switch: payload elements: 6 integers and pointers, at most 5 travel (one place is the handle of the continuation left): pass a pointer to the rest;
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [3 x i8] c"->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
declare void @weft.suspend.i7(ptr, i64, i64, i64, i64, i64, i64, ptr)
declare void @weft.suspend.f7(ptr, double, double, double, double, double, double, float)
declare { i64, i64, i64, i64, i64, i64, i64 } @weft.suspend.a7(ptr)
declare void @weft.switch.i6(i64, ptr, i64, i64, i64, i64, i64, i64)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.suspend.i7(ptr @t, i64 0, i64 0, i64 0, i64 0, i64 0, i64 0, ptr %p)
  call void @weft.suspend.f7(ptr @t, double 0.0, double 0.0, double 0.0, double 0.0, double 0.0, double 0.0, float 0.0)
  call { i64, i64, i64, i64, i64, i64, i64 } @weft.suspend.a7(ptr @t)
  call void @weft.switch.i6(i64 %k, ptr @t, i64 0, i64 0, i64 0, i64 0, i64 0, i64 0)
  ret void
}
