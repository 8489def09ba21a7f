// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The runtime of the program `weft`, which tasks.cpp makes for its own workloads and for those of parallel.cpp. How many
// workers it has and under which scheduler is the environment's to say.
#pragma once

#include "serve.h"
#include "weft/host.h"
#include "weft/sync.h"
#include "weft/task.h"

namespace bench {

// Ends the program unless the status is WEFT_OK.
void must(weft_status status, const char *what);
weft_runtime *runtime();
void spawn_detached(weft_task_fn fn, void *arg, weft_domain *domain = nullptr);
// Runs main_task(arg) as a task, and everything that it spawned, to the end.
void run(weft_task_fn main_task, void *arg);

// One task sends on an unbuffered channel and receives the answer on another; by that clock.
Result round_trips(uint64_t ops, uint64_t (*clock)(), weft_domain *sender = nullptr, weft_domain *echo = nullptr);

} // namespace bench
