// A suspend inside a comparator names its tag, and the barrier's function, file and line, with and without debug info.
// RUN: %clang -O0 %abi %s %rt -o %t.0 && not --crash %t.0 suspend 2>&1 | FileCheck %s
// RUN: %clang -O2 %abi %s %rt -o %t.2 && not --crash %t.2 suspend 2>&1 | FileCheck %s
// RUN: %clang -O3 -g %abi %s %rt -o %t.3 && not --crash %t.3 suspend 2>&1 | FileCheck %s
// clang's own look at the function, in front of an indirect call, takes nothing from the barrier.
// RUN: %clang -O0 -fsanitize=function -fsanitize-trap=function %abi %s %rt -o %t.f && not --crash %t.f suspend 2>&1 | FileCheck %s
// RUN: %clang -O2 -fsanitize=function -fsanitize-trap=function %abi %s %rt -o %t.g && not --crash %t.g suspend 2>&1 | FileCheck %s
// RUN: not --crash %t.0 forward 2>&1 | FileCheck %s
// RUN: not --crash %t.2 forward 2>&1 | FileCheck %s
// RUN: not --crash %t.0 cached 2>&1 | FileCheck %s --check-prefixes=CHECK,CACHED
// RUN: not --crash %t.2 cached 2>&1 | FileCheck %s --check-prefixes=CHECK,CACHED
// RUN: not --crash %t.0 switch 2>&1 | FileCheck %s --check-prefix=SWITCH
// RUN: not --crash %t.2 switch 2>&1 | FileCheck %s --check-prefix=SWITCH
// RUN: not --crash %t.0 inlined 2>&1 | FileCheck %s --check-prefix=INLINED
// RUN: not --crash %t.2 inlined 2>&1 | FileCheck %s --check-prefix=INLINED
// CACHED: past it: 1 1
// CHECK: weft: tag 'yield' (0x{{[0-9a-f]+}}) would cross the barrier in 'sort' at {{.*}}barrier.c:[[@LINE+27]], in continuation #{{[0-9]+}} (CONT-10)
// CHECK: {{compare|asks}}
// SWITCH: weft: tag 'hop' (0x{{[0-9a-f]+}}) would cross the barrier in 'sort' at {{.*}} (CONT-10)
// INLINED: weft: tag 'yield' (0x{{[0-9a-f]+}}) would cross the barrier in 'body' at {{.*}} (CONT-10)
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_TAG(hop, "->i64");
WEFT_TAG(other, "->");
WEFT_ON1(on_other, other);
WEFT_HANDLERS(on, 2, {&hop, WEFT_ON_SWITCH, 0}, {&yield, WEFT_ON_SUSPEND, 0});
static const char *how;

static void asks(void *env, weft_payload *io) { (void)env, (void)io; weft_suspend(&yield, 0, 0); }
static int compare(const void *a, const void *b) {
  if (!strcmp(how, "forward"))
    weft_resume(weft_cont_new(asks, 0, 0), &on_other, 0, 0, 0);
  else if (!strcmp(how, "switch"))
    weft_switch(weft_cont_new(asks, 0, 0), &hop, 0, 0, 0);
  else
    asks(0, 0);
  return *(const int *)a - *(const int *)b;
}
static void sort(int *values, size_t count) {
  WEFT_BARRIER(qsort)(values, count, sizeof *values, compare);
}
static inline __attribute__((always_inline)) void inlined(void) { weft_suspend(&yield, 0, 0); }
static void body(void *env, weft_payload *io) {
  (void)env, (void)io;
  int values[] = {3, 1, 2};
  if (!strcmp(how, "inlined"))
    WEFT_BARRIER(inlined)();
  sort(values, 3);
}
static void outer(void *env, weft_payload *io) { // yields go past it, so that their way is remembered
  weft_cont k;
  weft_payload p = {{0}};
  int yields = 0;
  k = weft_cont_new((weft_marker_body)env, 0, 0);
  yields = (int)weft_resume(k, &on_other, &p, &p, &k);
  io->i[0] = (uint64_t)yields;
}
static void twice(void *env, weft_payload *io) {
  asks(0, 0), asks(0, 0);
  body(env, io);
}
int main(int argc, char **argv) {
  how = argc > 1 ? argv[1] : "";
  if (!strcmp(how, "cached")) {
    weft_cont k = weft_cont_new(outer, (void *)twice, 0);
    int first = weft_resume(k, &on, 0, 0, &k) == 2, second = weft_resume(k, &on, 0, 0, &k) == 2;
    printf("past it: %d %d\n", first, second);
    fflush(stdout);
    weft_resume(k, &on, 0, 0, &k);
  } else {
    weft_resume(weft_cont_new(body, 0, 0), &on, 0, 0, 0);
  }
  return 0;
}
