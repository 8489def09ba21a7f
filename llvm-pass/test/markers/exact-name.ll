; "\01" before a name, which says that it is not mangled any more, is not part of it.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-verify,weft-lower -S %s | FileCheck %s
; CHECK: call void @weft_rt_cont_drop(i64 %k)
declare void @"\01weft.cont.drop"(i64)
define void @f(i64 %k) {
  call void @"\01weft.cont.drop"(i64 %k)
  ret void
}
