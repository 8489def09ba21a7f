; Locations that the front end gave stay; weftc adds none of its own.
; RUN: weftc -g %s --emit=llvm | FileCheck %s
; CHECK: !DIFile(filename: "x.toy"
; CHECK-NOT: !DIFile
define i32 @f() !dbg !3 {
  ret i32 0, !dbg !5
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "x.toy", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = distinct !DISubprogram(name: "f", file: !1, line: 1, unit: !0, type: !4, spFlags: DISPFlagDefinition)
!4 = !DISubroutineType(types: !{})
!5 = !DILocation(line: 7, scope: !3)
