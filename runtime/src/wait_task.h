/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// What waiting in an object asks of the task level, and nothing else: who runs, park, wake, keep a
// cancel, draw lots. Channels and locks call only these, so what a hand-off costs is decided here.
// With one worker a wake is a test, three stores and a link: no atomic, no call of a scheduler
// until the waker's own run ends.
#ifndef WEFT_RUNTIME_WAIT_TASK_H
#define WEFT_RUNTIME_WAIT_TASK_H

#include "runtime.h"
#include "task.h"
#include "trace.h"

namespace weft {

// Parks the running task, which dumps then show as waiting for that object. WEFT_OK
// after task_wake, WEFT_E_CANCELLED, WEFT_E_TIMEOUT. A weft_wake by others is not for this wait: it
// stays remembered for the task's next weft_park.
inline weft_status task_park(Task *self, WaitKind kind, const void *object, uint64_t deadline_ns) {
  self->object = object;
  return park_running(self, kind, deadline_ns);
}

// Ends a task_park. When a cancel or a deadline has made the task ready already, nothing happens
// and nothing is remembered: the waker has left its word in the waiter. The loop's thread or a
// task.
void task_wake_beside_others(Task *task);
inline void task_wake(Task *task) {
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0)) {
    task_wake_beside_others(task);
    return;
  }
  if (__builtin_expect(task->ent.reserved != kEntParked || !waits_in_object(task->wait), 0))
    return;
  weft_runtime *rt = task->rt;
  if (__builtin_expect(rt->trace != nullptr, 0))
    event::wake(task, "object");
  if (__builtin_expect(task->timer.armed(), 0))
    rt->timers.disarm(&task->timer);
  task->wait = WaitKind::None;
  task->result = WEFT_OK;
  ready_later(worker_here(rt), task, WEFT_WHY_WAKE);
  flush_unless_running(rt);
}

// The running task was woken before its deadline, which nobody has told the timers, in a parallel runtime.
void forget_deadline(Task *self);

// The running task was answered WEFT_E_CANCELLED and could not report it: its next wait does.
inline void task_keep_cancel(Task *self) {
  if (!(__atomic_load_n(&self->cancels, __ATOMIC_RELAXED) & kCancelWasPassed)) // a deadline's stays anyway
    give_cancel(self);
}

// One of n, evenly; by the domain's scheduler when it takes such choices (weft_sched_ops::choose).
uint32_t task_choose(const char *site, uint32_t n);

} // namespace weft

#endif
