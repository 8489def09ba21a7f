// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The counts of a runtime, for programs and, with WEFT_STATS=1, for the eye.
#include "dump_view.h"
#include "parallel.h"
#include "runtime.h"
#include "stack.h"
#include "trim.h"
#include "worker.h"

#include <cstdio>
#include <cstring>

namespace weft {

namespace {

weft_stats gather(const weft_runtime *rt) {
  weft_stats s = rt->stats;
  s.size = sizeof s;
  s.guard = static_cast<uint32_t>(guard_kind());
  s.tasks_live = live_tasks(rt);
  s.tasks_spawned += sum(rt, &Tally::spawned);
  s.stacks_reused += sum(rt, &Tally::bound);
  for (uint32_t i = 0; i < rt->workers; ++i) {
    weft_worker_stats w = stats_of(*worker_at(const_cast<weft_runtime *>(rt), i));
    s.readied += w.readied;
    s.picked += w.picked;
    s.parked += w.parked;
    s.yielded += w.yielded;
    s.tasks_done += w.done;
  }
  s.tokens_stale = rt->stale.load(std::memory_order_relaxed);
  s.stacks_made = stack_counts(0).made;
  s.stacks_live = bound_stacks(rt);
  s.stacks_reused = s.stacks_reused > s.stacks_made ? s.stacks_reused - s.stacks_made : 0;
  IdleCounts idle = idle_counts();
  s.stacks_cached = idle.cached;
  s.stacks_trimmed = idle.trimmed;
  return s;
}

} // namespace

void print_stats(weft_runtime *rt) {
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
          n(s.stacks_live), n(s.stacks_cached), n(s.stacks_trimmed), guard_name(guard_kind()));
  {
    DumpWriter out([](void *, const char *bytes, size_t size) { fwrite(bytes, 1, size, stderr); }, nullptr);
    write_all_counters(out, "weft: ", rt, rt->home.now);
  }
  char line[256];
  for (uint32_t c = 1; c < WEFT_STACK_CLASSES; ++c)
    if (describe_stacks(c, line, sizeof line))
      fprintf(stderr, "weft: stacks of %s\n", line);
}

} // namespace weft

using namespace weft;

extern "C" void weft_get_stats(weft_runtime *rt, weft_stats *out) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !out || out->size < 8)
    return;
  Halt hold(rt);
  weft_stats s = gather(rt);
  uint32_t size = out->size < sizeof s ? out->size : sizeof s;
  s.size = size;
  memcpy(out, &s, size);
}
