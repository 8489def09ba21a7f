; The object refers to a symbol that only a runtime for this port and ABI has, from a constant that linkers keep.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower -S %s | FileCheck %s
; CHECK: $weft_needs_abi1_x86_64_inline = comdat any
; CHECK: @weft_abi1_x86_64_inline = external global i8
; CHECK: @weft_needs_abi1_x86_64_inline = linkonce_odr hidden constant ptr @weft_abi1_x86_64_inline, comdat
; CHECK: @llvm.used = appending global [1 x ptr] [ptr @weft_needs_abi1_x86_64_inline]
declare void @weft.cont.drop(i64)
define void @f(i64 %k) {
  call void @weft.cont.drop(i64 %k)
  ret void
}
