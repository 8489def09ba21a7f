/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Where the runtime draws lots. The seed is constant, so that a run with one worker can be
// repeated; a scheduler that takes choices itself (weft_sched_ops::choose) explores or replays
// them.
#include "cont.h"
#include "wait_task.h"

namespace weft {

namespace {

thread_local uint64_t lots = 0x9e3779b97f4a7c15;

uint32_t draw(uint32_t n) {
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
  return draw(n);
}

} // namespace weft
