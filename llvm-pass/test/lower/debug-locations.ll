; Whatever a marker becomes has the marker's place.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s > %t.ll
; RUN: sed -n '/^define i64 @f/,/^}/p' %t.ll | grep '^  [^;]' > %t.instructions
; RUN: FileCheck %s --input-file=%t.instructions --implicit-check-not=unreachable{{$}}
; RUN: not grep -v '!dbg ' %t.instructions
; CHECK: load ptr, ptr @weft_slots
; CHECK: asm sideeffect
; CHECK: call void @weft_trap
; CHECK: call ptr @weft_rt_cont_renew
declare { i32, i64, float } @weft.resume(i64, ptr, i32)
define i64 @f(i64 %k, i32 %n) !dbg !3 {
  %r = call { i32, i64, float } @weft.resume(i64 %k, ptr null, i32 %n), !dbg !4
  %v = extractvalue { i32, i64, float } %r, 1, !dbg !4
  ret i64 %v, !dbg !4
}
!llvm.dbg.cu = !{!1}
!llvm.module.flags = !{!0}
!0 = !{i32 2, !"Debug Info Version", i32 3}
!1 = distinct !DICompileUnit(language: DW_LANG_C, file: !2, emissionKind: FullDebug)
!2 = !DIFile(filename: "a.c", directory: "/")
!3 = distinct !DISubprogram(name: "f", file: !2, line: 5, type: !5, unit: !1, spFlags: DISPFlagDefinition)
!4 = !DILocation(line: 7, column: 3, scope: !3)
!5 = !DISubroutineType(types: !6)
!6 = !{null}
