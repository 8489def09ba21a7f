; A resume's result has room for what each listed tag carries.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}outcome-does-not-fit.ll:1:1: weft.resume: tag 't' ("i32,ptr->"), which is outcome 1, carries 2 integers or pointers, and the result has none
; CHECK: error: {{.*}}outcome-does-not-fit.ll:2:1: weft.resume: tag 't' ("i32,ptr->"), which is outcome 1, carries 2 integers or pointers, and the result has 1
; CHECK: error: {{.*}}outcome-does-not-fit.ll:3:1: weft.resume: tag 'u' ("i64,double->"), which is outcome 2, carries 1 float, and the result has none
; CHECK: error: {{.*}}outcome-does-not-fit.ll:4:1: weft.resume: tag 'u' ("i64,double->"), which is outcome 2, carries i64 as integer or pointer 1, and the result's is i32
; CHECK: error: {{.*}}outcome-does-not-fit.ll:5:1: weft.resume: tag 'u' ("i64,double->"), which is outcome 2, carries double as float 1, and the result's is float
%weft.tag = type { ptr, ptr }
@name = private constant [2 x i8] c"t\00"
@sig.t = private constant [10 x i8] c"i32,ptr->\00"
@t = constant %weft.tag { ptr @name, ptr @sig.t }
@sig.u = private constant [13 x i8] c"i64,double->\00"
@u = constant %weft.tag { ptr @name, ptr @sig.u }
@on = private constant { i32, i32, [2 x { ptr, i32 }] } { i32 2, i32 0, [2 x { ptr, i32 }] [{ ptr, i32 } { ptr @t, i32 0 }, { ptr, i32 } { ptr @u, i32 0 }] }
declare { i32, i64 } @weft.resume.none(i64, ptr)
declare { i32, i64, i64, double } @weft.resume.few(i64, ptr)
declare { i32, i64, i64, i64 } @weft.resume.no.float(i64, ptr)
declare { i32, i64, i32, ptr, double } @weft.resume.narrow(i64, ptr)
declare { i32, i64, i64, ptr, float } @weft.resume.narrow.float(i64, ptr)
declare { i32, i64, i64, ptr, double } @weft.resume.right(i64, ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call { i32, i64 } @weft.resume.none(i64 %k, ptr @on)
  call { i32, i64, i64, double } @weft.resume.few(i64 %k, ptr @on)
  call { i32, i64, i64, i64 } @weft.resume.no.float(i64 %k, ptr @on)
  call { i32, i64, i32, ptr, double } @weft.resume.narrow(i64 %k, ptr @on)
  call { i32, i64, i64, ptr, float } @weft.resume.narrow.float(i64 %k, ptr @on)
  call { i32, i64, i64, ptr, double } @weft.resume.right(i64 %k, ptr @on)
  ret void
}
