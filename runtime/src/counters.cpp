// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "count.h"

#include "cont.h"
#include "parallel.h"
#include "worker.h"

#include <bit>
#include <cstring>

namespace weft {

namespace {

constexpr uint32_t kWakesToSample = 256, kSlicesToSample = 64; // from one sample to the next, on average

// Never a period that a load may have too.
uint32_t next_gap(WorkerCounts &c, uint32_t mean) {
  c.gaps = c.gaps * 1664525 + 1013904223;
  return mean / 2 + static_cast<uint32_t>(uint64_t{c.gaps} * mean >> 32);
}

uint32_t bucket_of(uint64_t ns) {
  uint32_t bucket = ns < 2 ? 0 : static_cast<uint32_t>(std::bit_width(ns)) - 1;
  return bucket < WEFT_TIME_BUCKETS ? bucket : WEFT_TIME_BUCKETS - 1;
}

} // namespace

void sample_wake(weft_worker *w, Task *task) {
  w->counts.wakes_to_sample = next_gap(w->counts, kWakesToSample);
  task->since = read_clock(w->rt);
  task->sampled = true;
}

void sample_run(Task *task) {
  uint64_t since = task->since;
  task->sampled = false;
  uint64_t now = read_clock(task->rt);
  uint32_t bucket = bucket_of(now > since ? now - since : 0);
  worker_here(task->rt)->counts.wake_to_run[bucket].add(1);
  task->domain->counts.wake_to_run[bucket].fetch_add(1, std::memory_order_relaxed);
}

void sample_slice(weft_worker *w) {
  WorkerCounts &c = w->counts;
  c.slices_to_sample = next_gap(c, kSlicesToSample);
  // What runs in a domain below would be taken for its own.
  if (c.child->first_child)
    return;
  c.timed = c.child;
  c.slice_began = w->rt->host.now(w->rt->host_self);
}

void sample_slice_end(weft_worker *w, weft_domain *child) {
  w->counts.timed = nullptr;
  if (!child->first_child)
    child->counts.longest.raise(w->rt->host.now(w->rt->host_self) - w->counts.slice_began);
}

void count_rest(weft_worker *w) {
  WorkerCounts &c = w->counts;
  uint64_t runs = w->granted - w->countdown;
  w->granted = w->countdown = 0;
  if (runs == 0)
    return;
  c.picks.add(runs);
  uint64_t took = w->rt->host.now(w->rt->host_self) - w->checked_at;
  c.longest.raise(took);
  if (!c.mixed)
    c.longest_in_root.raise(took);
  c.mixed = false;
}

// --- Reading

namespace {

// Each sum that something is taken from may be read while it grows.
uint64_t less(uint64_t from, uint64_t what) { return from > what ? from - what : 0; }

// Which have handed over to the running task since it came from the loop (weft_yield).
uint64_t handed_over(const weft_worker &w) {
  const Task *task = w.running;
  if (!task || !task->domain)
    return 0;
  const weft_domain &d = *task->domain;
  weft_ent *const *line = d.line;
  return w.ahead > line + d.line_at && w.ahead <= line + d.line_end ? static_cast<uint64_t>(w.ahead - (line + d.line_at)) : 0;
}

// The running task's yields that came straight back, too.
uint64_t ended_runs(const weft_worker &w) { return picks_of(w) + handed_over(w) + (w.may_stay - w.alone); }

template <typename F> void each_worker(const weft_runtime *rt, F &&f) {
  for (uint32_t i = 0; i < rt->workers; ++i)
    f(*worker_at(const_cast<weft_runtime *>(rt), i));
}
template <typename F> void each_below(const weft_domain &d, F &&f) {
  for (const weft_domain *c = d.first_child; c; c = c->next_sibling) {
    f(*c);
    each_below(*c, f);
  }
}

// Not of the root.
uint64_t ended_runs_of_child(const weft_domain &d) {
  uint64_t n = d.counts.runs.get();
  each_worker(d.rt, [&](const weft_worker &w) {
    if (w.counts.child == &d)
      n += less(ended_runs(w), w.counts.counted.get());
  });
  return n;
}

uint64_t ended_runs_in(const weft_domain &d) {
  if (d.parent)
    return ended_runs_of_child(d);
  uint64_t others = d.counts.runs.get(), all = 0;
  each_below(d, [&](const weft_domain &c) { others += ended_runs_of_child(c); });
  each_worker(d.rt, [&](const weft_worker &w) { all += ended_runs(w); });
  return less(all, others);
}

uint64_t counted(const weft_domain &d, Counted what) {
  uint64_t n = d.counts.of[what].get();
  if (d.parent)
    return n;
  each_below(d, [&](const weft_domain &c) { n += c.counts.of[what].get(); });
  uint64_t all = 0;
  each_worker(d.rt, [&](const weft_worker &w) { all += w.counts.of[what].get(); });
  return less(all, n);
}

// The fields that both have.
template <typename Stats, typename F> void fill(Stats &s, uint64_t ended, uint64_t running, F &&of) {
  s.size = sizeof s;
  s.parked = of(kParked);
  s.done = of(kDone);
  s.stolen = of(kStolen);
  ended = less(ended, of(kNoStack));
  s.yielded = less(ended, s.parked + s.done);
  s.ran = ended + running;
  s.picked = s.ran + of(kNoStack) + of(kSlices) + of(kThrough);
  s.readied = of(kReadied) + of(kAgain) + of(kThrough) + s.yielded;
}

} // namespace

uint64_t tasks_done(const weft_runtime *rt) {
  uint64_t n = 0;
  each_worker(rt, [&](const weft_worker &w) { n += w.counts.of[kDone].get(); });
  return n;
}

weft_worker_stats stats_of(const weft_worker &w) {
  weft_worker_stats s = {};
  const WorkerCounts &c = w.counts;
  s.worker = w.index;
  fill(s, ended_runs(w), w.running ? 1 : 0, [&](Counted what) { return c.of[what].get(); });
  s.slept = c.slept.get();
  s.longest_slice_ns = c.longest.get();
  for (uint32_t i = 0; i < WEFT_TIME_BUCKETS; ++i)
    s.wake_to_run[i] = c.wake_to_run[i].get();
  return s;
}

weft_domain_stats stats_of(const weft_domain &d) {
  weft_domain_stats s = {};
  uint64_t running = 0, longest = d.counts.longest.get();
  each_worker(d.rt, [&](const weft_worker &w) {
    running += w.running && w.running->domain == &d;
    if (!d.parent && w.counts.longest_in_root.get() > longest)
      longest = w.counts.longest_in_root.get();
  });
  fill(s, ended_runs_in(d), running, [&](Counted what) { return counted(d, what); });
  s.ready = waiting_in(d);
  s.tasks = tasks_in(d);
  s.longest_slice_ns = longest;
  for (uint32_t i = 0; i < WEFT_TIME_BUCKETS; ++i)
    s.wake_to_run[i] = d.counts.wake_to_run[i].load(std::memory_order_relaxed);
  return s;
}

uint64_t tasks_in(const weft_domain &domain) { return domain.parent ? domain.tasks : root_tasks(domain.rt); }

uint32_t waiting_in(const weft_domain &domain) {
  const weft_runtime *rt = domain.rt;
  if (rt->parallel && !domain.parent) {
    uint32_t running = domain.running; // domains; and tasks of its own
    each_worker(rt, [&](const weft_worker &w) { running += w.running && w.running->domain == &domain; });
    return root_ready(rt) - running;
  }
  if (rt->workers > 1)
    return domain.ready - domain.running;
  const Task *running = rt->home.running;
  if (running && is_ready(running->ent) && domain.ready)
    for (const weft_domain *d = running->domain; d; d = d->parent)
      if (d == &domain)
        return domain.ready - 1;
  return domain.ready;
}

void inherit_counts(weft_domain *gone) {
  if (!gone->parent)
    return;
  gone->rt->root->counts.runs.add(gone->counts.runs.get());
  for (uint32_t i = 0; i < kCounteds; ++i)
    gone->rt->root->counts.of[i].add(gone->counts.of[i].get());
}

namespace {

// The part that the caller knows.
template <typename Stats> void hand_out(Stats &s, Stats *out) {
  s.size = out->size < sizeof s ? out->size : static_cast<uint32_t>(sizeof s);
  memcpy(out, &s, s.size);
}

} // namespace

} // namespace weft

using namespace weft;

extern "C" {

weft_status weft_get_domain_stats(const weft_domain *domain, weft_domain_stats *out) {
  if (!domain || !out || out->size < 8 || !on_loop(domain->rt))
    return WEFT_E_INVAL;
  Halt hold(domain->rt);
  weft_domain_stats s = stats_of(*domain);
  hand_out(s, out);
  return WEFT_OK;
}

weft_status weft_get_worker_stats(weft_runtime *rt, uint32_t worker, weft_worker_stats *out) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !out || out->size < 8 || !on_loop(rt))
    return WEFT_E_INVAL;
  Halt hold(rt);
  if (worker >= rt->workers)
    return WEFT_E_NOTFOUND;
  weft_worker_stats s = stats_of(*worker_at(rt, worker));
  hand_out(s, out);
  return WEFT_OK;
}
}
