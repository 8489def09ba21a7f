// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Yield, park, wake, sleep and cancel: how a running task stops and what makes it ready again.
//
// All of it happens on the loop's thread, or with several workers under the runtime's lock, so there is no window between
// looking and parking; but for waits in objects of a parallel runtime (object_hold.h). A
// foreign thread leaves a note (task.h) and asks for a turn; the CAS on the note fails when the
// task is done, so a stale handle never reaches another task's record.
#include "arch/switch.h"
#include "cont.h"
#include "parallel.h"
#include "runtime.h"
#include "scope.h"
#include "token.h"
#include "trace.h"
#include "worker.h"
#include "wait_task.h"

using namespace weft;

namespace weft {

// Not inlined: a caller that switches must read it anew.
[[gnu::noinline]] Task *running_task() {
  weft_worker *w = this_worker();
  return __builtin_expect(w != nullptr, 1) ? w->running : nullptr;
}

namespace {

[[gnu::always_inline]] inline weft_status park(Task *task, WaitKind kind, uint64_t deadline_ns) {
  if (__builtin_expect(only_dispatch_above(), 1)) {
    // No handler of the language stands between. The nearest handler is the loop itself: the first
    // entry of its table, which needs no search.
    worker_here(task->rt)->attention |= kParking;
    arch::suspend(&weft_yield_tag, static_cast<uint64_t>(kind), deadline_ns);
  } else if (on_native_stack() && kind != WaitKind::Host) { // which is no choice of the task's: CONT-02
    return WEFT_E_NOTASK;
  } else {
    arch::suspend(&park_tag, static_cast<uint64_t>(kind), deadline_ns);
  }
  if (__builtin_expect(task->sampled, 0))
    sample_run(task);
  return task->result;
}

// A deadline has passed, or a cancel is pending. The first parks all the same, so that a loop that takes no notice leaves others their turn:
// as one whose own deadline has passed; or where that may not be armed, for want of the lock, park_inside sees to it.
[[gnu::noinline]] weft_status park_cancelled(Task *task, WaitKind kind, uint64_t deadline_ns) {
  if (on_native_stack())
    return WEFT_E_NOTASK;
  if (!(__atomic_load_n(&task->cancels, __ATOMIC_RELAXED) & kCancelPassed))
    return take_cancel(task) != Took::Nothing ? WEFT_E_CANCELLED : park(task, kind, deadline_ns);
  weft_runtime *rt = task->rt;
  const bool in_object = rt->parallel && waits_in_object(kind);
  if (in_object && !worker_here(rt)->holds)
    return park(task, kind, deadline_ns);
  weft_status status = park(task, kind, 0);
  if (in_object && status == WEFT_OK)
    forget_deadline(task);
  if (status != WEFT_E_TIMEOUT)
    return status;
  take_cancel(task);
  return WEFT_E_CANCELLED;
}

// For callers without clean-ups, in whose own frame the task is parked then: a backtrace shows them.
[[gnu::always_inline]] inline weft_status park_here(Task *task, WaitKind kind, uint64_t deadline_ns) {
  if (__builtin_expect(__atomic_load_n(&task->cancels, __ATOMIC_RELAXED) != 0, 0) && kind != WaitKind::Host)
    return park_cancelled(task, kind, deadline_ns);
  return park(task, kind, deadline_ns);
}

} // namespace

// Not inlined: it has no clean-ups, and its callers do (token.cpp, has_to_wait).
[[gnu::noinline]] weft_status park_running(Task *task, WaitKind kind, uint64_t deadline_ns) { return park_here(task, kind, deadline_ns); }

namespace {

[[gnu::always_inline]] inline void end_claimed(Task *task, weft_status result, weft_why why) {
  weft_runtime *rt = task->rt;
  if (task->wait == WaitKind::Wake)
    rt->parked_for_wake--;
  else if (task->wait == WaitKind::Token)
    rt->awaiting--;
  if (__builtin_expect(task->timer.armed(), 0))
    rt->timers.disarm(&task->timer);
  set_wait(task, WaitKind::None);
  task->result = result;
  ready_later(worker_here(rt), task, why);
}

// A cancel was counted. Of the task that waits in an object of a parallel runtime: who wakes it, and the task itself when it
// parks anew, do so at the same time. True: it is answered, or will be by the task's next wait; false: it does not wait in one.
bool cancelled_in_object(Task *task) {
  for (;;) {
    if (task->rt->halts == 0)
      heavy_fence(); // for park_inside
    if (!is_parked(task))
      return true;
    // None: it is being woken.
    if (WaitKind kind = wait_of(task); kind != WaitKind::None && !waits_in_object(kind))
      return false;
    const Took took = take_cancel(task);
    if (took == Took::Nothing)
      return true;
    if (claim_parked(task)) {
      end_claimed(task, WEFT_E_CANCELLED, WEFT_WHY_CANCEL);
      return true;
    }
    return_cancel(task, took); // it was woken; perhaps it is parking again
  }
}

} // namespace

void unpark(Task *task, weft_status result, weft_why why) {
  // Who waits in an object may be woken at the same time, without the runtime's lock.
  if (__builtin_expect(task->rt->parallel, 0) && !claim_parked(task))
    return;
  end_claimed(task, result, why);
}

void wake_here(Task *task) {
  if (task->rt->trace)
    event::wake(task, "wake");
  if (is_parked(task) && wait_of(task) == WaitKind::Wake)
    unpark(task, WEFT_OK, WEFT_WHY_WAKE);
  else
    __atomic_store_n(&task->flags, static_cast<uint8_t>(task->flags | kTaskPermit), __ATOMIC_RELAXED);
}

void cancel_here(Task *task) {
  if (task->rt->trace)
    event::wake(task, "cancel");
  // The task itself asks for it without a lock (weft_cancelled).
  __atomic_store_n(&task->flags, static_cast<uint8_t>(task->flags | kTaskCancelled), __ATOMIC_RELAXED);
  if (__builtin_expect(task->scopes != nullptr, 0) && kept_by_shield(task))
    return;
  give_cancel(task);
  interrupt_here(task);
}

void interrupt_here(Task *task) {
  if (__builtin_expect(task->rt->parallel, 0) && cancelled_in_object(task))
    return;
  // A task without a stack has not begun; it is told at its first wait, as one that is queued.
  if (!is_parked(task) || wait_of(task) == WaitKind::Stack || wait_of(task) == WaitKind::Host)
    return;
  if (wait_of(task) == WaitKind::Token) {
    if (waits_whoever_cancels(task) || !abandon_token(task))
      return;
    task->answer0 = static_cast<uint32_t>(WEFT_E_CANCELLED);
    task->answer1 = 0;
  }
  take_cancel(task); // nobody else does meanwhile
  unpark(task, WEFT_E_CANCELLED, WEFT_WHY_CANCEL);
}

void task_wake_beside_others(Task *task) {
  weft_runtime *rt = task->rt;
  weft_worker *w = worker_here(rt);
  if (!is_parked(task) || !waits_in_object(wait_of(task)) || (rt->parallel && !claim_parked(task)))
    return;
  if (rt->trace)
    event::wake(task, "object");
  if (!rt->parallel)
    rt->timers.disarm(&task->timer); // else it does so itself
  set_wait(task, WaitKind::None);
  task->result = WEFT_OK;
  ready_later(w, task, WEFT_WHY_WAKE);
  if (w->objects == 0) // else at the end of that
    flush_unless_running(rt);
}

void forget_deadline(Task *self) {
  Hold hold(self->rt);
  self->rt->timers.disarm(&self->timer);
}

// Queued goes last: as long as it is there the task's record stays this task's (parallel.h).
void serve_note(Task *task) {
  for (;;) {
    uint64_t note = task->note.fetch_and(~static_cast<uint64_t>(kNoteWake | kNoteCancelMask), std::memory_order_acq_rel);
    if (note & kNoteDone) {
      task->note.fetch_and(~static_cast<uint64_t>(kNoteQueued), std::memory_order_acq_rel);
      if (task->flags & kTaskReleaseLater)
        release_task(task);
      return;
    }
    if (note & kNoteWake)
      wake_here(task);
    for (uint64_t n = (note & kNoteCancelMask) / kNoteCancelOne; n; --n)
      cancel_here(task);
    note &= ~static_cast<uint64_t>(kNoteWake | kNoteCancelMask);
    if (task->note.compare_exchange_strong(note, note & ~static_cast<uint64_t>(kNoteQueued), std::memory_order_acq_rel))
      return;
  }
}

namespace {

// What a foreign thread asks, or in a parallel runtime who has the lock. The CAS is done even when it changes nothing:
// it is what makes the caller's writes visible to the task.
weft_status leave_note(weft_task handle, uint64_t ask, bool afar) {
  Task *task = task_table().at(slot_of(handle));
  if (!task)
    return WEFT_E_STALE;
  uint64_t note = task->note.load(std::memory_order_acquire);
  if (generation_of(note) != generation_of(handle) || (note & kNoteDone))
    return WEFT_E_STALE;
  weft_runtime *rt = runtime_of(task);
  if (!rt)
    return WEFT_E_STALE;
  Pin pin(rt);
  uint64_t with;
  do {
    if (generation_of(note) != generation_of(handle) || (note & kNoteDone))
      return WEFT_E_STALE;
    if (ask == kNoteWake)
      with = note | kNoteWake;
    else
      with = (note & kNoteCancelMask) == kNoteCancelMask ? note : note + kNoteCancelOne;
    with |= kNoteQueued;
  } while (!task->note.compare_exchange_weak(note, with, std::memory_order_acq_rel,
                                             std::memory_order_acquire));
  if (note & kNoteQueued)
    return WEFT_OK;
  if (!afar)
    serve_note(task);
  else if (rt->inbox.push(&task->inbox))
    tell_of_inbox(rt);
  return WEFT_OK;
}

[[gnu::noinline]] weft_status ask_beside_others(weft_runtime *rt, Task *task, weft_task handle, uint64_t what,
                                                void (*here)(Task *)) {
  Hold hold(rt);
  weft_status status = WEFT_OK;
  if (rt->parallel) { // it may be ending at this moment, or be another runtime's by now
    status = leave_note(handle, what, false);
    if (status != WEFT_OK)
      return status;
  } else if (!find_task(handle) || state_of(&task->ent) == kEntDone)
    return WEFT_E_STALE;
  else
    here(task);
  flush_unless_running(rt);
  return status;
}

template <void here(Task *)> [[gnu::always_inline]] inline weft_status ask(weft_task handle, uint64_t what) {
  Task *task = task_table().at(slot_of(handle));
  if (!task)
    return WEFT_E_STALE;
  weft_runtime *rt = runtime_of(task);
  if (!rt || !on_loop(rt))
    return leave_note(handle, what, true);
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    return ask_beside_others(rt, task, handle, what, here);
  if (!has_handle(task, handle) || !is_alive(task->ent))
    return WEFT_E_STALE;
  weft_worker *w = &rt->home;
  here(task);
  if (__builtin_expect(!w->running && !w->in_turn, 0))
    flush_now(w);
  return WEFT_OK;
}

[[gnu::noinline]] weft_status park_beside_others(Task *self, uint64_t deadline_ns) {
  Hold hold;
  if (self->flags & kTaskPermit) {
    __atomic_store_n(&self->flags, static_cast<uint8_t>(self->flags & ~kTaskPermit), __ATOMIC_RELAXED);
    return WEFT_OK;
  }
  return park_running(self, WaitKind::Wake, deadline_ns);
}

} // namespace

namespace {

struct NowCall {
  weft_runtime *rt;
  uint64_t now;
};

} // namespace

uint64_t read_clock(weft_runtime *rt) {
  NowCall call{rt, 0};
  call_native(
      [](void *arg) {
        auto *c = static_cast<NowCall *>(arg);
        c->now = c->rt->host.now(c->rt->host_self);
      },
      &call);
  return call.now;
}

namespace {

// A scheduler of the language stands above: to it a sleep is an await that time completes.
weft_status sleep_by_token(weft_runtime *rt, uint64_t deadline_ns) {
  OwnToken own(rt);
  return own.token ? weft_await_until(own.token, deadline_ns, nullptr) : WEFT_E_NOMEM;
}

} // namespace

} // namespace weft

extern "C" {

weft_status weft_park(void) { return weft_park_until(WEFT_NEVER); }

weft_status weft_park_until(uint64_t deadline_ns) {
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    return park_beside_others(self, deadline_ns);
  if (self->flags & kTaskPermit) {
    self->flags &= ~kTaskPermit;
    return WEFT_OK;
  }
  return park_here(self, WaitKind::Wake, deadline_ns);
}

weft_status weft_wake(weft_task task) { return ask<wake_here>(task, kNoteWake); }

weft_status weft_cancel(weft_task task) { return ask<cancel_here>(task, kNoteCancelOne); }

int weft_cancelled(void) {
  Task *self = running_task();
  // The note too: a task that only computes never lets the loop look at it.
  return self && ((__atomic_load_n(&self->flags, __ATOMIC_RELAXED) & kTaskCancelled) ||
                  (__atomic_load_n(&self->cancels, __ATOMIC_RELAXED) & kCancelPassed) ||
                  (self->note.load(std::memory_order_relaxed) & kNoteCancelMask));
}

uint64_t weft_now(void) {
  weft_runtime *rt = runtime_here();
  return rt ? read_clock(rt) : 0;
}

weft_status weft_sleep(uint64_t ns) {
  Task *self = running_task();
  weft_runtime *rt = runtime_here();
  if (!rt || on_native_stack())
    return WEFT_E_NOTASK;
  uint64_t deadline = read_clock(rt);
  deadline = ns > WEFT_NEVER - 1 - deadline ? WEFT_NEVER - 1 : deadline + ns;
  weft_status status;
  if (__builtin_expect(self && only_dispatch_above(), 1)) {
    Hold hold;
    status = park_running(self, WaitKind::Sleep, deadline);
  } else {
    status = sleep_by_token(rt, deadline);
  }
  return status == WEFT_E_TIMEOUT ? WEFT_OK : status;
}
}
