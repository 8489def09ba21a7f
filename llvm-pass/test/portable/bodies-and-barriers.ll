; A body's end and a barrier are calls too: nothing of a target is in what is emitted.
; RUN: opt -load-pass-plugin=%pass -passes='weft-markers,weft-verify,weft-lower<port=portable>,verify' -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%pass -passes='weft-markers,weft-lower<port=portable>' %s | llc -mtriple=s390x-unknown-linux-gnu -o /dev/null
target triple = "x86_64-unknown-linux-gnu"
declare i64 @weft.cont.new(ptr, ptr, i32)

; CHECK-NOT: asm
; CHECK-LABEL: define i64 @makes
; CHECK: call i64 @weft_rt_cont_new(ptr @weft_thunk.body, ptr null, i32 0)
define i64 @makes() {
  %k = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  ret i64 %k
}
define { i64, double } @body(ptr %env, i64 %n) {
  %b = call ptr @quiet(ptr %env) "weft.barrier"
  ret { i64, double } { i64 7, double 1.5 }
}
declare ptr @quiet(ptr) nounwind
; CHECK: %[[B:.*]] = call ptr @weft_rt_barrier_enter(ptr @weft_barrier.site)
; CHECK: call ptr @quiet
; CHECK: call void @weft_rt_barrier_leave(ptr

; CHECK-LABEL: define internal void @weft_thunk.body
; CHECK: call void @weft_rt_return_mem(ptr %weft.payload)
; CHECK-NEXT: unreachable
