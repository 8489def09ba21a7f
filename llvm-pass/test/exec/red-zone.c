// A leaf function keeps its locals below the stack pointer, where the switch pushes, unless the asm says that it
// does. At -O0 everything is a local.
// RUN: %everylevel %s | FileCheck %s
// CHECK: 3840
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(pause, "->");
WEFT_ON1(on, pause);

__attribute__((noinline)) static int leaf(int x) {
  volatile int a = x, b = x + 1, c = x + 2, d = x + 3, e = x + 4, f = x + 5, g = x + 6, h = x + 7;
  weft_suspend(&pause, 0, 0);
  return a + b + c + d + e + f + g + h;
}
static void body(void *env, weft_payload *io) {
  (void)env;
  int sum = 0;
  for (int i = 0; i < 20; ++i)
    sum += leaf(i * 1) * 2 - 16;
  io->i[0] = sum;
}
__attribute__((noinline)) static int resumer(weft_cont *k, weft_payload *io) {
  volatile int a = 1, b = 2, c = 3;
  int which = weft_resume(*k, &on, io, io, k);
  return a + b + c == 6 ? which : -1;
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io = {{0}};
  while (resumer(&k, &io) == 1)
    ;
  printf("%d\n", (int)io.i[0]);
}
