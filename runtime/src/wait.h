/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// How a task waits in an object: a channel, a lock, a semaphore.
//
// The idea: everything a wait needs lies in the waiting task's frame, so waiting never allocates.
// One Wait per blocking call says who waits and which place was chosen; one Waiter per object it
// stands in (a select stands in several) is a link of that object's queue. Whoever completes the
// wait sets `chosen` first and wakes after; a Waiter whose Wait has been chosen is stale and is
// skipped, so a select is chosen once, and its other places are left by itself when it runs again.
//
// The invariant: a task that was chosen has what it waited for (the value is in its slot, the lock
// is its own), whatever else happened to it before it ran again. So a cancel or a deadline that
// comes between being chosen and running loses: the call succeeds, and the cancel is kept for the
// next wait.
//
// Rejected: waking the waiter to try again (a second switch, and a third task may barge in); a node
// pool (a wait could then fail for want of memory); unlinking all of a select's places by the
// chooser (it would touch channels that it has nothing to do with).
#ifndef WEFT_RUNTIME_WAIT_H
#define WEFT_RUNTIME_WAIT_H

#include "object_hold.h"
#include "wait_task.h"
#include "weft/sync.h"

namespace weft {

// Tasks and the loop's thread are the only ones that may touch a channel or a lock; with several workers they have its
// lock meanwhile (object_hold.h).

struct Waiter;

struct Wait {
  Task *task;
  Waiter *chosen = nullptr;
  bool several = false; // it stands in objects that have not the same lock: choosers race for `chosen`
};

struct Waiter {
  Waiter *next = nullptr;
  Waiter *prev = nullptr;
  weft_wait_list *queue = nullptr; // where it is linked; null when in none
  Wait *wait;
  void *elem = nullptr;         // a channel's: from here or to here
  weft_status status = WEFT_OK; // written by whoever chooses it

  explicit Waiter(Wait *w) : wait(w) {}
  inline ~Waiter(); // a task that is dropped while it waits leaves the queue by it: at the runtime's end, when no other worker is left
  Waiter(const Waiter &) = delete;
  Waiter &operator=(const Waiter &) = delete;
};

inline Waiter *first_waiter(const weft_wait_list &queue) {
  return static_cast<Waiter *>(queue.head);
}

inline void push_waiter(weft_wait_list &queue, Waiter *w) {
  w->queue = &queue;
  w->next = nullptr;
  w->prev = static_cast<Waiter *>(queue.tail);
  if (w->prev)
    w->prev->next = w;
  else
    queue.head = w;
  queue.tail = w;
}

inline void unlink_waiter(Waiter *w) {
  weft_wait_list &queue = *w->queue;
  if (w->prev)
    w->prev->next = w->next;
  else
    queue.head = w->next;
  if (w->next)
    w->next->prev = w->prev;
  else
    queue.tail = w->prev;
  w->queue = nullptr;
}

inline Waiter::~Waiter() {
  if (__builtin_expect(queue != nullptr, 0))
    unlink_waiter(this);
}

// The first waiter that can still be chosen; stale ones before it are dropped from the queue.
inline Waiter *peek_waiter(weft_wait_list &queue) {
  while (Waiter *w = first_waiter(queue)) {
    if (!__atomic_load_n(&w->wait->chosen, __ATOMIC_RELAXED))
      return w;
    unlink_waiter(w);
  }
  return nullptr;
}

// Takes w out of its queue as the winner. Its value must be in place before wake_chosen. False: it was chosen elsewhere at
// this moment; only a select, of which several workers' channels know.
inline bool choose_waiter(Waiter *w, weft_status status) {
  unlink_waiter(w);
  Wait *wait = w->wait;
  if (__builtin_expect(wait->several, 0)) {
    Waiter *none = nullptr;
    if (!__atomic_compare_exchange_n(&wait->chosen, &none, w, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
      return false;
  } else {
    wait->chosen = w;
  }
  w->status = status;
  return true;
}

inline void wake_chosen(Waiter *w) { task_wake(w->wait->task); }

// Parks until the wait is chosen. WEFT_OK: it was. WEFT_E_CANCELLED, WEFT_E_TIMEOUT: it was not,
// and the caller still stands in its queues and has to leave them: then `hold` is what it was again. hold: null with
// one worker.
inline weft_status park_until_chosen(ObjectHold *hold, Wait &wait, WaitKind kind, const void *object,
                                     uint64_t deadline_ns) {
  weft_status status = task_park(wait.task, kind, object, deadline_ns);
  if (hold && hold->striped()) {
    if (deadline_ns != WEFT_NEVER)
      forget_deadline(wait.task);
    if (status == WEFT_OK)
      return WEFT_OK; // only a chooser says so; hold stays let go of
    hold->again();
  }
  if (__builtin_expect(!wait.chosen, 0))
    return status;
  if (__builtin_expect(status == WEFT_E_CANCELLED, 0))
    task_keep_cancel(wait.task);
  return WEFT_OK;
}

// One wait in one queue, from end to end. Answers what the chooser said, or why it was not chosen.
inline weft_status wait_in(ObjectHold *hold, weft_wait_list &queue, Task *task, void *elem, WaitKind kind,
                           const void *object, uint64_t deadline_ns) {
  Wait wait{task};
  Waiter waiter{&wait};
  waiter.elem = elem;
  push_waiter(queue, &waiter);
  weft_status status = park_until_chosen(hold, wait, kind, object, deadline_ns);
  return __builtin_expect(status != WEFT_OK, 0) ? status : waiter.status;
}

} // namespace weft

#endif
