// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What is always counted, for weft_get_domain_stats, weft_get_worker_stats and weft_get_stats.
//
// The idea: a yield counts nothing. How many tasks a worker picked is what its countdown to the next clock reading
// says anyway, a pick that is neither a park nor an end is a yield, and a child's runs are what its worker's count grows
// by in its slices. What else happens is counted by the worker in its own memory, by a load and a store that only its own
// thread makes, so that others may read it at any time; what happens in a child domain is counted there too, because
// one worker at a time runs one. The root is the workers' sum less its descendants, so that several
// workers at once count nothing together there.
// Times are sampled: one in 256 wakes reads the clock, and again when its task runs; one in 64 slices of a child
// domain reads it twice; the rest is taken from the readings that turns make.
//
// Rejected: counting each yield (two counts cost a tenth of one); a time for each wake (two readings cost as much as the
// wake); counters that workers share.
#pragma once

#include "weft/task.h"

#include <atomic>
#include <cstdint>

struct weft_worker;

namespace weft {

struct Task;

// Written by one thread at a time, read by any.
class Count {
public:
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }
  void set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(uint64_t n) { set(get() + n); }
  void raise(uint64_t to) {
    if (__builtin_expect(to > get(), 0))
      set(to);
  }

private:
  std::atomic<uint64_t> value_{0};
};

enum Counted : uint32_t {
  kReadied, // by wakes, spawns, timers, cancels, and a child domain that was empty; not by yields
  kAgain,   // child domains, after a slice that left something
  kSlices,  // of child domains: picks of them
  kThrough, // both at once (only.h)
  kNoStack, // picks of tasks for which there was no memory for a stack
  kStolen,
  kParked,
  kDone,
  kCounteds
};

struct WorkerCounts {
  Count of[kCounteds];
  Count picks;         // of tasks, up to the last clock reading
  Count counted;       // of its picks: what domains know of
  Count slept;
  Count longest;       // ns
  Count longest_in_root;
  Count wake_to_run[WEFT_TIME_BUCKETS];
  // Its own thread's alone.
  weft_domain *child = nullptr; // whose slice it is in; null: the root's
  bool mixed = false;           // since the last clock reading tasks of several domains ran
  uint32_t wakes_to_sample = 1, slices_to_sample = 1;
  uint32_t gaps = 0;        // what the next gap between samples is drawn from
  weft_domain *timed = nullptr; // whose slice is timed
  uint64_t slice_began = 0;
};

struct DomainCounts {
  Count of[kCounteds]; // the root's, and its runs: of all domains below it that are gone
  Count runs;          // picks of its tasks, up to the last begin or end of a slice of it or of its children
  Count longest;       // ns; not the root's
  std::atomic<uint64_t> wake_to_run[WEFT_TIME_BUCKETS] = {}; // so seldom that several workers may add at once
};

constexpr uint16_t kNobody = 2047; // Task::readied_by, of eleven bits: a foreign thread

// --- Sampled; what is counted each time is in count.h

// The task was made ready, and is one of those whose time is taken. Any stack.
[[gnu::cold]] void sample_wake(weft_worker *w, Task *task);
// It runs; on its stack.
[[gnu::cold]] void sample_run(Task *task);
// This slice of a child domain is one of those whose time is taken.
[[gnu::cold]] void sample_slice(weft_worker *w);
[[gnu::cold]] void sample_slice_end(weft_worker *w, weft_domain *child);

// --- Elsewhere than in the dispatch loop

// A worker leaves the loop, so no reading of the clock will count what ran since the last one.
void count_rest(weft_worker *w);
// What a domain that goes leaves to those around it.
void inherit_counts(weft_domain *gone);

// --- Reading: with the lock, or in a dump by a signal

uint64_t tasks_done(const weft_runtime *rt);
weft_worker_stats stats_of(const weft_worker &w);
weft_domain_stats stats_of(const weft_domain &d);
// How much waits for its turn there: a domain's own count has what runs in it too.
uint32_t waiting_in(const weft_domain &d);
uint64_t tasks_in(const weft_domain &d); // not done

} // namespace weft
