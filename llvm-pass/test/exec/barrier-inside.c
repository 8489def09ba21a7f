// What is resumed inside a barrier suspends and switches to resumers inside of it, and the barrier ends with its call:
// the same yields cross before and after. Outside of any continuation a barrier is nothing.
// RUN: %everylevel %s | FileCheck %s
// CHECK:      before
// CHECK-NEXT: in 1 which 1
// CHECK-NEXT: in 2 which 1
// CHECK-NEXT: in 3 which 0
// CHECK-NEXT: hopped
// CHECK-NEXT: answer 42
// CHECK-NEXT: after
// CHECK-COUNT-3: in
// CHECK-NEXT: hopped
// CHECK-NEXT: answer 43
// CHECK-NEXT: nested after
// CHECK-NEXT: end
// RUN: %clang -O2 -flto -fuse-ld=lld %abi %s %rt -o %t.lto && %t.lto | FileCheck %s
// RUN: %clang -O2 -flto=thin -fuse-ld=lld %abi %s %rt -o %t.thin && %t.thin | FileCheck %s
// RUN: %clang -O1 -fsanitize=address %abi %s -Wl,--defsym=weft_sanitizer_address=0 %rt -o %t.asan && %t.asan | FileCheck %s
// RUN: %clang -O0 -fsanitize=thread %abi %s -Wl,--defsym=weft_sanitizer_thread=0 %rt -o %t.tsan && %t.tsan | FileCheck %s
#include <stdio.h>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_TAG(say, "ptr->");
WEFT_TAG(hop, "->i64");
WEFT_TAG(none, "->");
WEFT_ON1(on_say, say);
WEFT_ON1(on_none, none);
WEFT_HANDLERS(on, 2, {&hop, WEFT_ON_SWITCH, 0}, {&yield, WEFT_ON_SUSPEND, 0});

static void tell(const char *text) {
  weft_payload io = {.i = {(uint64_t)text}};
  weft_suspend(&say, &io, 0);
}
static void yields(void *env, weft_payload *io) {
  (void)env, (void)io;
  weft_suspend(&yield, 0, 0);
  weft_suspend(&yield, 0, 0);
}
static void second(void *env, weft_payload *io) { (void)env, (void)io; puts("hopped"); }
static void hops(void *env, weft_payload *io) { (void)env, (void)io; weft_switch(weft_cont_new(second, 0, 0), &hop, 0, 0, 0); }
static void inner(void *env, weft_payload *io) { // forwards through a level that is inside too
  (void)env;
  weft_resume(weft_cont_new(yields, 0, 0), &on_none, 0, io, 0);
}
static int inside(int answer) {
  weft_cont k = weft_cont_new(inner, 0, 0);
  uint32_t which = 2;
  for (int i = 1; which; ++i)
    printf("in %d which %d\n", i, (which = weft_resume(k, &on, 0, 0, &k)) == 2);
  weft_resume(weft_cont_new(hops, 0, 0), &on, 0, 0, 0);
  return answer;
}
static int nested(int x) { return WEFT_BARRIER(inside)(x); }
static void body(void *env, weft_payload *io) {
  (void)env, (void)io;
  tell("before");
  int (*by_pointer)(int) = inside;
  printf("answer %d\n", WEFT_BARRIER(by_pointer)(42));
  tell("after");
  printf("answer %d\n", WEFT_BARRIER(nested)(43)); // leaving the inner one leaves the outer in place, and then nothing
  tell("nested after");
}
int main(void) {
  weft_payload io = {{0}};
  weft_cont k = weft_cont_new(body, 0, 0);
  while (weft_resume(k, &on_say, &io, &io, &k))
    puts((const char *)io.i[0]);
  (void)WEFT_BARRIER(puts)("end");
  return 0;
}
