/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Where the runtime draws lots. The seed is constant, so that a run with one worker can be
// repeated; a scheduler that takes choices itself (weft_sched_ops::choose) explores or replays
// them.
#include "cont.h"
#include "object_hold.h"
#include "wait_task.h"

namespace weft {

namespace {

uint32_t draw(uint64_t &lots, uint32_t n) {
  lots ^= lots << 13;
  lots ^= lots >> 7;
  lots ^= lots << 17;
  return static_cast<uint32_t>(((lots >> 32) * n) >> 32);
}

struct Choice {
  weft_domain *domain;
  const char *site;
  uint32_t n;
};

// A scheduler's function wants the native stack.
[[gnu::noinline]] uint32_t ask_scheduler(weft_domain *domain, const char *site, uint32_t n) {
  Choice choice{domain, site, n};
  call_native(
      [](void *arg) {
        auto *c = static_cast<Choice *>(arg);
        c->n = c->domain->ops.choose(c->domain->self, c->site, c->n);
      },
      &choice);
  return choice.n < n ? choice.n : 0;
}

} // namespace

uint32_t task_choose(const char *site, uint32_t n) {
  Task *self = running_task();
  if (self && self->domain->ops.choose)
    return ask_scheduler(self->domain, site, n);
  static thread_local uint64_t of_thread = kFirstLots; // a thread without a runtime selects too
  weft_worker *w = this_worker();
  return draw(w ? w->lots : of_thread, n);
}

// Where the task itself runs, on its own stack: a call on the native stack or in a barrier is not suspended when it needs not wait,
// nor is a clean-up in a drop, and what a continuation in between makes of a yield is the program's.
void preemption_point() {
  Task *self = running_task();
  if (!self || !self->domain->ops.choose)
    return;
  const weft_cb *here = weft_current();
  auto on = reinterpret_cast<uintptr_t>(here->on) & ~uintptr_t{1};
  if (on != reinterpret_cast<uintptr_t>(dispatch_handlers()) || here->flags & kCbDropping)
    return;
  if (ask_scheduler(self->domain, "preempt", 2) != 0)
    weft_yield();
}

} // namespace weft
