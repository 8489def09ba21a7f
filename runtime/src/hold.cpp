// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "hold.h"

#include "os/os.h"
#include "runtime.h"

namespace weft {

constinit std::atomic<bool> any_parallel{false};

namespace {
// A wake of those who let a starving one go first may come before they sleep.
constexpr uint64_t kLongestPause = 1000000; // ns
} // namespace

// Held for some tens of nanoseconds mostly, so a look around before the system is asked.
void RuntimeLock::wait() {
  for (int i = 0; i < 100 && starving_.load(std::memory_order_relaxed) == 0; ++i) {
    uint32_t free = 0;
    if (word_.load(std::memory_order_relaxed) == 0 &&
        word_.compare_exchange_weak(free, 1, std::memory_order_acquire, std::memory_order_relaxed))
      return;
    os::spin_pause();
  }
  bool starves = false;
  for (int woken = 0;; ++woken) {
    if (uint32_t n = starves ? 0 : starving_.load(std::memory_order_relaxed)) {
      if (woken > 0)
        os::wake_one(word_); // which may have been meant for it
      os::wait_while(starving_, n, kLongestPause);
      continue;
    }
    if (word_.exchange(2, std::memory_order_acquire) == 0)
      break;
    os::wait_while(word_, 2, UINT64_MAX);
    if (woken >= 2 && !starves) {
      starves = true;
      starving_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  if (starves && starving_.fetch_sub(1, std::memory_order_relaxed) == 1)
    os::wake_all(starving_);
}

void RuntimeLock::wake() { os::wake_one(word_); }

weft_runtime *Hold::here() { return runtime_here(); }

weft_runtime *hold_slowly(weft_runtime *rt) {
  if (!rt || rt->workers <= 1 || !on_loop(rt))
    return nullptr; // a foreign thread's misuse must not look like the loop's own
  weft_worker *w = worker_here(rt);
  if (w->holds)
    return nullptr;
  rt->lock.lock();
  w->holds = true;
  return rt;
}

// It may be another worker than the one that took it.
void let_go(weft_runtime *rt) {
  worker_here(rt)->holds = false;
  rt->lock.unlock();
}

} // namespace weft
