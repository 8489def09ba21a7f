// What a resume costs with nothing alive, counted in instructions: 12 to check the handle and move it on, one for the
// table, and 15 of text up to the jump, then 5 that only a chain needs and 2 for another resumer than the last: whoever
// jumps back has restored all. Nothing comes to the ud1 in between, which says how much is sent. See suspend-cost.c.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port, knows-the-link
// RUN: %clang -O2 %abi -c -o %t.o %s
// RUN: llvm-objdump -d --no-show-raw-insn --no-leading-addr --disassemble-symbols=f %t.o | grep '^ ' | sed 's/ *#.*//' > %t.all
// RUN: sed '1,/%r12$/d' %t.all | sed '/jb/q' > %t.check
// RUN: count 12 < %t.check
// RUN: sed '1,/jb/d' %t.all | sed '/%r10$/q' | count 1
// RUN: sed '1,/jb/d' %t.all | sed '0,/%r10$/d' | sed '/jmpq/q' > %t.away
// RUN: count 15 < %t.away
// RUN: sed '1,/jmpq/d' %t.all | sed '1,/jmpq/d' | sed 1,2d | head -n 1 | grep ud1l
// RUN: sed '1,/jmpq/d' %t.all | sed '1,/jmpq/d' | sed 1,2d | sed 1d | head -n 1 | grep 'movq.*%r10, %rax'
#include <weft/markers.h>
WEFT_TAG(t, "->");
WEFT_ON1(on, t);
uint32_t f(weft_cont k) { return weft_resume(k, &on, 0, 0, 0); }
