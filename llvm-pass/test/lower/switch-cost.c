// What a switch costs with nothing alive, counted in instructions: the check of a resume, one for the tag, and 36 of
// text: 25 before and with the jump, then 5 that only a chain needs, 3 for a search, and a ud1
// that nothing comes to. See suspend-cost.c.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port, knows-the-link
// RUN: %clang -O2 %abi -c -o %t.o %s
// RUN: llvm-objdump -d --no-show-raw-insn --no-leading-addr --disassemble-symbols=f %t.o | grep '^ ' | sed 's/ *#.*//' > %t.all
// RUN: sed '1,/%r12$/d' %t.all | sed '/jb/q' | count 12
// RUN: sed '1,/jb/d' %t.all | sed '0,/%r10$/d' | sed '/jmpq/q' > %t.away
// RUN: count 25 < %t.away
// RUN: sed '1,/jmpq/d' %t.all | sed '/popq.*%rbp/q' | count 12
#include <weft/markers.h>
WEFT_TAG(t, "->i64");
void f(weft_cont k) { weft_switch(k, &t, 0, 0, 0); }
