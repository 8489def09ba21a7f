/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A condition variable: standing in the queue comes before unlocking, so a signal sent by whoever
// gets the mutex next is not lost. The mutex is the caller's again on every way out.
#include "mutex.h"

using namespace weft;

weft_status weft_cond_wait(weft_cond *c, weft_mutex *m, uint64_t deadline_ns) {
  Task *self = running_task();
  if (!self || on_native_stack())
    return WEFT_E_NOTASK;
  ObjectHold hold(stripe_of(c) | stripe_of(m), deadline_ns != WEFT_NEVER, true);
  Wait wait{self};
  Waiter waiter{&wait};
  push_waiter(c->waiters, &waiter);
  weft_status unlocked = hand_on(m);
  weft_status status = unlocked;
  if (unlocked == WEFT_OK)
    status = park_until_chosen(&hold, wait, WaitKind::Condition, c, deadline_ns);
  // Before waiting for the mutex: a signal must not go to a task that has given up.
  if (status != WEFT_OK)
    unlink_waiter(&waiter);
  if (unlocked == WEFT_OK) {
    hold.again();
    lock_through_cancels(&hold, m, self);
  }
  return status;
}

void weft_cond_signal(weft_cond *c) {
  ObjectHold hold(c);
  if (Waiter *first = peek_waiter(c->waiters)) {
    choose_waiter(first, WEFT_OK);
    wake_chosen(first);
  }
}

void weft_cond_broadcast(weft_cond *c) {
  ObjectHold hold(c);
  while (Waiter *first = peek_waiter(c->waiters)) {
    choose_waiter(first, WEFT_OK);
    wake_chosen(first);
  }
}
