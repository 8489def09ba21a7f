// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "object_hold.h"

#include "cont.h"
#include "os/os.h"
#include "parallel.h"
#include "worker.h"

#include <sched.h>

namespace weft {

namespace {

// Held for tens of nanoseconds. A holder that lost its processor is waited for by giving up one's own.
class alignas(64) Stripe {
public:
  void lock() {
    for (int looks = 0; held_.exchange(true, std::memory_order_acquire);)
      while (held_.load(std::memory_order_relaxed))
        if (++looks < kLooks)
          os::spin_pause();
        else
          sched_yield();
  }
  void unlock() { held_.store(false, std::memory_order_release); }

private:
  static constexpr int kLooks = 64;
  std::atomic<bool> held_{false};
};
constinit Stripe table[kStripes];

void lock_stripes(uint64_t stripes) {
  for (; stripes; stripes &= stripes - 1)
    table[__builtin_ctzll(stripes)].lock();
}

void unlock_stripes(uint64_t stripes) {
  for (; stripes; stripes &= stripes - 1)
    table[__builtin_ctzll(stripes)].unlock();
}

} // namespace

void unlock_objects(weft_worker *w) {
  uint64_t stripes = w->objects;
  w->objects = 0;
  unlock_stripes(stripes);
}

void ObjectHold::begin(uint64_t stripes, bool may_sleep) {
  weft_worker *w = this_worker();
  if (!w)
    return;
  weft_runtime *rt = w->rt;
  if (!rt->parallel) {
    of_ = hold_slowly(rt);
    return;
  }
  if (!w->in_turn && !at_home(rt))
    return; // a foreign thread's misuse must not look like the loop's own
  if (w->holds && rt->halts != 0)
    return; // who halts the others has all there is
  of_ = rt;
  stripes_ = stripes;
  first_ = may_sleep || (w->running && w->running->domain->parent);
  lock(w);
}

void ObjectHold::lock(weft_worker *w) {
  took_ = first_ && !w->holds;
  if (took_) {
    take_lock(w);
  }
  enter_sometime(w);
  lock_stripes(stripes_);
  w->objects = stripes_;
}

void ObjectHold::lock_again() {
  weft_worker *w = this_worker();
  if (w->objects == 0)
    lock(w);
}

void ObjectHold::end() {
  if (stripes_ == 0) {
    let_go(of_);
    return;
  }
  weft_worker *w = this_worker();
  if (w->objects == 0)
    return; // its park let go of them, and a waker ended it
  unlock_objects(w);
  bool woke = w->woken_head != nullptr;
  if (woke && of_->stopping) { // nobody will run them
    w->woken_head = nullptr;
    w->attention &= ~kWoken;
    woke = false;
  }
  if (woke)
    flush_inside(w);
  leave(w);
  if (w->woken_head) { // tasks of child domains
    Hold hold(of_);
    flush_now(w);
  }
  if (woke && w->holds)
    more_work(w);
  if (took_)
    let_go(of_);
  if (woke && !w->holds)
    offer(of_);
}

void forget_objects() {
  for (Stripe &stripe : table)
    stripe.unlock();
}

} // namespace weft
