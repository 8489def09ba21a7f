// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Under forced migration: which of its thread's locks (pthread_mutex_t and what is made of it, rwlocks, spinlocks) a task
// holds while it is suspended. Another thread would let go of them, which is nobody's to do (TASK-07).
//
// The calls of the loaded objects are redirected in their tables of imported functions, once, by the first runtime that
// migrates. What a static program has bound at link time is not seen.
#pragma once

#include "task.h"

namespace weft {

void watch_locks();
// Around each run of a task, on the thread that runs it.
void begin_run_with_locks();
// The task is suspended. Fatal if it took a lock in this run and has not let go of it.
void refuse_held_locks(const Task *task);

} // namespace weft
