; Without debug info the function and the instruction are shown.
; RUN: not opt -load-pass-plugin=%pass -passes=weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK:      error: in function 'f': weft.cont.drop: the handle has type i32, not i64;
; CHECK-NEXT:   call void @weft.cont.drop(i32 %n)
declare void @weft.cont.drop(i32)
define void @f(i32 %n) {
  call void @weft.cont.drop(i32 %n)
  ret void
}
