// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The lock of a runtime with several workers: whoever touches what one loop's thread would have for itself holds it.
//
// The idea: tasks run side by side, what the runtime keeps of them does not. So all that is written for one thread
// (channels, tokens, timers, domains, joins) holds for many as it stands. A task that parks does so while
// it holds: its worker's dispatch loop takes the lock over with the saved task and lets go when all is in order,
// and a task that parked so is resumed with the lock held. So between "stands in a queue" and "is saved" there is no moment
// in which anybody could wake it, and the classic race of a wake with a park has no place to be.
// A runtime with one worker has no lock: what it costs is a test of a flag of the process.
//
// Schedulers are called under it too; but for the root's, where several workers may call that at once: then most of what its
// tasks do needs no lock (parallel.h), or a smaller one (object_hold.h).
#pragma once

#include <atomic>
#include <cstdint>

struct weft_worker;
struct weft_runtime;

namespace weft {

// Not a std::mutex: it is taken on one stack and let go on another, which tools that watch locks would call an error.
// Who finds it free takes it, before others that wait; but who was woken for nothing a few times is starving, and then all
// others wait for it (as Go's mutexes do): a worker among tasks that only yield asks for it anew within nanoseconds.
class RuntimeLock {
public:
  void lock() {
    uint32_t free = 0;
    if (starving_.load(std::memory_order_relaxed) != 0 ||
        !word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed))
      wait();
  }
  bool try_lock() {
    uint32_t free = 0;
    return word_.compare_exchange_strong(free, 1, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() {
    if (word_.exchange(0, std::memory_order_release) == 2)
      wake();
  }

private:
  void wait();
  void wake();
  std::atomic<uint32_t> word_{0}; // 0 free, 1 held, 2 held and somebody may sleep
  std::atomic<uint32_t> starving_{0};
};

// Some runtime of this process has, or had, several workers, or a policy that takes choices.
extern constinit std::atomic<bool> any_parallel;

// Null: nothing to hold, or held already.
weft_runtime *hold_slowly(weft_runtime *rt);
void let_go(weft_runtime *rt);

// From here to the end of the scope, also across a park in between, which may end on another thread. Within another
// one it does nothing. Whatever else suspends must not be in the scope: code of the language would run there.
class Hold {
public:
  // The runtime whose loop's thread or worker this is, which may be null; without one, the calling thread's.
  explicit Hold(weft_runtime *rt) : wanted_(rt), of_(nullptr) { again(); }
  Hold() : wanted_(nullptr), of_(nullptr) {
    if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
      of_ = hold_slowly(wanted_ = here());
  }
  ~Hold() { end(); }
  void end() {
    if (__builtin_expect(of_ != nullptr, 0))
      let_go(of_);
    of_ = nullptr;
  }
  void again() {
    if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
      of_ = hold_slowly(wanted_);
  }
  Hold(const Hold &) = delete;
  Hold &operator=(const Hold &) = delete;

private:
  static weft_runtime *here();
  weft_runtime *wanted_;
  weft_runtime *of_;
};

} // namespace weft
