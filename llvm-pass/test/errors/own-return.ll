; The marker that ends a thunk is the pass's own.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}own-return.ll:1:1: weft.return: is the pass's own; a body ends by ret
declare void @weft.return(i64)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.return(i64 %k)
  ret void
}
