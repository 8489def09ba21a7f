; Targets without any port are refused.
; RUN: not opt -load-pass-plugin=%pass -passes=debugify,weft-verify -disable-output %s 2>&1 | FileCheck %s
; CHECK: error: {{.*}}target.ll:1:1: weft.cont.drop: target 'i386-unknown-linux-gnu' is not supported: Weft has x86_64 Linux inline, and by calls what is ELF, has 64-bit pointers and is known to Boost.Context
target triple = "i386-unknown-linux-gnu"
declare void @weft.cont.drop(i64)
define void @f(i64 %k, ptr %p, i32 %n) {
  call void @weft.cont.drop(i64 %k)
  ret void
}
