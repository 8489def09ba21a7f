; Lowering keeps the records of where locals are, before and after a marker, also those that speak of its result; and no
; subprogram is lost.
; Of one port only: what this is about is the inline port's text.
; REQUIRES: inline-port
; RUN: opt -load-pass-plugin=%pass -passes=weft-lower,verify -S %s | FileCheck %s
; CHECK: define i64 @f(i64 %k, i64 %n) {{.*}}!dbg ![[F:[0-9]+]]
; CHECK: #dbg_value(i64 %n, ![[N:[0-9]+]], !DIExpression(), ![[BEFORE:[0-9]+]])
; CHECK: call {{.*}} asm sideeffect alignstack unwind {{.*}} !dbg ![[MARKER:[0-9]+]]
; CHECK: %[[V:[0-9a-z.]+]] = {{.*}} !dbg ![[MARKER]]
; CHECK: #dbg_value(i64 %v, ![[R:[0-9]+]], !DIExpression(), ![[AFTER:[0-9]+]])
; CHECK: #dbg_value(i64 %n, ![[N]], !DIExpression(DW_OP_plus_uconst, 1, DW_OP_stack_value), ![[AFTER]])
; CHECK-DAG: ![[F]] = distinct !DISubprogram(name: "f"
; CHECK-DAG: ![[N]] = !DILocalVariable(name: "n"
; CHECK-DAG: ![[R]] = !DILocalVariable(name: "result"
; CHECK-DAG: ![[MARKER]] = !DILocation(line: 7, column: 3, scope: ![[F]])
declare { i32, i64, i64 } @weft.resume(i64, ptr, i64)
define i64 @f(i64 %k, i64 %n) !dbg !3 {
    #dbg_value(i64 %n, !8, !DIExpression(), !5)
  %r = call { i32, i64, i64 } @weft.resume(i64 %k, ptr null, i64 %n), !dbg !4
  %v = extractvalue { i32, i64, i64 } %r, 2, !dbg !4
    #dbg_value(i64 %v, !9, !DIExpression(), !6)
    #dbg_value(i64 %n, !8, !DIExpression(DW_OP_plus_uconst, 1, DW_OP_stack_value), !6)
  ret i64 %v, !dbg !6
}
!llvm.dbg.cu = !{!1}
!llvm.module.flags = !{!0}
!0 = !{i32 2, !"Debug Info Version", i32 3}
!1 = distinct !DICompileUnit(language: DW_LANG_C, file: !2, emissionKind: FullDebug)
!2 = !DIFile(filename: "a.c", directory: "/")
!3 = distinct !DISubprogram(name: "f", file: !2, line: 5, type: !7, unit: !1, spFlags: DISPFlagDefinition, retainedNodes: !11)
!4 = !DILocation(line: 7, column: 3, scope: !3)
!5 = !DILocation(line: 6, column: 3, scope: !3)
!6 = !DILocation(line: 8, column: 3, scope: !3)
!7 = !DISubroutineType(types: !{null})
!8 = !DILocalVariable(name: "n", scope: !3, file: !2, line: 5, type: !10)
!9 = !DILocalVariable(name: "result", scope: !3, file: !2, line: 7, type: !10)
!10 = !DIBasicType(name: "long", size: 64, encoding: DW_ATE_signed)
!11 = !{!8, !9}
