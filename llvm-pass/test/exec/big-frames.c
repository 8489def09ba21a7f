// Frames that are bigger than the guard do not step over it into the next stack, whatever flags the module has.
// RUN: for o in 0 2; do %clang -O$o %abi %s -o %t.$o %rt && not --crash %t.$o 2>&1 | FileCheck %s || exit 1; done
// CHECK: weft: stack overflow in continuation #{{[0-9]+}}: 64 KiB
#include <string.h>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_ON1(on, yield);

// Touches the low end of each frame alone; that of the third is beyond the guard.
__attribute__((noinline)) static int deeper(int n) {
  char big[24 * 1024];
  memset(big, n, 64);
  __asm__ volatile("" ::"r"(big) : "memory");
  return n ? deeper(n - 1) + big[n] : 0;
}

static void neighbour(void *env, weft_payload *io) {
  (void)env;
  weft_suspend(&yield, io, io);
}

static void culprit(void *env, weft_payload *io) {
  (void)env, (void)io;
  deeper(2);
}

int main(void) {
  // Stacks lie beside each other, so whoever steps over a guard lands in one of them.
  for (int i = 0; i < 16; ++i) {
    weft_payload io = {{0}, {0}};
    weft_cont next;
    weft_resume(weft_cont_new(i == 8 ? culprit : neighbour, 0, WEFT_STACK_64K), &on, &io, &io, &next);
  }
  return 0;
}
