; What cannot be bound: the wrong types, more than travels, what the body does not take.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-markers,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}bind.ll:1:1: weft.cont.bind: the handle has type i32, not i64; the form is i64 weft.cont.bind(i64 k, A...)
; CHECK: error: {{.*}}bind.ll:2:1: weft.cont.bind: payload elements: 7 integers and pointers, at most 6 travel: pass a pointer to the rest;
; CHECK: error: {{.*}}bind.ll:3:1: weft.cont.bind: payload element 1 has type i128, which no payload can carry: pass a pointer to it;
; CHECK: error: {{.*}}bind.ll:4:1: weft.cont.bind: the result has type i32, not i64;
; CHECK: error: {{.*}}bind.ll:6:1: weft.cont.bind: binds (i32), but body 'body' takes (i64,double,ptr) (rule CONT-09)
; CHECK: error: {{.*}}bind.ll:8:1: weft.cont.bind: binds (i64,float), but body 'body' takes (i64,double,ptr) (rule CONT-09)
; CHECK: error: {{.*}}bind.ll:11:1: weft.cont.bind: binds (i64,ptr,ptr), but body 'body' takes (i64,double,ptr) (rule CONT-09)
; CHECK: error: {{.*}}bind.ll:13:1: weft.cont.bind: binds, with what was bound before, 8 floats, at most 6 travel
; CHECK: error: {{.*}}bind.ll:16:1: weft.resume: sends 4 integers and pointers behind 3 that are bound, at most 6 travel (rule CONT-08)
; CHECK: error: {{.*}}bind.ll:17:1: weft.resume: sends 3 floats behind 4 that are bound, at most 6 travel (rule CONT-08)
; CHECK: error: {{.*}}bind.ll:18:1: weft.switch: sends 3 integers and pointers and the handle of who is left behind 3 that are bound, at most 6 travel (rule CONT-08)
; CHECK-NOT: error:
declare i64 @weft.cont.new(ptr, ptr, i32)
declare i64 @weft.cont.bind.handle(i32, i64)
declare i64 @weft.cont.bind.i7(i64, i64, i64, i64, i64, i64, i64, i64)
declare i64 @weft.cont.bind.i128(i64, i128)
declare i32 @weft.cont.bind.result(i64)
declare i64 @weft.cont.bind.i32(i64, i32)
declare i64 @weft.cont.bind.i64.float(i64, i64, float)
declare i64 @weft.cont.bind.i64.ptr(i64, i64, ptr)
declare i64 @weft.cont.bind.ptr(i64, ptr)
declare i64 @weft.cont.bind.f4(i64, float, float, float, float)
declare { i32, i64 } @weft.resume.i3(i64, ptr, i64, i64, i64)
declare { i32, i64 } @weft.resume.i4(i64, ptr, i64, i64, i64, i64)
declare { i32, i64 } @weft.resume.f3(i64, ptr, float, float, float)
declare void @weft.switch.i2(i64, ptr, i64, i64)
declare void @weft.switch.i3(i64, ptr, i64, i64, i64)
%weft.tag = type { ptr, ptr }
@two = private constant [10 x i8] c"i64,i64->\00"
@three = private constant [14 x i8] c"i64,i64,i64->\00"
@skip = constant %weft.tag { ptr @two, ptr @two }
@hop = constant %weft.tag { ptr @three, ptr @three }
declare void @body(ptr, i64, double, ptr)
define void @f(i64 %k, i32 %n, ptr %p) {
  call i64 @weft.cont.bind.handle(i32 %n, i64 0)
  call i64 @weft.cont.bind.i7(i64 %k, i64 0, i64 0, i64 0, i64 0, i64 0, i64 0, i64 0)
  call i64 @weft.cont.bind.i128(i64 %k, i128 0)
  call i32 @weft.cont.bind.result(i64 %k)
  %a = call i64 @weft.cont.new(ptr @body, ptr %p, i32 0)
  %a1 = call i64 @weft.cont.bind.i32(i64 %a, i32 1)
  %b = call i64 @weft.cont.new(ptr @body, ptr %p, i32 0)
  %b1 = call i64 @weft.cont.bind.i64.float(i64 %b, i64 1, float 0.0)
  %c = call i64 @weft.cont.new(ptr @body, ptr %p, i32 0)
  %c1 = call i64 @weft.cont.bind.i64.ptr(i64 %c, i64 1, ptr null)
  %c2 = call i64 @weft.cont.bind.ptr(i64 %c1, ptr null)
  %d1 = call i64 @weft.cont.bind.f4(i64 %k, float 0.0, float 0.0, float 0.0, float 0.0)
  %d2 = call i64 @weft.cont.bind.f4(i64 %d1, float 0.0, float 0.0, float 0.0, float 0.0)
  %e1 = call i64 @weft.cont.bind.ptr(i64 %k, ptr null)
  %e2 = call i64 @weft.cont.bind.i64.ptr(i64 %e1, i64 1, ptr null)
  call { i32, i64 } @weft.resume.i4(i64 %e2, ptr null, i64 1, i64 2, i64 3, i64 4)
  call { i32, i64 } @weft.resume.f3(i64 %d1, ptr null, float 0.0, float 0.0, float 0.0)
  call void @weft.switch.i3(i64 %e2, ptr @hop, i64 1, i64 2, i64 3)
  call { i32, i64 } @weft.resume.i3(i64 %e2, ptr null, i64 1, i64 2, i64 3)
  call void @weft.switch.i2(i64 %e2, ptr @skip, i64 1, i64 2)
  ret void
}
