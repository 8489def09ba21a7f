// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Forced migration, WEFT_MIGRATE: every time a task goes on, it does so on another thread of the system.
//
// The idea: nothing but the thread changes. The worker hands each run to one of a few carrier threads and waits for its end;
// the carrier is the worker meanwhile, and whatever has to run on the worker's own native stack (a host's function, a
// scheduler's) is sent back to it. So the order of events is what it is without, any test must give the same answers, and
// what does not is code that took something of its thread over a suspension.
//
// For tests: a run costs two switches of the system.
#pragma once

#include "arch/switch.h"
#include "runtime.h"

namespace weft {

// For each worker of the runtime. The loop's thread.
weft_status start_carriers(weft_runtime *rt, const Migration &how, char *error, size_t size);
void stop_carriers(weft_runtime *rt);

// Runs t on the thread that is drawn for it, till its next suspension or end. w's own thread.
arch::Outcome carry(weft_worker *w, Task *t);

} // namespace weft
