; Each call has its answer and its reason: by call graph, attributes, names and effects.
; RUN: opt -load-pass-plugin=%pass -passes='print<weft-suspend-info>' -disable-output %s 2>&1 | FileCheck %s
declare void @weft.suspend(ptr)
declare i32 @weft_yield()
declare i32 @weft_wake(i64)
declare void @unknown()
declare ptr @malloc(i64)
declare void @qsort(ptr, i64, i64, ptr)
declare i64 @strlen(ptr)
declare void @mine() "weft-maysuspend"
declare void @quick() "weft-nosuspend"
declare void @seen() "weft-never-suspends"
declare void @looks(ptr) memory(argmem: readwrite)
declare i32 @reads() memory(read)
declare void @keeps_to_itself() nocallback
declare ptr @__errno_location() memory(none)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)

; CHECK-LABEL: function 'leaf': never suspends
; CHECK-NEXT: never suspends: calls 'malloc', of the C library, which calls nothing of the program's
; CHECK-NEXT: never suspends: calls 'strlen', of the C library
; CHECK-NEXT: never suspends: calls 'weft_wake', of libweft, which never waits
; CHECK-NEXT: never suspends: calls '__errno_location', of the running thread
; CHECK-NEXT: never suspends: calls 'looks', which writes no memory but its arguments'
; CHECK-NEXT: never suspends: calls 'reads', which writes no memory but its arguments'
; CHECK-NEXT: never suspends: calls 'keeps_to_itself', which is nocallback
; CHECK-NEXT: never suspends: calls 'quick', which says "weft-nosuspend"
; CHECK-NEXT: never suspends: calls 'seen', which was seen not to
; CHECK-NEXT: never suspends: assembly
define void @leaf(ptr %p) {
  %m = call ptr @malloc(i64 8)
  %n = call i64 @strlen(ptr %p)
  call i32 @weft_wake(i64 1)
  call ptr @__errno_location()
  call void @llvm.memcpy.p0.p0.i64(ptr %m, ptr %p, i64 8, i1 false)
  call void @looks(ptr %p)
  call i32 @reads()
  call void @keeps_to_itself()
  call void @quick()
  call void @seen()
  call void asm sideeffect "nop", ""()
  ret void
}
; CHECK-LABEL: function 'yields': may suspend
; CHECK-NEXT: may suspend: calls 'weft_yield', which waits
define void @yields() {
  call i32 @weft_yield()
  ret void
}
; CHECK-LABEL: function 'deeper': may suspend
; CHECK-NEXT: a.c:7:3: may suspend: calls 'yields', which calls 'weft_yield', which waits
define void @deeper() !dbg !5 {
  call void @yields(), !dbg !6
  ret void
}
; CHECK-LABEL: function 'marked': may suspend
; CHECK-NEXT: may suspend: calls 'weft.suspend', which suspends
define void @marked(ptr %tag) {
  call void @weft.suspend(ptr %tag)
  ret void
}
; CHECK-LABEL: function 'perhaps': maybe suspends
; CHECK-NEXT: maybe suspends: an indirect call
; CHECK-NEXT: maybe suspends: calls 'unknown', of which nothing is known
; CHECK-NEXT: maybe suspends: calls 'qsort', of which nothing is known
define void @perhaps(ptr %f) {
  call void %f()
  call void @unknown()
  call void @qsort(ptr %f, i64 1, i64 1, ptr %f)
  ret void
}
; CHECK-LABEL: function 'said': may suspend
; CHECK-NEXT: may suspend: calls 'mine', which says "weft-maysuspend"
; CHECK-NEXT: never suspends: it says "weft-nosuspend"
; CHECK-NEXT: never suspends: behind a barrier
; CHECK-NEXT: may suspend: it says "weft-maysuspend"
; CHECK-NEXT: may suspend: a switch
define void @said(ptr %f) {
  call void @mine()
  call void %f() "weft-nosuspend"
  call void @yields() "weft.barrier"
  call void %f() "weft-maysuspend"
  call void asm sideeffect "nop", ""() "weft-maysuspend"
  ret void
}
; Functions that call each other.
; CHECK-LABEL: function 'even': may suspend
; CHECK: may suspend: calls 'odd', which calls 'mine', which says "weft-maysuspend"
; CHECK-LABEL: function 'odd': may suspend
define void @even(i1 %c) {
  call void @odd(i1 %c)
  ret void
}
define void @odd(i1 %c) {
  call void @even(i1 %c)
  call void @mine()
  ret void
}
; CHECK-LABEL: function 'replaceable': never suspends
define weak void @replaceable() {
  ret void
}
; CHECK-LABEL: function 'calls_replaceable': maybe suspends
; CHECK-NEXT: maybe suspends: calls 'replaceable', which another definition may replace
define void @calls_replaceable() {
  call void @replaceable()
  ret void
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "a.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!5 = distinct !DISubprogram(name: "deeper", file: !1, line: 6, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!6 = !DILocation(line: 7, column: 3, scope: !5)
