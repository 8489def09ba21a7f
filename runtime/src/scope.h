// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What is around the waits of a task: deadlines that cancel them, and shields that keep cancels away.
//
// The idea: scopes are a list from the innermost outwards, in the task's frames, and waits know nothing of them: all that a wait
// looks at is `cancels`, as ever. A deadline that has passed sets a bit in it, which nobody takes (kCancelPassed); a shield takes
// everything out of it, and what comes meanwhile is counted in the shield. So a task without scopes pays nothing, and one with
// some pays at begin, end, and when it is cancelled.
//
// The invariant: the bit is set exactly when a deadline that has passed is in the list before the first shield (but inside of
// lock_through_cancels, which puts it aside).
//
// The list is changed by its task and read by who cancels it, with the runtime's lock. Scopes need not end in the order of their
// nesting: fibers of one task may be in scopes of their own in turns.
#pragma once

#include "task.h"
#include "weft/group.h"

namespace weft {

enum class ScopeKind : uint32_t { None, Deadline, Shield };

struct Scope {
  Scope *outer = nullptr;
  Task *task = nullptr;
  Timer timer{0, TimerKind::Scope};
  ScopeKind kind = ScopeKind::None;
  uint32_t kept = 0; // a shield's: cancels; a deadline's: whether it has passed
};
static_assert(sizeof(Scope) <= sizeof(weft_scope) && alignof(Scope) <= alignof(weft_scope));

// With the lock, by the task itself.
void begin_shield(Scope *shield, Task *self);
void end_shield(Scope *shield);
// A cancel of a task with scopes. True: a shield keeps it. With the lock.
bool kept_by_shield(Task *task);
// Its timer has fired. With the lock.
void deadline_passed(Timer *timer);
// Of a task that is given up: its frames are about to go.
void forget_scopes(Task *task);
// It has ended in one, whose frame is gone (GROUP-06).
[[noreturn]] void refuse_open_scopes(const Task *task);

// The last wait's WEFT_E_CANCELLED was a deadline's, and no cancel.
inline bool was_passed(const Task *self) {
  return __atomic_load_n(&self->cancels, __ATOMIC_RELAXED) & kCancelWasPassed;
}

// The running task was answered WEFT_E_CANCELLED where it may not give up: without the lock. What was, with what was before; nothing
// of it answers its waits till it is given back.
inline uint32_t put_cancel_aside(Task *self, uint32_t aside) {
  uint32_t was = __atomic_fetch_and(&self->cancels, kCancelCount, __ATOMIC_RELAXED);
  if (!(was & kCancelWasPassed))
    ++aside;
  return aside | (was & kCancelPassed);
}
inline void give_back_aside(Task *self, uint32_t aside) {
  if (aside & kCancelCount)
    __atomic_fetch_add(&self->cancels, aside & kCancelCount, __ATOMIC_SEQ_CST);
  if (aside & kCancelPassed)
    __atomic_fetch_or(&self->cancels, kCancelPassed, __ATOMIC_SEQ_CST);
}

} // namespace weft
