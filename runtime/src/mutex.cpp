/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A mutex between tasks. Unlock hands it to the first waiter, so it is never free while somebody
// waits and nobody starves. Rejected: freeing it and letting the waiter try (Go's way: fewer
// switches when one task locks in a loop, but a waiter can lose without bound).
#include "mutex.h"

#include "lend.h"
#include "scope.h"

using namespace weft;

weft_status weft_mutex_lock(weft_mutex *m) { return weft_mutex_lock_with(m, 0, WEFT_NEVER); }

weft_status weft_mutex_lock_with(weft_mutex *m, uint32_t flags, uint64_t deadline_ns) {
  Task *self = running_task();
  ObjectHold hold(m, deadline_ns != WEFT_NEVER, true);
  if (m->owner == 0) {
    m->owner = owner_word(self);
    return WEFT_OK;
  }
  if (m->owner == owner_word(self) && !(flags & WEFT_MUTEX_RELOCK_WAITS))
    return WEFT_E_BUSY;
  if (!self)
    return WEFT_E_NOTASK;
  Loan loan(self, m);
  return wait_in(&hold, m->waiters, self, nullptr, WaitKind::Mutex, m, deadline_ns);
}

weft_status weft_mutex_trylock(weft_mutex *m) {
  ObjectHold hold(m);
  if (m->owner != 0)
    return WEFT_E_AGAIN;
  m->owner = owner_word(running_task());
  return WEFT_OK;
}

weft_status weft_mutex_unlock(weft_mutex *m) {
  ObjectHold hold(m);
  return hand_on(m);
}

namespace weft {

weft_status hand_on(weft_mutex *m) {
  if (m->owner == 0)
    return WEFT_E_INVAL;
  if (Waiter *next = peek_waiter(m->waiters)) {
    const uint64_t before = m->owner;
    choose_waiter(next, WEFT_OK);
    m->owner = owner_word(next->wait->task);
    if (__builtin_expect(any_loans.load(std::memory_order_relaxed), 0))
      hand_on_loans(m, before, next->wait->task);
    wake_chosen(next);
  } else {
    m->owner = 0;
  }
  return WEFT_OK;
}

void lock_through_cancels(ObjectHold *hold, weft_mutex *m, Task *self) {
  if (m->owner == 0) {
    m->owner = owner_word(self);
    return;
  }
  Loan loan(self, m);
  Wait wait{self};
  Waiter waiter{&wait};
  push_waiter(m->waiters, &waiter);
  uint32_t kept = 0;
  while (park_until_chosen(hold, wait, WaitKind::Mutex, m, WEFT_NEVER) != WEFT_OK)
    kept = put_cancel_aside(self, kept);
  give_back_aside(self, kept);
}

} // namespace weft
