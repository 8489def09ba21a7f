// Ten million times a continuation is made, bound to, resumed, switched to or dropped, so that its slot is another's;
// handles that are used up are kept, and each use of one is found out.
// RUN: %clangxx -O0 %abi %s %rt -o %t.0 && %t.0 1000000 | FileCheck %s
// RUN: %clangxx -O2 %abi %s %rt -o %t.2 && %t.2 10000000 | FileCheck %s
// CHECK: got through: 0
// CHECK-NEXT: every use tried
// CHECK-NEXT: live 0
#include <cstdio>
#include <cstdlib>
#include <csetjmp>
#include <weft/lowered.h>
#include <weft/markers.h>

static jmp_buf out;
// Not an exception: ten million of them take half a minute.
extern "C" void weft_trap(int rule, weft_cont, const weft_tag *) { longjmp(out, rule); }

WEFT_TAG(pause, "->i64");
WEFT_TAG(hop, "->i64");
WEFT_HANDLERS(on, 2, {&pause, WEFT_ON_SUSPEND, 0}, {&hop, WEFT_ON_SWITCH, 0});

static uint64_t seed = 20261122;
static uint32_t random_below(uint32_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 32) % n;
}
static void pauses(void *, weft_payload *) {
  for (;;)
    weft_suspend(&pause, nullptr, nullptr);
}
static weft_cont target;
static void switches(void *, weft_payload *io) {
  weft_switch(target, &hop, nullptr, 0, io);
  for (;;)
    weft_suspend(&pause, nullptr, nullptr);
}
enum { Lives = 64, Stales = 4096 };
static weft_cont live[Lives], stale[Stales];
static long wrong, tried[4];

[[gnu::noinline]] static void try_stale(weft_cont k, uint32_t how) {
  ++tried[how];
  if (setjmp(out) == WEFT_RULE_CONSUMED)
    return;
  switch (how) {
  case 0: weft_resume(k, &on, nullptr, nullptr, nullptr); break;
  case 1: weft_cont_drop(k); break;
  case 2: weft_cont_bind(k, nullptr, 0, 0); break;
  case 3: weft_switch(k, &hop, nullptr, 0, nullptr); break; // the handle is looked at before the tag
  }
  ++wrong;
}
int main(int, char **argv) {
  for (long round = atol(argv[1]); round; --round) {
    weft_cont &k = live[random_below(Lives)], before = k;
    uint32_t what = random_below(8);
    if (!k)
      k = weft_cont_new(pauses, nullptr, WEFT_STACK_16K);
    else if (what == 0)
      weft_cont_drop(k), k = 0;
    else if (what == 1) {
      target = k; // it pauses in the place of who switches to it, whom it does not keep
      weft_cont by = weft_cont_new(switches, nullptr, WEFT_STACK_16K);
      stale[random_below(Stales)] = by;
      weft_payload io = {};
      weft_resume(by, &on, nullptr, &io, &k);
      // The one that was left has no owner any more but its handle in the target's answer, which it dropped.
      // So it is found by its slot.
      weft_cont_drop(weft_slots[by & WEFT_SLOT_MASK].handle);
    } else if (what < 4) {
      weft_payload bound = {{1}, {}};
      k = weft_cont_bind(k, &bound, what == 2, 0);
      if (what == 3)
        weft_resume(k, &on, nullptr, nullptr, &k);
    } else
      weft_resume(k, &on, nullptr, nullptr, &k);
    // Six bound are enough.
    if (k && what == 2)
      weft_resume(k, &on, nullptr, nullptr, &k);
    if (before)
      stale[random_below(Stales)] = before;
    if (weft_cont old = stale[random_below(Stales)])
      try_stale(old, random_below(4));
  }
  std::printf("got through: %ld\n", wrong);
  if (tried[0] && tried[1] && tried[2] && tried[3])
    std::puts("every use tried");
  int left = 0;
  for (weft_cont k : live)
    if (k)
      weft_cont_drop(k), left += weft_slots[k & WEFT_SLOT_MASK].handle == k;
  std::printf("live %d\n", left);
}
