/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// What waiting in an object asks of the task level, and nothing else: who runs, park, wake, keep a
// cancel, choose. Channels and locks call only these, so the fast path for one worker is decided
// here.
#ifndef WEFT_RUNTIME_WAIT_TASK_H
#define WEFT_RUNTIME_WAIT_TASK_H

#include "weft/task.h"

namespace weft {

// Task-level record; opaque to everything that waits.
struct Task;

// The running task; null on the loop's thread outside of tasks.
inline Task *task_running() { return reinterpret_cast<Task *>(weft_self()); }

inline weft_task task_handle(const Task *t) { return reinterpret_cast<weft_task>(t); }

// Parks the running task, which dumps then show as waiting for `what` (a static string). Returns
// WEFT_OK after task_wake, WEFT_E_CANCELLED, WEFT_E_TIMEOUT. A weft_wake by others is not for this
// wait: it stays remembered for the task's next weft_park.
inline weft_status task_park(Task *, const char *what, uint64_t deadline_ns) {
  weft_set_waits(what);
  weft_status s = deadline_ns == WEFT_NEVER ? weft_park() : weft_park_until(deadline_ns);
  weft_set_waits(nullptr);
  return s;
}

// Ends a task_park. When a cancel or a deadline has made the task ready already, nothing happens
// and nothing is remembered: the waker has left its word in the waiter. The loop's thread or a
// task.
inline void task_wake(Task *t) { weft_wake(task_handle(t)); }

// The running task was answered WEFT_E_CANCELLED and could not report it: its next wait does.
inline void task_keep_cancel(Task *t) { weft_cancel(task_handle(t)); }

// One of n, evenly; by the domain's scheduler when it takes such choices (weft_sched_ops::choose).
uint32_t task_choose(const char *site, uint32_t n);

} // namespace weft

#endif
