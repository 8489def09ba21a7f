// What a barrier costs, counted in instructions around the call: 9 to enter, of which one stores and three are for code
// outside of any continuation; 1 to leave.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port
// RUN: %clang -O2 %abi -c -o %t.o %s
// RUN: llvm-objdump -d --no-show-raw-insn --no-leading-addr --disassemble-symbols=f %t.o | grep '^ ' | sed 's/ *#.*//' > %t.all
// RUN: sed '0,/subq/d' %t.all | sed '/callq/,$d' > %t.enter
// RUN: count 9 < %t.enter
// RUN: sed '0,/callq/d' %t.all | sed '/addq/,$d' > %t.leave
// RUN: count 1 < %t.leave
#include <weft/markers.h>
void g(void);
void f(void) { WEFT_BARRIER(g)(); }
