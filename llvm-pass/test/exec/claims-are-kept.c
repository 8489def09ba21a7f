// A "weft-nosuspend" that is wrong where nobody could see it: an error that names both ends (CONT-10).
// RUN: %clang -O0 %abi %s %S/Inputs/claimed.c %rt -o %t.0 && %t.0 right && not --crash %t.0 declared 2>&1 | FileCheck %s --check-prefix=DECLARED
// RUN: %clang -O2 %abi %s %S/Inputs/claimed.c %rt -o %t.2 && %t.2 right && not --crash %t.2 declared 2>&1 | FileCheck %s --check-prefix=DECLARED
// RUN: not --crash %t.0 defined 2>&1 | FileCheck %s --check-prefix=DEFINED
// RUN: not --crash %t.2 defined 2>&1 | FileCheck %s --check-prefix=DEFINED
// DECLARED: weft: tag 'yield' ({{.*}}) would cross the barrier in 'body'{{.*}} (CONT-10)
// DEFINED: weft: tag 'yield' ({{.*}}) would cross the barrier in 'defined'{{.*}} (CONT-10)
#include <string.h>
#include <weft/markers.h>
#define QUICK __attribute__((annotate("weft-nosuspend")))
WEFT_TAG(yield, "->");
WEFT_ON1(on, yield);
static const char *how;
QUICK int declared(void);
int in_truth(void) {
  if (strcmp(how, "right"))
    weft_suspend(&yield, 0, 0);
  return 1;
}
int (*volatile pointer)(void) = in_truth;
QUICK __attribute__((noinline)) static int defined(void) { return pointer(); }
static void body(void *env, weft_payload *io) {
  (void)env;
  io->i[0] = (uint64_t)(strcmp(how, "defined") ? declared() : defined());
}
int main(int argc, char **argv) {
  how = argc > 1 ? argv[1] : "";
  weft_payload io;
  weft_cont k = weft_cont_new(body, 0, 0);
  return weft_resume(k, &on, 0, &io, &k) != 0 || io.i[0] != 1;
}
