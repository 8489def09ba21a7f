// An exception through a barrier ends it, wherever it is caught, and so does weft_trap's own: afterwards the same
// yield crosses. The barrier is a call and an invoke, in C++ and in C, whose functions claim never to throw.
// RUN: %clang -c -O0 %abi -x c %S/Inputs/barrier-in-c.c -o %t.c.o
// RUN: %everylevel %s %t.c.o | FileCheck %s
// RUN: %clang -c -O2 %abi -x c %S/Inputs/barrier-in-c.c -o %t.c.o
// RUN: %everylevel %s %t.c.o | FileCheck %s
// CHECK:      call: int 1, yielded 1
// CHECK-NEXT: invoke caught here: int 2, yielded 1
// CHECK-NEXT: other type: long 3, yielded 1
// CHECK-NEXT: clean-up: destroyed, int 4, yielded 1
// CHECK-NEXT: shared: int 5, yielded 1
// CHECK-NEXT: in C: int 6, yielded 1
// CHECK-NEXT: trap: rule 7, yielded 1
// CHECK-NEXT: out of a continuation: int 8, yielded 1
// CHECK-NEXT: ends 0
#include <cstdio>
#include <weft/lowered.h>
#include <weft/markers.h>

struct Broken { int rule; };
extern "C" void weft_trap(int rule, weft_cont, const weft_tag *) { throw Broken{rule}; }
extern "C" void barrier_in_c(void (*f)(int), int x);

WEFT_TAG(yield, "->");
WEFT_ON1(on, yield);
struct Noisy { ~Noisy() { std::printf("destroyed, "); } };

[[gnu::noinline]] static void throws(int x) {
  if (x == 3)
    throw 3L;
  if (x)
    throw x;
}
static void by_call(int x) { WEFT_BARRIER(throws)(x); }
static void by_invoke(int x) {
  try {
    WEFT_BARRIER(throws)(x);
  } catch (int i) { // not a long
    std::printf("int %d", i);
  }
}
static void by_cleanup(int x) {
  Noisy noisy;
  WEFT_BARRIER(throws)(x);
}
static void shared_pad(int x) { // one landing pad for calls in and outside of the barrier
  try {
    throws(0);
    WEFT_BARRIER(throws)(0);
    if (x)
      WEFT_BARRIER(throws)(x);
    throws(6);
  } catch (int i) {
    std::printf("int %d", i);
  }
}
static void suspends(int) { weft_suspend(&yield, nullptr, nullptr); }

static void throws_in_another(int x) {
  weft_cont k = weft_cont_new([](void *, weft_payload *io) { throws((int)io->i[0]); }, nullptr, 0);
  weft_payload io = {{(uint64_t)x}, {}};
  weft_resume(k, &on, &io, nullptr, nullptr);
}

template <typename F> static void attempt(const char *what, F f) {
  std::printf("%s: ", what);
  try {
    f();
  } catch (int i) {
    std::printf("int %d", i);
  } catch (long i) {
    std::printf("long %ld", i);
  } catch (const Broken &b) {
    std::printf("rule %d", b.rule);
  }
  weft_suspend(&yield, nullptr, nullptr);
}
static void body(void *, weft_payload *) {
  attempt("call", [] { by_call(1); });
  attempt("invoke caught here", [] { by_invoke(2); });
  attempt("other type", [] { by_invoke(3); });
  attempt("clean-up", [] { by_cleanup(4); });
  attempt("shared", [] { shared_pad(5); });
  attempt("in C", [] { barrier_in_c(throws, 6); });
  attempt("trap", [] { WEFT_BARRIER(suspends)(0); });
  attempt("out of a continuation", [] { WEFT_BARRIER(throws_in_another)(8); });
}
int main() {
  weft_cont k = weft_cont_new(body, nullptr, 0);
  uint32_t which;
  while ((which = weft_resume(k, &on, nullptr, nullptr, &k)))
    std::printf(", yielded %d\n", (int)which);
  std::printf("ends %d\n", (int)which);
}
