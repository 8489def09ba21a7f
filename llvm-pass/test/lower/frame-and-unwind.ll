; A function with a switch has a frame pointer; all functions of the module have unwind tables, and probe big frames. Before a link the
; frame's address is an operand, so that the function it is inlined into has a frame pointer too; and it has a landing
; pad of its own, so that it does not get one of the function it is inlined into.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower -S %s | FileCheck %s
; RUN: opt -load-pass-plugin=%pass -passes='weft-lower<before-link>' -S %s | FileCheck %s --check-prefix=BEFORE
; CHECK: define void @f() #[[SWITCHES:[0-9]+]]
; CHECK-NOT: frameaddress
; CHECK: define void @g() #[[PLAIN:[0-9]+]]
; CHECK-DAG: attributes #[[SWITCHES]] = { uwtable "frame-pointer"="all" "probe-stack"="inline-asm" }
; CHECK-DAG: attributes #[[PLAIN]] = { uwtable "probe-stack"="inline-asm" }
; BEFORE: %[[FRAME:.*]] = call ptr @llvm.frameaddress.p0(i32 0)
; BEFORE-NEXT: invoke {{.*}} asm sideeffect {{.*}}"={r10},={r12},={r13},={r14},={r15},0,1,{{.*}}"(ptr @t, ptr %[[FRAME]])
; BEFORE-NEXT: unwind label %weft.detour
; BEFORE: define void @g() #{{[0-9]+}} {
@t = external constant { ptr, ptr }
declare void @weft.suspend(ptr)
define void @f() {
  call void @weft.suspend(ptr @t)
  ret void
}
define void @g() {
  ret void
}
