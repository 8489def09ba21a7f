// In gdb, around suspension points: breakpoints hold, every local prints, `next` arrives at a line (over a first resume
// at this function's next one, later on the other side of the switch), weft-next stays in the function, `up` goes over
// the switch and `finish` ends where it should.
// Of one port only: gdb goes from a continuation to its resumer by the inline port's CFI.
// REQUIRES: inline-port, x86_64, gdb
// RUN: %clang -g -O0 %abi %s %rt -o %t
// RUN: gdb -q -nx -batch -x %src/tools/gdb/weft.py -x %S/Inputs/lines-and-locals.gdb %t > %t.out 2>&1
// RUN: FileCheck %s < %t.out --implicit-check-not='optimized out' --implicit-check-not='??'
// The same from IR, as another front end writes it.
// RUN: clang -g -O0 %abi -S -emit-llvm %s -o %t.ll
// RUN: opt -load-pass-plugin=%pass -passes=weft-markers,weft-verify,weft-lower %t.ll -o %t.bc
// RUN: clang %t.bc %rt -o %t.ir
// RUN: gdb -q -nx -batch -x %src/tools/gdb/weft.py -x %S/Inputs/lines-and-locals.gdb %t.ir > %t.ir.out 2>&1
// RUN: FileCheck %s < %t.ir.out --implicit-check-not='optimized out' --implicit-check-not='??'
// At -O2 locals that are alive over a suspension have a place before and after it.
// RUN: %clang -g -O2 %abi %s %rt -o %t.2
// RUN: gdb -q -nx -batch -ex 'break suspended' -ex run -ex 'up' -ex 'print question' -ex 'tbreak answered' -ex continue -ex up -ex 'print question' -ex 'print more' -ex bt %t.2 2>&1 | FileCheck %s --check-prefix=O2
#include <weft/markers.h>
WEFT_TAG(tick, "i64->i64");
WEFT_ON1(on, tick);
__attribute__((noinline)) static void suspended(long x) { __asm__ volatile("" ::"r"(x)); }
__attribute__((noinline)) static void answered(long x) { __asm__ volatile("" ::"r"(x)); }
__attribute__((noinline)) static long ask(long question) {
  long more = question * 2;
  __asm__ volatile("" : "+r"(more)); // the optimizer does not know what it is
  weft_payload io = {.i = {question}};
  suspended(more); // before
  weft_suspend(&tick, &io, &io); // the suspend
  long answer = io.i[0]; // after it
  answered(answer);
  __asm__ volatile("" ::"r"(more), "r"(question)); // alive until here
  return more + answer + question; // last
}
static void body(void *env, weft_payload *io) {
  (void)env;
  long sum = 5;
  for (int turn = 0; turn < 2; ++turn)
    sum += ask(turn + 10);
  io->i[0] = sum;
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io = {{0}};
  long before = 7;
  unsigned which = weft_resume(k, &on, &io, &io, &k); // the first resume
  long between = before + which; // after the first
  io.i[0] = 100;
  which = weft_resume(k, &on, &io, &io, &k); // the second resume
  long after = between + which; // after the second
  weft_cont_drop(k);
  return after != 9;
}
// The first resume, by next:
// CHECK: unsigned which = weft_resume(k, &on, &io, &io, &k); // the first resume
// CHECK-NEXT: before = 7
// CHECK: long between = before + which; // after the first
// CHECK-NEXT: before = 7
// CHECK-NEXT: which = 1
// CHECK-NEXT: k = {{[1-9][0-9]+}}
// The second, by next: on the other side, with its locals and the whole stack, and out of it by finish.
// CHECK: which = weft_resume(k, &on, &io, &io, &k); // the second resume
// CHECK: long answer = io.i[0]; // after it
// CHECK: more = 20
// CHECK: #0 {{.*}}ask (question=10)
// CHECK-NEXT: #1 {{.*}}in body (
// CHECK-NEXT: #2 {{.*}}in weft_thunk.mem.body
// CHECK-NEXT: #3 {{.*}}in __morestack ()
// CHECK-NEXT: #4 {{.*}}in main () at {{.*}}lines-and-locals.c:
// CHECK: #4 {{.*}}in main ()
// CHECK: // the second resume
// CHECK: before = 7
// CHECK: body (
// CHECK: Value returned is {{.*}} = 130
// The suspend of the second round, by next: back in main.
// CHECK: weft_suspend(&tick, &io, &io); // the suspend
// CHECK: main () at
// CHECK: long after = between + which; // after the second
// A second run: from the first suspend weft-next goes on in the same activation.
// CHECK: weft_suspend(&tick, &io, &io); // the suspend
// CHECK: long answer = io.i[0]; // after it
// CHECK: question = 10
// And a resume, by weft-next, in main:
// CHECK: which = weft_resume(k, &on, &io, &io, &k); // the second resume
// CHECK: long after = between + which; // after the second
// O2: suspended (
// O2: $1 = 10
// O2: answered (
// O2: $2 = 10
// O2-NEXT: $3 = 20
// O2: #1 {{.*}}in ask (question=10)
// O2: in __morestack ()
// O2: in main ()
