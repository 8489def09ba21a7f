; Too few and too many operands.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}operand-count.ll:1:1: weft.resume: the handler table is missing; the form is { i32 which, i64 next, ... } weft.resume(i64 k, ptr on, A...)
; CHECK: error: {{.*}}operand-count.ll:2:1: weft.cont.drop: takes 1 argument, not 2;
declare { i32, i64 } @weft.resume(i64)
declare void @weft.cont.drop(i64, i64)
define void @f(i64 %k, ptr %p, i32 %n) {
  call { i32, i64 } @weft.resume(i64 %k)
  call void @weft.cont.drop(i64 %k, i64 %k)
  ret void
}
