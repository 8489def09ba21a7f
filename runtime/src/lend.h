// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Who waits for a mutex lends its priority and its deadline to who holds it, until that unlocks.
//
// The idea: `lends_to` leads from each waiter to the holder, so waiters and holders are trees, and what a task is picked by is the best of its
// own and of all that is lent to it. A change goes up the chain, and ends where nothing changes, so a ring of mutexes (a deadlock) ends
// it, too. A mutex that is handed on takes the loans of those that wait for it along; what others lend, for other mutexes, stays.
//
// Only to holders whose domain's policy has `attr`, and where the runtime's lock, or its one thread, guards all of this: not in a
// parallel runtime (parallel.h), whose root goes by no priorities. No memory for the few words: nothing is lent.
#pragma once

#include "attributes.h"
#include "weft/sync.h"

#include <atomic>

namespace weft {

extern constinit std::atomic<bool> any_lends; // some domain's policy has `attr`
extern constinit std::atomic<bool> any_loans; // something was lent, ever

Task *lend(Task *self, const weft_mutex *m); // null: not in this runtime. Whether it lends may also be decided later (loans_changed)
void take_back(Task *self);
// m is `to`'s now. After the change.
void hand_on_loans(weft_mutex *m, uint64_t from, Task *to);
// Its priority is below everybody's from now on, so that those who wait for what it holds have something to lend. Looks at all tasks.
void ask_its_waiters(Task *task);
// A task's own attributes were set, and its policy was told of these alone.
void loans_changed(Task *task);
// The task goes.
void end_loans(Task *task, Attributes *own);

// Around a wait for m, with the object's lock when it begins and ends.
class Loan {
public:
  Loan(Task *self, const weft_mutex *m) : self_(__builtin_expect(any_lends.load(std::memory_order_relaxed), 0) ? lend(self, m) : nullptr) {}
  ~Loan() {
    if (__builtin_expect(self_ != nullptr, 0))
      take_back(self_);
  }
  Loan(const Loan &) = delete;
  Loan &operator=(const Loan &) = delete;

private:
  Task *self_; // null: nothing is lent here
};

} // namespace weft
