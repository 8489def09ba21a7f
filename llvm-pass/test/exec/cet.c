// Compiled for CET, the program runs, all of its indirect jumps by a switch land on endbr64, and neither it nor the
// runtime says that shadow stacks are welcome: the processor would take a switch for an attack. (The machine need not
// have CET: the notes and the code are looked at.)
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port, x86_64
// RUN: %clang -O2 -fcf-protection=full %abi -c %s -o %t.o
// RUN: llvm-readelf -n %t.o | FileCheck %s --check-prefix=NOTE
// NOTE: x86 feature: IBT{{$}}
// RUN: clang -O2 -fcf-protection=full -x c /dev/null -c -o %t.plain.o
// RUN: llvm-readelf -n %t.plain.o | FileCheck %s --check-prefix=PLAIN
// PLAIN: x86 feature: IBT, SHSTK
// RUN: llvm-readelf -n %build/lib/libweft.a | not grep SHSTK
// RUN: llvm-readelf -n %build/lib/libweft.a | grep -c 'x86 feature: IBT'
// RUN: llvm-readelf -n %build/lib/libweft.so | not grep SHSTK
// RUN: clang %t.o %rt -o %t
// RUN: %t | FileCheck %s
// CHECK: 0 1 3 6, landed by 2 ways
// What lea takes the address of in a switch (labels 1 and 9), and the functions of the runtime that are jumped to:
// RUN: llvm-objdump -d --no-show-raw-insn %t > %t.code
// RUN: %src/llvm-pass/test/Inputs/landings-are-marked %t.code main weft_thunk.mem.numbers weft_rt_entry weft_rt_entry_root weft_rt_return weft_rt_suspend_slow weft_rt_find_switch weft_rt_raise_entry weft_rt_bind_entry weft_rt_bind_entry_fresh
// RUN: %clang -O2 -fcf-protection=none %abi -c %s -o %t.none.o
// RUN: llvm-objdump -d %t.none.o | not grep endbr64
#include <stdio.h>
#include <weft/markers.h>
WEFT_TAG(next, "i64->");
WEFT_TAG(far, "i64->");
WEFT_ON1(on_next, next);
WEFT_HANDLERS(on_both, 2, {&next, WEFT_ON_SUSPEND, 0}, {&far, WEFT_ON_SUSPEND, 0});
static void numbers(void *env, weft_payload *io) {
  for (long i = 0, sum = 0; i < 4; sum += ++i) {
    weft_payload out = {.i = {sum}};
    weft_suspend(i & 1 ? &far : &next, &out, 0);
  }
  io->i[0] = (uint64_t)env;
}
int main(void) {
  weft_payload io = {{0}};
  weft_cont k = weft_cont_new(numbers, 0, 0);
  unsigned seen = 0, which;
  const char *comma = "";
  while ((which = weft_resume(k, &on_both, 0, &io, &k))) {
    printf("%s%d", comma, (int)io.i[0]);
    comma = " ";
    seen |= which;
  }
  printf(", landed by %d ways\n", (seen & 1) + (seen >> 1));
}
