// A suspend goes to the nearest resume that lists its tag, and takes the continuations in between along: a resume
// of the handle it gives goes on at the innermost of them.
// RUN: %everylevel %s | FileCheck %s
// CHECK:      outer gets 100
// CHECK-NEXT: middle gets 1
// CHECK-NEXT: outer gets 101
// CHECK-NEXT: middle gets 2
// CHECK-NEXT: inner returned 204
// CHECK-NEXT: middle returned 3
// CHECK-NEXT: outer is done
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(near, "i64->i64");
WEFT_TAG(far, "i64->i64");
WEFT_ON1(on_near, near);
WEFT_HANDLERS(on_both, 2, {&near, WEFT_ON_SUSPEND, 0}, {&far, WEFT_ON_SUSPEND, 0});

static uint64_t ask(const weft_tag *tag, uint64_t x) {
  weft_payload io = {.i = {x}};
  weft_suspend(tag, &io, &io); // the tag is an argument: computed, unless this is inlined
  return io.i[0];
}

static void inner(void *env, weft_payload *io) {
  (void)env;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < 2; ++i) {
    sum += ask(&far, 100 + i);
    sum += ask(&near, 1 + i);
  }
  io->i[0] = sum;
}

static void middle(void *env, weft_payload *io) {
  (void)env;
  weft_cont k = weft_cont_new(inner, 0, 0);
  weft_payload p = {{0}};
  int rounds = 1;
  while (weft_resume(k, &on_near, &p, &p, &k)) {
    printf("middle gets %d\n", (int)p.i[0]);
    ++rounds;
  }
  printf("inner returned %d\n", (int)p.i[0]);
  io->i[0] = rounds;
}

int main(void) {
  weft_cont k = weft_cont_new(middle, 0, 0);
  weft_payload p = {{0}};
  uint32_t which;
  while ((which = weft_resume(k, &on_both, &p, &p, &k))) {
    if (which != 2)
      return 1;
    printf("outer gets %d\n", (int)p.i[0]);
  }
  printf("middle returned %d\nouter is done\n", (int)p.i[0]);
  return 0;
}
