// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The pool: workers beside the host's thread, and who of them sleeps.
//
// All of it is under the runtime's lock (in a parallel runtime makers look at `sleepers` first), so the runtime owns the protocol that schedulers would have to write otherwise: a
// worker that finds nothing says that it is idle before it lets go of the lock, and who makes something ready looks for
// idle ones while it holds it. Nothing is lost between. At most one woken worker at a time is on its way to look (as in Go and
// Tokio): who finds something wakes the next if there is more.
//
// The host's thread takes part in its turns. Where only it is idle it is asked for a turn by post; timers that are due while
// it runs a task are served by the others.
#pragma once

#include "runtime.h"

#include <atomic>
#include <csignal>
#include <pthread.h>

namespace weft {

struct alignas(64) PoolWorker {
  weft_worker worker;
  bool started;
  bool idle;      // under the lock
  bool searching; // was woken and has not looked yet
  uint64_t until; // asleep: when it looks at timers; WEFT_NEVER: not its business
  std::atomic<uint32_t> called{1}; // by who wants it to look, foreign threads too; 0 only while it is idle
  std::atomic<bool> asleep{false};
  pthread_t thread;
};

// For the threads that are made next: signals are the host's thread's, but for those that a thread itself raises.
void block_signals(sigset_t *before);

// Starts the pool: rt->workers - 1 threads, which wait till start_pool's caller lets go of the lock.
weft_status start_pool(weft_runtime *rt, char *error, size_t size);
// Ends and joins them. Tasks that they run come to their next suspension first. The loop's thread, without the lock.
void stop_pool(weft_runtime *rt);

inline weft_worker *worker_at(weft_runtime *rt, uint32_t index) {
  return index == 0 ? &rt->home : &rt->pool[index - 1].worker;
}

// Of the root's entities: ready, not being run, and not held back.
inline uint32_t queued(const weft_runtime *rt) { return rt->root->held != 0 ? 0 : rt->root->ready - rt->root->running; }

// Who runs it; null: nobody.
inline const weft_worker *runs_on(weft_runtime *rt, const Task *task) {
  for (uint32_t i = 0; i < rt->workers; ++i)
    if (worker_at(rt, i)->running == task)
      return worker_at(rt, i);
  return nullptr;
}

// In a parallel runtime: everybody sleeps, and something is ready. The host's thread may just be making it so; if it is still so when
// nobody is inside, and there is nothing to pick, that is fatal (SCHED-02). With the lock, by who found nothing. True: it
// has found something.
bool finds_or_tells_lost(weft_worker *w);
// For a worker that was called for nothing: tasks that hand on to each other call an idle one at each step, and run on before
// it comes, so that each call costs the caller more than a step. It is not announced as asleep for so many naps, and
// looks by itself. What it could take waits for about kLongestNap then (the host's thread: for what its timer makes of
// that), and only while all others run something.
constexpr uint64_t kShortestNap = 50000, kLongestNap = 200000; // ns
constexpr uint32_t kNaps = 12;

// Something may be ready that w, who holds the lock, does not take at once.
// for_any: by whichever worker; asked in a parallel runtime, where nobody counts what is queued in the root.
void more_work(weft_worker *w, bool for_any = true);
// A timer was armed.
void deadline_moved(weft_worker *w);
// The host's thread is about to run a task: an idle worker shall look after the timers, unless one does.
void find_timekeeper(weft_runtime *rt);
// The same for who has not the lock.
inline void look_after_timers(weft_runtime *rt) {
  if (__builtin_expect(rt->timers.earliest() >= rt->keeper_deadline.load(std::memory_order_relaxed), 1) ||
      rt->sleepers.load(std::memory_order_relaxed) == 0)
    return;
  Hold hold(rt);
  find_timekeeper(rt);
}
// The worker whose task a carrier's thread runs (migrate.cpp); null elsewhere.
extern constinit thread_local weft_worker *stands_for;
// A foreign thread, under a pin: the inbox was empty, and is not now.
void tell_of_inbox(weft_runtime *rt);

// Runs fn(arg) on the host's thread, in its next turn; the running task waits for it. With the lock held.
void call_home(void (*fn)(void *), void *arg);
// The host's thread, in its turn. True: there were some.
bool serve_home_calls(weft_runtime *rt);

} // namespace weft
