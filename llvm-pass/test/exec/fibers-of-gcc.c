// fiber.h in one program by two compilers: fibers made in GCC's object, where it is calls, are resumed and switched to
// from clang's, where it is inline switches, and the other way round.
// REQUIRES: gcc
// RUN: gcc -std=c11 -Wall -Wextra -Werror -O0 %abi -c %s -o %t.gcc0.o && gcc -std=c11 -Wall -Wextra -Werror -O2 %abi -c %s -o %t.gcc2.o
// RUN: %clang -std=c11 -Wall -Wextra -Werror -O0 %abi -DMAIN -c %s -o %t.clang0.o
// RUN: %clang -std=c11 -Wall -Wextra -Werror -O3 %abi -DMAIN -c %s -o %t.clang3.o
// RUN: llvm-nm %t.clang3.o | not grep 'mem.call'
// RUN: llvm-nm %t.gcc2.o | grep 'U weft.resume.mem.call'
// RUN: %clang %t.gcc0.o %t.clang3.o %rt -o %t.03 && %t.03 | FileCheck %s
// RUN: %clang %t.gcc2.o %t.clang0.o %rt -o %t.20 && %t.20 | FileCheck %s
// RUN: %clang %t.gcc2.o %t.clang3.o -L%build/lib -Wl,-rpath,%build/lib -lweft -o %t.so && %t.so | FileCheck %s
// CHECK: 1 2 3 4 5, 6 7 8 9 10, 20 21 22 23 24, status 0
#include <stdio.h>
#include <weft/fiber.h>

#ifdef MAIN
#define MINE(name) clang_##name
#define THEIRS(name) gcc_##name
#else
#define MINE(name) gcc_##name
#define THEIRS(name) clang_##name
#endif

void *THEIRS(numbers)(void *arg);
weft_fiber THEIRS(make)(uintptr_t first);
void THEIRS(print5)(weft_fiber f);
void *THEIRS(pong)(void *arg, weft_fiber from);

void *MINE(numbers)(void *arg) {
  for (uintptr_t n = (uintptr_t)arg;; ++n)
    weft_fiber_yield((void *)n);
}
weft_fiber MINE(make)(uintptr_t first) {
  weft_fiber_status status;
  weft_fiber f = weft_fiber_alloc(MINE(numbers), WEFT_STACK_16K);
  weft_fiber_resume(f, (void *)first, &status);
  return f;
}
void MINE(print5)(weft_fiber f) {
  weft_fiber_status status;
  for (int i = 0; i < 5; ++i)
    printf("%d%s", (int)(uintptr_t)weft_fiber_resume(f, 0, &status), i < 4 ? " " : ", ");
  weft_fiber_free(f);
}
void *MINE(pong)(void *arg, weft_fiber from) {
  uintptr_t n = (uintptr_t)arg;
  weft_fiber other = from ? from : weft_fiber_alloc_switched(THEIRS(pong), 0);
  while (n < 25) {
    printf("%d%s", (int)n, n < 24 ? " " : ", ");
    n = (uintptr_t)weft_fiber_switch(other, (void *)(n + 1), &other);
  }
  if (other) // 0: it was left for good
    weft_fiber_switch_return(other, (void *)n);
  return 0;
}

#ifdef MAIN
int main(void) {
  weft_fiber_status status;
  gcc_print5(clang_make(0));
  clang_print5(gcc_make(5));
  weft_fiber ping = weft_fiber_alloc_switched(gcc_pong, 0);
  weft_fiber_resume(ping, (void *)20, &status);
  printf("status %d\n", (int)status);
}
#endif
