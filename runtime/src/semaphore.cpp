/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A counting semaphore. A released permit goes to the first waiter, so count > 0 means that nobody
// waits. The owner must not start it below 0.
#include "wait.h"

using namespace weft;

weft_status weft_sem_acquire(weft_sem *s, uint64_t deadline_ns) {
  ObjectHold hold(s, deadline_ns != WEFT_NEVER, true);
  if (s->count > 0) {
    --s->count;
    return WEFT_OK;
  }
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  return wait_in(&hold, s->waiters, self, nullptr, WaitKind::Semaphore, s, deadline_ns);
}

void weft_sem_release(weft_sem *s, int64_t n) {
  ObjectHold hold(s);
  for (Waiter *first; n > 0 && (first = peek_waiter(s->waiters)); --n) {
    choose_waiter(first, WEFT_OK);
    wake_chosen(first);
  }
  if (n > 0 && __builtin_add_overflow(s->count, n, &s->count))
    s->count = INT64_MAX;
}
