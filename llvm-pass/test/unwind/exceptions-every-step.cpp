// Exceptions on their way through continuations: the stack unwinds at every instruction of what is Weft's and the
// program's, while one leaves a continuation, is thrown into another at its suspension point, comes out at the other
// end, and ends one that is dropped; and inside of a barrier. (By libgcc. libunwind, whose cache takes a return address
// behind a function's last call, one that never returns, for the next function, fails where the compiler ends one so.)
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port, x86_64
// RUN: %clangxx -g -O1 -std=c++20 %abi -c %s -o %t.o
// RUN: clang++ %t.o %step_inside %rt -o %t
// RUN: env STEP_BY=libgcc STEP_ON=current %t > %t.libgcc || (cat %t.libgcc; false)
// RUN: FileCheck %s < %t.libgcc
// CHECK-DAG: saw weft_rt_raise_entry < {{[^ ]*}}catches{{[^ ]*}} < {{.*}}__morestack < {{.*}}throws_in{{[^ ]*}} < {{[^ ]*}}all{{[^ ]*}} < main <
// CHECK-DAG: saw {{.*}} < weft_rt_raise_entry < {{[^ ]*}}lets_through{{[^ ]*}} < {{.*}}__morestack < {{.*}}throws_in{{[^ ]*}} < {{[^ ]*}}all{{[^ ]*}} < main <
// CHECK-DAG: saw {{.*}} < weft_rt_raise_entry < {{[^ ]*}}lets_through{{[^ ]*}} < {{.*}}__morestack < {{.*}}weft_rt_cont_drop < {{[^ ]*}}drops{{[^ ]*}} < {{[^ ]*}}all{{[^ ]*}} < main <
// CHECK-DAG: saw {{[^ ]*}}cleaned{{[^ ]*}} < {{.*}}lets_through{{[^ ]*}} <
// CHECK-DAG: saw weft_rt_personality < {{.*}}thrower{{.*}} < __morestack < {{[^ ]*}}receives{{[^ ]*}} <
// CHECK-DAG: saw {{[^ ]*}}suspends{{[^ ]*}} < {{.*}} < __morestack < {{[^ ]*}}inside{{[^ ]*}} < {{.*}}__morestack < {{[^ ]*}}first_of{{[^ ]*}} < {{[^ ]*}}all{{[^ ]*}} < main <
// CHECK: steps, {{[0-9]+}} unwound, {{.*}} 0 bad
#include <weft/exceptions.h>
#include <weft/markers.h>
#define NOINLINE __attribute__((noinline))
#define KEEP __asm__ volatile("" ::: "memory") // nothing is a tail call

WEFT_TAG(tick, "->");
WEFT_ON1(on_tick, tick);

static volatile int caught, count;
extern "C" {
NOINLINE static void cleaned() {
  count = count + 1;
  KEEP;
}
struct Cleans {
  ~Cleans() { cleaned(); }
};

NOINLINE static void suspends(const weft_tag *tag) {
  weft_suspend(tag, 0, 0);
  KEEP;
}
NOINLINE static void catches() {
  try {
    Cleans c;
    weft_suspend(&tick, 0, 0);
  } catch (int i) {
    caught = caught + i;
  }
  KEEP;
}
NOINLINE static void lets_through() {
  Cleans c;
  weft_suspend(&tick, 0, 0);
  KEEP;
}
static void catcher(void *, weft_payload *) { catches(); }
static void passer(void *, weft_payload *) { lets_through(); }
static void thrower(void *, weft_payload *) {
  Cleans c;
  throw 7;
}
// Inside of a barrier one may resume, and what is resumed may suspend to there.
static void suspender(void *, weft_payload *) { suspends(&tick); }
NOINLINE static void inside() {
  weft_cont k = weft_cont_new(suspender, 0, 0);
  weft_resume(k, &on_tick, 0, 0, &k);
  weft_resume(k, &on_tick, 0, 0, 0);
  KEEP;
}
static void passes_a_barrier(void *, weft_payload *) {
  WEFT_BARRIER(inside)();
  KEEP;
}

NOINLINE static weft_cont first_of(weft_marker_body body) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_resume(k, &on_tick, 0, 0, &k);
  KEEP;
  return k;
}
NOINLINE static void throws_in(weft_cont k) {
  try {
    weft_resume_throw(k, &on_tick, weft::thrown(5), 0, 0);
  } catch (int i) {
    caught = caught + i;
  }
  KEEP;
}
NOINLINE static void drops(weft_cont k) {
  weft_cont_drop(k);
  KEEP;
}
NOINLINE static void receives() {
  try {
    weft_resume(weft_cont_new(thrower, 0, 0), &on_tick, 0, 0, 0);
  } catch (int i) {
    caught = caught + i;
  }
  KEEP;
}
NOINLINE static void all() {
  receives();
  throws_in(first_of(catcher));
  throws_in(first_of(passer));
  drops(first_of(passer));
  first_of(passes_a_barrier);
  KEEP;
}
}
int main() {
  all(); // stacks are made, and symbols bound
  __asm__ volatile("int3");
  all();
  __asm__ volatile("int3");
}
