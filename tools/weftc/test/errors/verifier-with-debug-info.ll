; A broken module that carries debug information is an error like any other, not a crash in LLVM's reader.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s
define i32 @f() !dbg !3 {
entry:
  %a = add i32 %b, 1
; CHECK: verifier-with-debug-info.ll:[[#@LINE-1]]:3: error: in function @f: Instruction does not dominate all uses!
  %b = add i32 1, 1
  ret i32 %a
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C99, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "x.toy", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = distinct !DISubprogram(name: "f", file: !1, line: 1, unit: !0, type: !4, spFlags: DISPFlagDefinition)
!4 = !DISubroutineType(types: !{})
