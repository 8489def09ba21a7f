// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The lock of what tasks wait in: channels, mutexes, conditions, semaphores, wait groups.
//
// With one worker there is none; where the runtime's lock is all there is (hold.h), it is that one. In a parallel runtime
// (parallel.h) it is one of kStripes small ones, by the object's address, so that objects need no room for it. Who has
// one is inside, so a halt sees objects at rest.
//
// A task that parks does so with its stripes locked; its dispatch loop lets go of them when the task is saved. So between
// "stands in a queue" and "is saved" no waker can see it. Who else may end its park (a deadline, a cancel) has the
// runtime's lock and races with wakers for its state, from Parked to Ready: one exchange decides (task.h).
//
// The order: the runtime's lock, inside, stripes in the order of their numbers. Nobody waits for the runtime's lock with a
// stripe, so what might need it takes it first: a wait with a deadline, a task of a child domain. Tasks that were woken meanwhile
// are handed to their schedulers at the end.
#pragma once

#include "hold.h"

#include <cstddef>
#include <cstdint>

struct weft_worker;

namespace weft {

constexpr uint32_t kStripes = 64; // as many as a word has bits

inline uint64_t stripe_of(const void *object) {
  return UINT64_C(1) << (reinterpret_cast<uintptr_t>(object) * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

// Lets go of what the parked task held, which its worker keeps in `objects`. The dispatch loop; inside before, not after.
void unlock_objects(weft_worker *w);

// In a child of fork: whoever held one is not there.
void forget_objects();

// A call that may wait begins: a policy that takes choices may have others run before (choose.cpp).
void preemption_point();

class ObjectHold {
public:
  // stripes: stripe_of each object. may_sleep: the wait may have a deadline. may_wait: it is of a call that may wait.
  explicit ObjectHold(uint64_t stripes, bool may_sleep = false, bool may_wait = false) {
    if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0)) {
      if (may_wait)
        preemption_point();
      begin(stripes, may_sleep);
    }
  }
  explicit ObjectHold(const void *object, bool may_sleep = false, bool may_wait = false)
      : ObjectHold(stripe_of(object), may_sleep, may_wait) {}
  ~ObjectHold() {
    if (__builtin_expect(of_ != nullptr, 0))
      end();
  }
  // After a park that no waker ended: they are locked again.
  void again() {
    if (__builtin_expect(of_ != nullptr, 0) && stripes_ != 0)
      lock_again();
  }
  // Whether a park lets go of what is held, so that it has to be locked again.
  bool striped() const { return stripes_ != 0; }
  ObjectHold(const ObjectHold &) = delete;
  ObjectHold &operator=(const ObjectHold &) = delete;

private:
  void begin(uint64_t stripes, bool may_sleep);
  void end();
  void lock(weft_worker *w);
  void lock_again();
  weft_runtime *of_ = nullptr; // null: nothing to let go of
  uint64_t stripes_ = 0;       // 0: the runtime's lock
  bool first_ = false;         // the runtime's lock before them
  bool took_ = false;          // and it was not held already
};

} // namespace weft
