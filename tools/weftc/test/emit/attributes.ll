; Functions get what backtraces and guard pages need, unless they say otherwise. No trace of weftc's own
; bookkeeping is left.
; RUN: weftc %s --emit=llvm -O0 | FileCheck %s
; CHECK: define void @plain() #[[PLAIN:[0-9]+]] {
define void @plain() {
  call void asm "nop", ""()
; CHECK: call void asm "nop", ""(){{$}}
  ret void
}
; CHECK: define void @own() #[[OWN:[0-9]+]] {
define void @own() "frame-pointer"="none" "probe-stack"="__probe" {
  ret void
}
; CHECK-DAG: attributes #[[PLAIN]] = { uwtable "frame-pointer"="all" "probe-stack"="inline-asm" }
; CHECK-DAG: attributes #[[OWN]] = { uwtable "frame-pointer"="none" "probe-stack"="__probe" }
; CHECK-NOT: DILocation
