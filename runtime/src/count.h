// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the dispatch loop and its neighbours call to count (counters.h says how).
#pragma once

#include "runtime.h"

namespace weft {

// It happened on w, to a task of d or a child of it.
inline void count(weft_worker *w, weft_domain *d, Counted what, uint64_t n = 1) {
  w->counts.of[what].add(n);
  if (d->parent)
    d->counts.of[what].add(n);
}

// A worker of several is about to run the task.
inline void count_origin(weft_worker *w, weft_domain *d, Task *t) {
  if (t->readied_by != w->index && t->readied_by != kNobody)
    count(w, d, kStolen);
  t->readied_by = w->index & kNobody;
}

// Its picks of tasks whose runs have ended.
inline uint64_t picks_of(const weft_worker &w) { return w.counts.picks.get() + (w.granted - w.countdown); }

// w->granted runs ended since the clock was last read, at w->checked_at.
inline void count_interval(weft_worker *w, uint64_t now) {
  WorkerCounts &c = w->counts;
  uint64_t took = now - w->checked_at;
  c.picks.add(w->granted);
  c.longest.raise(took);
  if (!c.mixed || w->granted == 1)
    (c.child ? c.child->counts.longest : c.longest_in_root).raise(took);
  c.mixed = false;
}

// Around each slice of a child domain, which may begin where another domain was picked (binding.h). begin_slice answers
// in which slice the worker is; null: the root's.
inline void count_runs(weft_worker *w) {
  WorkerCounts &c = w->counts;
  uint64_t picks = picks_of(*w);
  if (c.child)
    c.child->counts.runs.add(picks - c.counted.get());
  c.counted.set(picks);
  c.mixed = true;
}
inline weft_domain *begin_slice(weft_worker *w, weft_domain *child) {
  count_runs(w);
  weft_domain *outer = w->counts.child;
  w->counts.child = child;
  if (__builtin_expect(--w->counts.slices_to_sample == 0, 0))
    sample_slice(w);
  return outer;
}
inline void end_slice(weft_worker *w, weft_domain *child, weft_domain *outer) {
  if (__builtin_expect(w->counts.timed == child, 0))
    sample_slice_end(w, child);
  count_runs(w);
  w->counts.child = outer;
}

} // namespace weft
