; What has a sanitized function refers to a symbol that only a libweft has which was built with the sanitizer.
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower -S %s | FileCheck %s
; CHECK: @weft_needs_sanitizer_address = linkonce_odr hidden constant ptr @weft_sanitizer_address, comdat
; CHECK-NOT: weft_sanitizer_thread
declare void @weft.cont.drop(i64)
define void @f(i64 %k) sanitize_address {
  call void @weft.cont.drop(i64 %k)
  ret void
}
