/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A counter that tasks wait on to become zero. All who wait at that moment are let through, also
// when the counter rises again before they run.
#include "wait.h"

using namespace weft;

weft_status weft_wait_group_add(weft_wait_group *g, int64_t delta) {
  ObjectHold hold(g);
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

weft_status weft_wait_group_wait(weft_wait_group *g) {
  {
    ObjectHold hold(g);
    if (g->count == 0)
      return WEFT_OK;
  }
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  return wait_in(g->waiters, self, nullptr, "wait group", WEFT_NEVER);
}
