; A layout that is not the target's would be miscompiled silently.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s
; CHECK: datalayout.ll: error: its target datalayout is "e-p:32:32"
; CHECK-SAME: leave the line out
target datalayout = "e-p:32:32"
define void @f() {
  ret void
}
