; What cannot be thrown in: nothing, something that is no pointer, a payload; and a result that holds less than a
; listed tag carries.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-markers,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}resume-throw.ll:1:1: weft.resume.throw: the exception is null; it is an _Unwind_Exception or a weft_raise (rule CONT-12)
; CHECK: error: {{.*}}resume-throw.ll:2:1: weft.resume.throw: the exception is missing; the form is { i32 which, i64 next, ... } weft.resume.throw(i64 k, ptr on, ptr exception)
; CHECK: error: {{.*}}resume-throw.ll:3:1: weft.resume.throw: the exception has type i64, not ptr;
; CHECK: error: {{.*}}resume-throw.ll:4:1: weft.resume.throw: takes 3 arguments, not 4;
; CHECK: error: {{.*}}resume-throw.ll:5:1: weft.resume.throw: the result has type i32, not a struct that begins
; CHECK: error: {{.*}}resume-throw.ll:6:1: weft.resume.throw: tag 't' ("i64->"), which is outcome 1, carries 1 integer or pointer, and the result has none
; CHECK: error: {{.*}}resume-throw.ll:7:1: weft.resume.throw: the exception is null
; CHECK: error: {{.*}}resume-throw.ll:8:1: weft.resume.throw: next is missing;
; CHECK-NOT: error:
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig = private constant [6 x i8] c"i64->\00"
@t = constant %weft.tag { ptr @name, ptr @sig }
@on = constant { i32, i32, [1 x { ptr, i32 }] } { i32 1, i32 0, [1 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }] }
declare { i32, i64 } @weft.resume.throw(i64, ptr, ptr)
declare { i32, i64 } @weft.resume.throw.two(i64, ptr)
declare { i32, i64 } @weft.resume.throw.number(i64, ptr, i64)
declare { i32, i64 } @weft.resume.throw.four(i64, ptr, ptr, i64)
declare i32 @weft.resume.throw.narrow(i64, ptr, ptr)
declare i32 @weft.resume.throw.mem(i64, ptr, ptr, ptr, ptr)
define void @f(i64 %k, ptr %e) {
  call { i32, i64 } @weft.resume.throw(i64 %k, ptr null, ptr null)
  call { i32, i64 } @weft.resume.throw.two(i64 %k, ptr null)
  call { i32, i64 } @weft.resume.throw.number(i64 %k, ptr null, i64 %k)
  call { i32, i64 } @weft.resume.throw.four(i64 %k, ptr null, ptr %e, i64 %k)
  call i32 @weft.resume.throw.narrow(i64 %k, ptr null, ptr %e)
  call { i32, i64 } @weft.resume.throw(i64 %k, ptr @on, ptr %e)
  call i32 @weft.resume.throw.mem(i64 %k, ptr null, ptr null, ptr null, ptr null)
  call i32 @weft.resume.throw.mem(i64 %k, ptr null, ptr %e, ptr null)
  ret void
}
