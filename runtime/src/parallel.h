// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The root's tasks without the runtime's lock: for several workers under a policy that takes them at once
// (WEFT_SCHED_PARALLEL).
//
// The idea: picks, yields, spawns into the root and ends of tasks that nobody joins touch nothing that two
// workers share but the policy, which is made for it. A worker is `inside` while it does one of these, and outside
// while a task's own code runs. All else stays under the lock, at the same time. What would see half of such a step
// (a dump, a shutdown) halts it: Halt takes the lock and waits until nobody is inside. So being inside costs two plain
// stores and a load; the fence that makes these enough is paid by who halts, for all threads (membarrier). Waits in objects
// are done inside too, with locks of their own: object_hold.h has the order.
//
// The invariants:
//   - Nobody waits for the lock while inside.
//   - A task's record is given away inside only while its note is unpinned (kNoteQueued); who has the lock and
//     touches a task that may be running pins it first.
//   - Counts that are changed inside are each worker's own (Tally). A sum over them reads what lowers it first, so it is
//     never too low; with all workers idle it is exact.
//
// Off where something is traced or migration is forced: those are for order, not for speed.
#pragma once

#include "runtime.h"

namespace weft {

// --- Being inside

// For who is inside, between its store and its loads: Halt and idle workers do what is missing (heavy_fence).
inline void light_fence() {
  if (__builtin_expect(plain_fences.load(std::memory_order_relaxed), 0))
    std::atomic_thread_fence(std::memory_order_seq_cst);
  else
    std::atomic_signal_fence(std::memory_order_seq_cst);
}

void heavy_fence();

// False: somebody halts. Not with the lock.
inline bool enter(weft_worker *w) {
  w->inside.store(true, std::memory_order_relaxed);
  light_fence();
  if (__builtin_expect(!w->rt->halted.load(std::memory_order_acquire), 1))
    return true;
  w->inside.store(false, std::memory_order_release);
  return false;
}
inline void leave(weft_worker *w) { w->inside.store(false, std::memory_order_release); }
void wait_and_enter(weft_worker *w);
inline void enter_sometime(weft_worker *w) {
  if (__builtin_expect(!enter(w), 0))
    wait_and_enter(w);
}

// The lock, and nobody inside. Elsewhere than in a parallel runtime it is a Hold. May nest.
class Halt {
public:
  explicit Halt(weft_runtime *rt) : Halt(rt, false) {}
  // For what can as well be done later: false if somebody stays inside, whose thread may have lost its processor.
  static Halt if_soon(weft_runtime *rt) { return Halt(rt, true); }
  explicit operator bool() const { return done_; }
  ~Halt();
  Halt(const Halt &) = delete;

private:
  Halt(weft_runtime *rt, bool impatient);
  Hold hold_;
  weft_runtime *rt_;
  bool done_;
};

// The same by hand, with the lock: around a fork, and in a signal's handler that has interrupted the loop's thread anywhere. `own`,
// which may be null, is not waited for. False, and nothing changed: somebody was inside for so many looks.
constexpr uint64_t kPatience = 200, kForEver = UINT64_MAX; // looks; 200 are some microseconds
bool begin_halt(weft_runtime *rt, const weft_worker *own, uint64_t patience);
void end_halt(weft_runtime *rt);

// --- Counts

inline void up(std::atomic<uint64_t> &count, uint64_t by = 1) {
  count.store(count.load(std::memory_order_relaxed) + by, std::memory_order_release);
}

// With the lock.
uint64_t live_tasks(const weft_runtime *rt);
uint64_t bound_stacks(const weft_runtime *rt);
uint64_t root_tasks(const weft_runtime *rt);
uint32_t root_ready(const weft_runtime *rt); // those that run included
// A count of what was done inside, of all workers.
uint64_t sum(const weft_runtime *rt, std::atomic<uint64_t> Tally::*count);

// --- Tasks

// The caller's worker, if it runs a task whose spawns go to the root of rt and are done inside; null.
inline weft_worker *parallel_worker(weft_runtime *rt) {
  if (__builtin_expect(!rt->parallel, 1))
    return nullptr;
  weft_worker *w = this_worker();
  return w && w->rt == rt && w->running && !w->holds ? w : nullptr;
}
// Hands a new task to the root's policy, and wakes a worker that sleeps. Inside; the caller is outside afterwards.
void start_inside(weft_worker *w, Task *task);
// The end of a task of the root, if nobody joins it and nothing else has to be told. Inside.
bool finish_inside(weft_worker *w, Task *task);

// The running task was saved in the middle of a wait in an object, whose stripes are locked. True: it is Parked; false: it
// was cancelled meanwhile, and is among the woken. Without the runtime's lock. Inside. It is counted as parked by the caller, when
// those that were woken before are counted: never too few are ready.
bool park_inside(weft_worker *w, Task *task, WaitKind kind);
// Hands w's woken tasks of the root to its policy; the others stay. Inside.
void flush_inside(weft_worker *w);

// --- Idle workers

// The host's thread is in a turn, or asked for one. With the lock.
inline void home_awake(weft_runtime *rt) {
  if (!rt->home_sleeps)
    return;
  rt->home_sleeps = false;
  rt->sleepers.fetch_sub(1, std::memory_order_relaxed);
}
// The host's thread, in its turn, has nothing to pick. True: now it has. False: it sleeps when the turn ends, unless it is
// asked for another already. With the lock, which it lets go of meanwhile. for_nothing: this turn was asked for and ran
// nothing; then it naps, as pool workers do (worker.cpp): a turn of its own accord follows soon.
bool home_finds(weft_runtime *rt, bool for_nothing);

// Something was made ready, by who is not inside and has not the lock.
void offer_slowly(weft_runtime *rt);
inline void offer(weft_runtime *rt) {
  light_fence();
  if (__builtin_expect(rt->sleepers.load(std::memory_order_relaxed) != 0, 0) &&
      rt->searching.load(std::memory_order_relaxed) == 0)
    offer_slowly(rt);
}
// Without the lock: one pick, kept in w->found. False: there was nothing.
bool pick_inside(weft_worker *w);
// The same for as long as falling asleep and being woken would take; nothing comes sooner by foreign threads either.
bool look_around(weft_worker *w);
// The last look of one that is announced as asleep: what was made ready by who could not see that is found. With the lock.
bool pick_before_sleep(weft_worker *w);

} // namespace weft
