// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Who is ready and never picked: a policy that forgets an entity while it goes on to pick others (SCHED-11). One that answers
// NULL is told at once, by the dispatch loop (SCHED-02).
//
// The idea: a round over all records, twenty times a second and in small steps at clock readings that are made anyway, marks who is ready
// (kEntWatched). A pick takes the mark off, in the branch of a check that it makes anyway, so that picks and yields pay nothing
// for it. Who still has his mark after almost a second was not picked. Then the policy's snapshot says whether he is queued, so
// starved by an honest policy, which is no matter of ours, or lost: a snapshot takes the marks off too, so there is at most one
// in a second. A policy without one is told only after many more picks than a fair one would need, and not that it lost
// the task, but that it lost or starved it.
//
// Rejected: a time in the record at each ready and pick (yields would pay); a look at the count of ready less picked (it says that
// somebody is late, not who).
#pragma once

#include <cstdint>

struct weft_runtime;
struct weft_worker;
struct weft_domain;

namespace weft {

struct Watch {
  uint64_t due = 0;  // when the next step is
  uint32_t at = 0;   // the next record
  uint32_t told = 0;
};

// One entity's part.
struct Watched {
  uint64_t marked_at = 0; // valid while it is kEntWatched
  uint32_t picks_then = 0; // of its policy
  uint16_t rounds = 0;     // that found it still marked
  bool told = false;
};

// One policy's part.
struct WatchedPolicy {
  uint64_t seen_at = 0;   // its last snapshot
  uint32_t picks = 0;     // up to this round; where there is no snapshot
};

// The clock was read, and says that a step is due. On the native stack, when what this worker made ready was handed to its policy;
// under a Halt (parallel.h): snapshots overlap nothing, and no task changes its state.
void watch_step(weft_worker *w, uint64_t now);

} // namespace weft
