; Instrumented functions switch out of line, with the payload in memory; others in the module do not.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,asan,verify -S %s | FileCheck --check-prefix=ASAN %s
@t = external constant { ptr, ptr }
declare { i32, i64, ptr, float } @weft.resume(i64, ptr, i8, float)
declare void @weft.suspend(ptr)
declare i64 @weft.switch(i64, ptr, ptr)
; CHECK-LABEL: define { i32, i64, ptr, float } @resume(
; CHECK:      %weft.payload = alloca [12 x i64]
; CHECK:      store i64 %{{.*}}, ptr
; CHECK:      store double %{{.*}}, ptr
; CHECK:      %[[WHICH:.*]] = call i32 @weft_rt_resume_sent(i64 %k, ptr @weft_no_handlers, ptr %weft.payload, ptr %weft.payload, ptr %weft.next, i32 9)
; CHECK:      load i64, ptr %weft.next
; CHECK:      load ptr, ptr
; CHECK:      load double, ptr
; CHECK-NOT:  asm
define { i32, i64, ptr, float } @resume(i64 %k, i8 %a, float %b) sanitize_address {
  %r = call { i32, i64, ptr, float } @weft.resume(i64 %k, ptr null, i8 %a, float %b)
  ret { i32, i64, ptr, float } %r
}
; CHECK-LABEL: define i64 @switch(
; CHECK: call void @weft_rt_switch_sent(i64 %k, ptr @t, ptr %weft.payload, i32 66, ptr %weft.payload)
define i64 @switch(i64 %k, ptr %p) sanitize_thread {
  %r = call i64 @weft.switch(i64 %k, ptr @t, ptr %p)
  ret i64 %r
}
; CHECK-LABEL: define void @plain(
; CHECK: asm sideeffect
define void @plain() {
  call void @weft.suspend(ptr @t)
  ret void
}
; ASan brings stores of arguments in front of the first alloca that it pads, past other stores: not of Weft's.
; ASAN-LABEL: define i64 @first_value(
; ASAN:      store i64 3, ptr %x
; ASAN-NEXT: store i64 %a, ptr %x
define i64 @first_value(i64 %a) sanitize_address {
  %x = alloca i64
  store i64 3, ptr %x
  store i64 %a, ptr %x
  call void @weft.suspend(ptr @t)
  %v = load i64, ptr %x
  ret i64 %v
}
