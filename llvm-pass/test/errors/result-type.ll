; Results of the wrong type.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}result-type.ll:1:1: weft.cont.new: the result has type i32, not i64;
; CHECK: error: {{.*}}result-type.ll:2:1: weft.resume: the result has type i64, not a struct that begins { i32, i64 (which outcome, next handle);
; CHECK: error: {{.*}}result-type.ll:3:1: weft.resume: the result has type { i64, i64 }, not a struct that begins { i32, i64
; CHECK: error: {{.*}}result-type.ll:4:1: weft.cont.drop: the result has type i32, not void;
declare i32 @weft.cont.new(ptr, ptr, i32)
declare i64 @weft.resume.a(i64, ptr)
declare { i64, i64 } @weft.resume.b(i64, ptr)
declare i32 @weft.cont.drop(i64)
declare void @g(ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call i32 @weft.cont.new(ptr @g, ptr %p, i32 0)
  call i64 @weft.resume.a(i64 %k, ptr null)
  call { i64, i64 } @weft.resume.b(i64 %k, ptr null)
  call i32 @weft.cont.drop(i64 %k)
  ret void
}
