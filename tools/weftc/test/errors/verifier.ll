; What LLVM's verifier rejects is shown at the instruction, with its function and what it refers to.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s
define i32 @f(i1 %c) {
entry:
  br i1 %c, label %then, label %join
then:
  %a = add i32 1, 2
; CHECK: verifier.ll:[[#@LINE+5]]:3: error: in function @f: Instruction does not dominate all uses!
; CHECK-NEXT: %b = add
; CHECK: verifier.ll:[[#@LINE-3]]:3: note: %a = add i32 1, 2
  br label %join
join:
  %b = add i32 %a, 1
  ret i32 %b
}
