// At -O2 every instruction of a switch has its marker's line, both jumps and both landings; C's own lines follow.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port
// RUN: %clang -O2 -g %abi -c %s -o %t.o
// RUN: llvm-objdump -d -l --no-show-raw-insn --no-leading-addr --disassemble-symbols=both %t.o | grep -E 'line-table.c:|jmpq|%rsp|ud2' | FileCheck %s
// CHECK: line-table.c:[[#@LINE+12]]
// CHECK: movq %rsp, 0x8(%rdi)
// CHECK-NOT: line-table.c
// CHECK: jmpq *%r15
// CHECK-NOT: line-table.c
// CHECK: movq 0x8(%rdi), %rsp
// CHECK: line-table.c:[[#@LINE+7]]
#include <weft/markers.h>
WEFT_TAG(t, "->");
WEFT_ON1(on, t);
volatile int global;
void both(void) {
  weft_suspend(&t, 0, 0);
  global = 1;
}
