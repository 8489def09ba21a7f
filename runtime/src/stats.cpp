// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The counts of a runtime, for programs and, with WEFT_STATS=1, for the eye.
#include "os/os.h"
#include "runtime.h"
#include "stack.h"
#include "trim.h"

#include <cstdio>
#include <cstring>

namespace weft {

namespace {

weft_stats gather(const weft_runtime *rt) {
  weft_stats s = rt->stats;
  s.size = sizeof s;
  s.guard = static_cast<uint32_t>(os::guard_kind());
  s.tasks_live = rt->live;
  if (rt->in_turn)
    s.picked += rt->granted - rt->countdown;
  // Every pick that is neither a park nor an end is a yield, so the yield itself counts nothing.
  uint64_t other = s.parked + s.tasks_done + (rt->running ? 1 : 0);
  s.yielded = s.picked > other ? s.picked - other : 0;
  s.tokens_stale = rt->stale.load(std::memory_order_relaxed);
  s.readied += s.yielded;
  s.stacks_made = stack_counts().made;
  s.stacks_live = rt->stacks_bound;
  s.stacks_reused = s.stacks_reused > s.stacks_made ? s.stacks_reused - s.stacks_made : 0;
  IdleCounts idle = idle_counts();
  s.stacks_cached = idle.cached;
  s.stacks_trimmed = idle.trimmed;
  return s;
}

} // namespace

void print_stats(weft_runtime *rt) {
  static const char *const guards[] = {"none", "mprotect", "MADV_GUARD_INSTALL"};
  weft_stats s = gather(rt);
  auto n = [](uint64_t v) { return static_cast<unsigned long long>(v); };
  fprintf(stderr,
          "weft: scheduler %s, %llu turns, %llu picks (%llu yields, %llu parks)\n"
          "weft: tasks %llu spawned, %llu done, %llu live\n"
          "weft: tokens %llu completed, %llu stale; timers %llu fired\n"
          "weft: stacks %llu made, %llu reused, %llu live, %llu cached, %llu trimmed, guard %s\n",
          rt->root ? rt->root->ops.name : "", n(s.turns), n(s.picked), n(s.yielded), n(s.parked),
          n(s.tasks_spawned), n(s.tasks_done), n(s.tasks_live), n(s.tokens_completed),
          n(s.tokens_stale), n(s.timers_fired), n(s.stacks_made), n(s.stacks_reused),
          n(s.stacks_live), n(s.stacks_cached), n(s.stacks_trimmed), guards[s.guard]);
}

} // namespace weft

using namespace weft;

extern "C" void weft_get_stats(weft_runtime *rt, weft_stats *out) {
  if (!rt)
    rt = tls_runtime;
  if (!rt || !out || out->size < 8)
    return;
  weft_stats s = gather(rt);
  uint32_t size = out->size < sizeof s ? out->size : sizeof s;
  s.size = size;
  memcpy(out, &s, size);
}
