// Programs for fiber-c's interface compile as they are: <fiber.h> and <fiber_switch.h> of weft/fiber-c.
// RUN: %everylevel -Wall -Wextra -Werror -I%src/abi/include/weft/fiber-c %s | FileCheck %s
// RUN: %everylevel -Wall -Wextra -Werror -DSYMMETRIC -I%src/abi/include/weft/fiber-c %s | FileCheck %s --check-prefix=SYM
// CHECK: 0 1 4 9 16 | sum 30, then 2
// SYM: 0 -1 2 -3 4 | 5 1 6
#include <stdio.h>
#ifndef SYMMETRIC
#include <fiber.h>
static void *squares(void *arg) {
  intptr_t sum = 0;
  for (intptr_t i = 0; i < (intptr_t)arg; ++i) {
    fiber_yield((void *)(i * i));
    sum += i * i;
  }
  return (void *)sum;
}
int main(void) {
  fiber_init();
  fiber_t f = fiber_alloc(squares);
  fiber_result_t status;
  for (void *v = fiber_resume(f, (void *)5, &status);; v = fiber_resume(f, NULL, &status)) {
    if (status != FIBER_YIELD) {
      printf("| sum %d, ", (int)(intptr_t)v);
      break;
    }
    printf("%d ", (int)(intptr_t)v);
  }
  fiber_resume(f, NULL, &status);
  printf("then %d\n", (int)status);
  fiber_free(f);
  fiber_finalize();
}
#else
#include <fiber_switch.h>
static void *negates(void *arg, fiber_t caller) {
  while ((intptr_t)arg < 4)
    arg = fiber_switch(caller, (void *)-(intptr_t)arg, &caller);
  fiber_switch_return(caller, arg);
  return NULL;
}
static void *prog(int argc, char **argv) {
  (void)argv;
  fiber_t f = fiber_alloc(negates);
  intptr_t n = 0;
  while (f) { // until it switched for good
    printf("%d ", (int)(n % 2 ? -n : n));
    fiber_switch(f, (void *)n, &f);
    n += f ? 1 : 0;
  }
  fiber_free(f);
  printf("| %d %d ", (int)n + 1, argc);
  return (void *)6;
}
int main(int argc, char **argv) { printf("%d\n", (int)(intptr_t)fiber_main(prog, argc, argv)); }
#endif
