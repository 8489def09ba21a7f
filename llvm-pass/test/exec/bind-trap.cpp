// A bind consumes its handle; one that breaks a rule leaves the continuation as it was, and an invoked one has kept
// its unwind edge. The numbers may be computed.
// RUN: %everylevel %s | FileCheck %s
// CHECK:      caught rule 1
// CHECK-NEXT: caught rule 1
// CHECK-NEXT: caught rule 6
// CHECK-NEXT: sum 15 1.5
// CHECK-NEXT: dropped
#include <cstdio>
#include <weft/lowered.h>
#include <weft/markers.h>

struct Broken { int rule; };
extern "C" void weft_trap(int rule, weft_cont, const weft_tag *) { throw Broken{rule}; }

WEFT_TAG(pause, "->i64,i64,double");
WEFT_ON1(on, pause);
struct Noisy { ~Noisy() { std::puts("dropped"); } };

static void body(void *, weft_payload *io) {
  Noisy noisy;
  weft_suspend(&pause, nullptr, io);
  std::printf("sum %d %g\n", (int)(io->i[0] + io->i[1]), io->f[0]);
  weft_suspend(&pause, nullptr, nullptr);
}
static weft_cont bind(weft_cont k, const weft_payload *values, volatile uint32_t ints, uint32_t floats) {
  try {
    return weft_cont_bind(k, values, ints, floats);
  } catch (const Broken &broken) {
    std::printf("caught rule %d\n", broken.rule);
    return 0;
  }
}
int main() {
  weft_payload values = {{5, 7, 0, 0, 0, 0}, {1.5}};
  weft_cont k = weft_cont_new(body, nullptr, 0);
  weft_resume(k, &on, nullptr, nullptr, &k);
  weft_cont bound = bind(k, &values, 1, 1);
  bind(k, &values, 1, 0); // consumed
  bind(0, &values, 1, 0);
  bind(bound, &values, 6, 0);
  weft_payload sent = {{10}, {2.5}};
  weft_resume(bound, &on, &sent, nullptr, &k);
  weft_cont_drop(bind(k, &values, 2, 1));
}
