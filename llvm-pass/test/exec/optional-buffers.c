// in, out and next may be null when that is only known at run time.
// RUN: %everylevel %s | FileCheck %s
// CHECK: 7 0 untouched
#include <stdio.h>
#include <weft/markers.h>
WEFT_TAG(swap, "i64->i64");
WEFT_ON1(on, swap);
static const void *volatile handlers = &on;
__attribute__((noinline)) static uint32_t resume(weft_cont k, weft_payload *in, weft_payload *out,
                                                 weft_cont *next) {
  return weft_resume(k, handlers, in, out, next);
}
__attribute__((noinline)) static void suspend(weft_payload *in, weft_payload *out) {
  weft_suspend(&swap, in, out);
}
static uint64_t got;
static void body(void *env, weft_payload *io) {
  (void)env;
  weft_payload p = {.i = {7}};
  suspend(&p, 0);
  suspend(0, &p);
  got = p.i[0];
  (void)io;
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload a = {{0}}, b = {{9}};
  resume(k, 0, &a, &k);
  weft_cont k2 = 0;
  resume(k, &b, 0, &k2);
  resume(k2, 0, 0, 0);
  printf("%d %d %s\n", (int)a.i[0], (int)got, b.i[0] == 9 ? "untouched" : "changed");
}
