; A module without markers is left as it is; a marker that is declared and not called goes.
; RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-verify,weft-lower -S %s | FileCheck %s
; CHECK-NOT: @weft
; CHECK:     define i32 @f(i32 %x) {
; CHECK-NOT: @weft
declare void @weft.cont.drop(i64)
define i32 @f(i32 %x) {
  ret i32 %x
}
