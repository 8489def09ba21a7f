// A frame of 64 KiB on a stack of 16 KiB dies in the guard, by its first touch of it, and not in another's stack: whatever
// the guard is made of.
// RUN: for o in 0 3; do %clang -O$o %abi %s -o %t.$o %rt || exit 1; \
// RUN:   for g in advice mprotect; do env WEFT_GUARD=$g not --crash %t.$o 2>&1 | FileCheck %s --check-prefixes=DIES,$g || exit 1; done; done
// REQUIRES: !sanitized
// DIES-NOT: survived
// advice: {{weft: stack overflow in continuation #[0-9]+: 16 KiB|WEFT_GUARD=advice: this system}}
// mprotect: weft: stack overflow in continuation #{{[0-9]+}}: 16 KiB
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_ON1(on, yield);

static void waits(void *env, weft_payload *io) {
  (void)env;
  weft_suspend(&yield, io, io);
}

// Touches its low end alone, four stacks away.
static void big(void *env, weft_payload *io) {
  (void)env, (void)io;
  char frame[64 * 1024];
  frame[0] = 1;
  __asm__ volatile("" ::"r"(frame) : "memory");
}

int main(void) {
  weft_payload io;
  for (int i = 0; i < 16; ++i) { // stacks lie beside each other
    weft_cont k = weft_cont_new(waits, 0, WEFT_STACK_16K);
    weft_resume(k, &on, &io, &io, &k);
  }
  weft_resume(weft_cont_new(big, 0, WEFT_STACK_16K), &on, &io, &io, 0);
  puts("survived");
}
