/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A counter that tasks wait on to become zero. All who wait at that moment are let through, also
// when the counter rises again before they run.
#include "wait.h"

using namespace weft;

[[gnu::always_inline]] static inline weft_status add(weft_wait_group *g, int64_t delta) {
  int64_t count;
  if (__builtin_add_overflow(g->count, delta, &count) || count < 0)
    return WEFT_E_INVAL;
  g->count = count;
  if (count == 0)
    while (Waiter *w = peek_waiter(g->waiters)) {
      choose_waiter(w, WEFT_OK);
      wake_chosen(w);
    }
  return WEFT_OK;
}

[[gnu::noinline]] static weft_status add_beside_others(weft_wait_group *g, int64_t delta) {
  ObjectHold hold(g);
  return add(g, delta);
}

weft_status weft_wait_group_add(weft_wait_group *g, int64_t delta) {
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    return add_beside_others(g, delta);
  return add(g, delta);
}

weft_status weft_wait_group_wait(weft_wait_group *g) {
  ObjectHold hold(g, false, true);
  if (g->count == 0)
    return WEFT_OK;
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  return wait_in(&hold, g->waiters, self, nullptr, WaitKind::WaitGroup, g, WEFT_NEVER);
}
