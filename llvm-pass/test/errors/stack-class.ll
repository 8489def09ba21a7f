; A constant stack class is one of those there are.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}stack-class.ll:1:1: weft.cont.new: stack class 8 is out of range: 0 to 7
declare i64 @weft.cont.new(ptr, ptr, i32)
declare void @g(ptr)
define void @f(i64 %k, ptr %p, i32 %n) {
  call i64 @weft.cont.new(ptr @g, ptr null, i32 8)
  call i64 @weft.cont.new(ptr @g, ptr null, i32 %n)
  ret void
}
