// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How long runs take, and slices that end by the clock (SCHED-07). For the dispatch loop alone, on the native stack. The clock is read where a
// pick said a limit of ns, and nowhere else: it costs as much as two yields.
#pragma once

#include "runtime.h"

namespace weft {

// Everybody's next `now`, since it is known.
inline uint64_t read_clock_here(weft_worker *w) { return w->now = w->rt->host.now(w->rt->host_self); }

// It was picked with a limit of time, so the policy is told how long it took. The clock is read for those alone.
[[gnu::cold, gnu::noinline]] inline void time_run(weft_worker *w, weft_domain *d, weft_ent *ent) {
  if (ent->kind != WEFT_ENT_TASK || !d->ops.ran)
    return;
  w->run_began = read_clock_here(w);
  w->times_run = true;
}
[[gnu::noinline]] inline uint64_t run_took(weft_worker *w) {
  w->times_run = false;
  uint64_t began = w->run_began;
  uint64_t took = read_clock_here(w) - began;
  return took ? took : 1; // 0 is for what was not measured
}

// A slice that ends by the clock: its own limit, or that of a slice around it. It is run in lots, the first of one pick, and the
// clock read after each: so it ends with the first pick after which its time is over, while picks take long, and costs no clock for each where they
// do not: a lot is then half of what should fit in the time that is left. A pick counts as some time even where the clock stands still, as
// virtual time does while anything runs: else who waits there for another domain would keep it from running.
constexpr uint32_t kLongestLot = 8;
constexpr uint64_t kLeastPick = 10; // ns
// `slice` makes as many picks of the domain as it is told, and answers how many were not to be had.
template <typename Slice> [[gnu::noinline]] void timed_slice(weft_worker *w, weft_domain *child, uint32_t picks, Slice slice) {
  const uint64_t outer_end = w->slice_end, began = read_clock_here(w);
  const uint64_t limit = child->slice_ns ? child->slice_ns : WEFT_NEVER;
  const uint64_t end = limit < WEFT_NEVER - began && began + limit < outer_end ? began + limit : outer_end;
  if (picks == 0 && child->slice_ns == 0)
    picks = child->picks;
  w->slice_end = end;
  uint64_t at = began, made = 0;
  for (uint32_t lot = 1, left = picks;;) {
    const uint32_t n = picks && left < lot ? left : lot;
    const bool all = slice(w, child, n) == 0;
    const uint64_t before = at;
    at = read_clock_here(w);
    made += n;
    if (!all || w->turn_over || child->ready == 0 || at >= end || made * kLeastPick >= end - began || (picks && (left -= n) == 0))
      break;
    const uint64_t took = (at - before) / n;
    const uint64_t fit = took ? (end - at) / took / 2 : kLongestLot;
    lot = fit >= 2 * lot ? 2 * lot : fit ? static_cast<uint32_t>(fit) : 1;
    if (lot > kLongestLot)
      lot = kLongestLot;
  }
  w->slice_end = outer_end;
  child->slice_took = at - began ? at - began : 1;
}

} // namespace weft
