; A mistake that only the assembler sees still names the line of the .ll.
; RUN: not weftc %s -c -o %t.o 2>&1 | FileCheck %s
define void @f() {
  call void asm "bogus $0", "r"(i32 1)
; CHECK: inline-asm.ll:[[#@LINE-1]]: error: in inline assembly: invalid instruction mnemonic 'bogus'
; CHECK: note: as the assembler sees it
; CHECK-NEXT: bogus %eax
  ret void
}
