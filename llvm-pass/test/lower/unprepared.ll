; A module that no pipeline has seen before the link: weft-lower makes it canonical first.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; CHECK: call i64 @weft_rt_cont_new(ptr @weft_thunk.body, ptr null, i32 0)
; CHECK: asm sideeffect
; CHECK: define internal void @weft_thunk.body(
; CHECK: asm sideeffect alignstack unwind "jmpq *weft_rt_return@GOTPCREL(%rip){{.*}}", "{rsi},~{memory}"(i64
; CHECK-NEXT: unreachable
@t = external constant { ptr, ptr }
declare i64 @weft.cont.new(ptr, ptr, i32)
declare void @weft.suspend.mem(ptr, ptr, ptr)
declare i32 @body(ptr)
define i64 @f() {
  %k = call i64 @weft.cont.new(ptr @body, ptr null, i32 0)
  call void @weft.suspend.mem(ptr @t, ptr null, ptr null)
  ret i64 %k
}
