// A language's own weft_trap may throw: an invoked marker has kept its unwind edge, destructors run, and the
// continuation is as it was before the marker.
// RUN: %everylevel %s | FileCheck %s
// CHECK:      destroyed
// CHECK-NEXT: caught rule 1
// CHECK-NEXT: still runs: 5
#include <cstdio>
#include <weft/lowered.h>
#include <weft/markers.h>

struct Broken { int rule; };
extern "C" void weft_trap(int rule, weft_cont, const weft_tag *) { throw Broken{rule}; }

WEFT_TAG(pause, "->");
WEFT_ON1(on, pause);
struct Noisy { ~Noisy() { std::puts("destroyed"); } };

static void body(void *, weft_payload *io) {
  weft_suspend(&pause, nullptr, nullptr);
  io->i[0] = 5;
}
int main() {
  weft_cont k = weft_cont_new(body, nullptr, 0), next = 0;
  weft_resume(k, &on, nullptr, nullptr, &next);
  try {
    Noisy noisy;
    weft_resume(k, &on, nullptr, nullptr, nullptr);
  } catch (const Broken &broken) {
    std::printf("caught rule %d\n", broken.rule);
  }
  weft_payload io;
  if (weft_resume(next, &on, nullptr, &io, &next) == 0)
    std::printf("still runs: %d\n", static_cast<int>(io.i[0]));
}
