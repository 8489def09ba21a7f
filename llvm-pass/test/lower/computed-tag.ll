; After verification the optimizer may merge two suspends into one of a select.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; CHECK: %tag = select i1 %c, ptr @a, ptr @b
; CHECK: asm sideeffect {{.*}}(ptr %tag)
@a = external constant { ptr, ptr }
@b = external constant { ptr, ptr }
declare void @weft.suspend(ptr)
define void @f(i1 %c) {
  %tag = select i1 %c, ptr @a, ptr @b
  call void @weft.suspend(ptr %tag)
  ret void
}
