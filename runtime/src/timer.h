// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Deadlines of one runtime: a 4-ary heap that fires in order of time, equal ones in order of
// arming.
//
// A Timer is embedded in what waits (a task, a token, a deadline's scope) and knows its place, so cancelling is
// O(log n) without a search. The heap's array is grown when tasks and tokens are made (reserve),
// never when one goes to sleep, so arming cannot fail. Rejected: a wheel (cheaper arming, but the
// next deadline is then inexact or a scan, and a host has one timer to arm); a pairing heap (no
// array, but four pointers in each task and a cache miss per step).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weft {

enum class TimerKind : uint32_t { Task, Token, Domain, Scope };

struct Timer {
  uint32_t place = 0; // 1 + index in the heap; 0: not armed
  TimerKind kind;
  bool armed() const { return place != 0; }
};

class TimerHeap {
public:
  TimerHeap() = default;
  TimerHeap(const TimerHeap &) = delete;
  ~TimerHeap();

  // Makes room for `count` timers at once. False: no memory, nothing changed.
  bool reserve(size_t count) { return __builtin_expect(count <= capacity_, 1) || grow(count); }
  void arm(Timer *timer, uint64_t deadline_ns);
  void disarm(Timer *timer); // not armed: nothing
  // Takes out the earliest if it is due; null otherwise.
  Timer *expire(uint64_t now);
  uint64_t earliest() const { return first_.load(std::memory_order_relaxed); } // WEFT_NEVER when empty; any thread
  uint64_t deadline(const Timer *timer) const { return heap_[timer->place - 1].deadline; }
  // Where that is, for who may have interrupted grow(); null when it is not armed.
  const uint64_t *deadline_at(const Timer *timer) const {
    uint32_t place = timer->place;
    return place ? &heap_[place - 1].deadline : nullptr;
  }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }

private:
  friend struct DebugOffsets;
  struct Entry {
    uint64_t deadline;
    uint64_t order;
    Timer *timer;
    bool before(const Entry &o) const {
      return deadline != o.deadline ? deadline < o.deadline : order < o.order;
    }
  };
  void put(size_t i, const Entry &e) {
    heap_[i] = e;
    e.timer->place = static_cast<uint32_t>(i + 1);
  }
  bool grow(size_t count);
  void rise(size_t i, Entry e);
  void sink(size_t i, Entry e);
  void remove(size_t i);
  void note_first() { first_.store(size_ ? heap_[0].deadline : UINT64_MAX, std::memory_order_relaxed); }

  Entry *heap_ = nullptr;
  std::atomic<uint64_t> first_{UINT64_MAX}; // the earliest deadline
  size_t size_ = 0;
  size_t capacity_ = 0;
  uint64_t order_ = 0;
};

} // namespace weft
