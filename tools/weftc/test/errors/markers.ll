; What Weft's pass rejects is shown at the line of the .ll, though the .ll has no debug information.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s
; RUN: not weftc -O0 %s -c -o %t.o 2>&1 | FileCheck %s
@not_a_tag = global i32 0
declare void @weft.suspend.one(ptr, i64)

define void @f() {
  call void @weft.suspend.one(ptr @not_a_tag, i64 1)
; CHECK: markers.ll:[[#@LINE-1]]:3: error: weft.suspend: tag 'not_a_tag'
; CHECK-NEXT: call void @weft.suspend.one
  ret void
}
