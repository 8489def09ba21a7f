// What a suspend costs with nothing alive, counted in instructions: 25 of text (22 before and with the jump, which
// restore the resumer's registers, and 3 when it is resumed), one more for the slow way, one for the tag, and 12 of the
// function around it, which saves the registers that its caller may have in use. When one of these numbers changes,
// speed has changed: measure, and say so in docs/decisions.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port, knows-the-link
// RUN: %clang -O2 %abi -c -o %t.o %s
// RUN: llvm-objdump -d --no-show-raw-insn --no-leading-addr --disassemble-symbols=f %t.o | grep '^ ' | sed 's/ *#.*//' | sed "/ret/q" > %t.all
// RUN: count 39 < %t.all
// RUN: sed '0,/%r10$/d' %t.all | sed '/jmpq/q' > %t.away
// RUN: count 22 < %t.away
// RUN: sed '1,/jmpq/d' %t.all | sed '/popq.*%rbp/q' > %t.back
// RUN: count 4 < %t.back
#include <weft/markers.h>
WEFT_TAG(t, "->");
void f(void) { weft_suspend(&t, 0, 0); }
