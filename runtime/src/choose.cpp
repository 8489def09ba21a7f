/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Where the runtime draws lots. The seed is constant, so that a run with one worker can be
// repeated; a scheduler that takes choices itself (weft_sched_ops::choose) explores or replays
// them.
#include "wait_task.h"

namespace weft {

namespace {
thread_local uint64_t lots = 0x9e3779b97f4a7c15;
}

uint32_t task_choose(const char *, uint32_t n) {
  lots ^= lots << 13;
  lots ^= lots >> 7;
  lots ^= lots << 17;
  return static_cast<uint32_t>(((lots >> 32) * n) >> 32);
}

} // namespace weft
