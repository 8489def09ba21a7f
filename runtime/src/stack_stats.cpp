// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The stacks of the process in numbers (weft/stack.h), and for the eye.
//
// Nothing is counted where stacks are taken and given back: what is in use is what was made and is not free.
// Rejected: a high-water mark of what was in use at once. It would be a store on that path; and as none is made
// while one is free, `made` is it.
#include "cont.h"
#include "stack.h"
#include "trim.h"
#include "weft/stack.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace weft {
namespace {

weft_stack_class_stats count(uint32_t c, bool depths) {
  weft_stack_class_stats s = {};
  IdleCounts idle = idle_counts(c);
  StackCounts all = stack_counts(c); // later, so that it holds all that are idle
  s.bytes = stack_size(c);
  s.made = all.made;
  s.cached = idle.cached;
  s.trimmed = idle.trimmed;
  s.in_use = s.made - s.cached - s.trimmed;
  s.unguarded = all.unguarded;
  s.mapped = all.mapped;
  if (depths && s.made) {
    StackDepths d = stack_depths(c);
    s.resident = d.resident;
    s.deepest = d.deepest;
  }
  return s;
}

// "16 KiB", "1.5 MiB"
struct Size {
  char text[32];
  explicit Size(uint64_t bytes) {
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    double n = static_cast<double>(bytes) / 1024;
    int unit = 0;
    for (; n >= 1024 && unit < 3; ++unit)
      n /= 1024;
    bool whole = n >= 100 || n == static_cast<double>(static_cast<uint64_t>(n));
    snprintf(text, sizeof text, whole ? "%.0f %s" : "%.1f %s", n, units[unit]);
  }
};

} // namespace

bool describe_stacks(uint32_t c, char *out, size_t size) {
  weft_stack_class_stats s = count(c, true);
  if (!s.made)
    return false;
  auto n = [](uint64_t v) { return static_cast<unsigned long long>(v); };
  char without[48] = "";
  if (s.unguarded)
    snprintf(without, sizeof without, ", %llu without guard", n(s.unguarded));
  snprintf(out, size, "%s: %llu made, %llu in use, %llu cached, %llu trimmed%s; %s resident, the deepest %s",
           Size(s.bytes).text, n(s.made), n(s.in_use), n(s.cached), n(s.trimmed), without, Size(s.resident).text,
           Size(s.deepest).text);
  return true;
}

} // namespace weft

using namespace weft;

extern "C" weft_status weft_get_stack_stats(weft_stack_stats *out, uint32_t flags) {
  if (!out || out->size < 8 || (flags & ~static_cast<uint32_t>(WEFT_STACK_STATS_DEPTHS)))
    return WEFT_E_INVAL;
  weft_stack_stats s = {};
  s.guard = static_cast<uint32_t>(guard_kind());
  weft_stack_class_stats &sum = s.of[0];
  for (uint32_t c = 1; c < WEFT_STACK_CLASSES; ++c) {
    s.of[c] = count(c, flags & WEFT_STACK_STATS_DEPTHS);
    sum.made += s.of[c].made;
    sum.in_use += s.of[c].in_use;
    sum.cached += s.of[c].cached;
    sum.trimmed += s.of[c].trimmed;
    sum.unguarded += s.of[c].unguarded;
    sum.mapped += s.of[c].mapped;
    sum.resident += s.of[c].resident;
    sum.deepest = std::max(sum.deepest, s.of[c].deepest);
  }
  s.size = out->size < sizeof s ? out->size : static_cast<uint32_t>(sizeof s);
  memcpy(out, &s, s.size);
  return WEFT_OK;
}
