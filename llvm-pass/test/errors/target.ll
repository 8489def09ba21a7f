; Other targets are refused before they get x86-64 text.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}target.ll:1:1: weft.cont.drop: target 'aarch64-unknown-linux-gnu' is not supported by this version of the pass; x86_64 Linux is
target triple = "aarch64-unknown-linux-gnu"
declare void @weft.cont.drop(i64)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.cont.drop(i64 %k)
  ret void
}
