// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Yield, park, wake, sleep and cancel: how a running task stops and what makes it ready again.
//
// All of it happens on the loop's thread, so there is no window between looking and parking. A
// foreign thread leaves a note (task.h) and asks for a turn; the CAS on the note fails when the
// task is done, so a stale handle never reaches another task's record.
#include "arch/switch.h"
#include "cont.h"
#include "runtime.h"
#include "trace.h"
#include "wait_task.h"

using namespace weft;

namespace weft {

// Not inlined: a caller that switches must read it anew.
[[gnu::noinline]] Task *running_task() {
  weft_runtime *rt = tls_runtime;
  return __builtin_expect(rt != nullptr, 1) ? rt->running : nullptr;
}

weft_status park_running(Task *task, WaitKind kind, uint64_t deadline_ns) {
  if (__builtin_expect(task->cancels != 0, 0)) {
    task->cancels--;
    return WEFT_E_CANCELLED;
  }
  if (__builtin_expect(only_dispatch_above(), 1)) {
    // No handler of the language stands between. The nearest handler is the loop itself: the first
    // entry of its table, which needs no search.
    task->rt->attention |= kParking;
    arch::suspend(&weft_yield_tag, static_cast<uint64_t>(kind), deadline_ns);
  } else {
    arch::suspend(&park_tag, static_cast<uint64_t>(kind), deadline_ns);
  }
  return task->result;
}

void unpark(Task *task, weft_status result, weft_why why) {
  weft_runtime *rt = task->rt;
  if (task->wait == WaitKind::Wake)
    rt->parked_for_wake--;
  else if (task->wait == WaitKind::Token)
    rt->awaiting--;
  if (__builtin_expect(task->timer.armed(), 0))
    rt->timers.disarm(&task->timer);
  task->wait = WaitKind::None;
  task->result = result;
  ready_later(rt, task, why);
}

void wake_here(Task *task) {
  if (task->rt->trace)
    event::wake(task, "wake");
  if (task->ent.reserved == kEntParked && task->wait == WaitKind::Wake)
    unpark(task, WEFT_OK, WEFT_WHY_WAKE);
  else
    task->flags |= kTaskPermit;
}

void cancel_here(Task *task) {
  if (task->rt->trace)
    event::wake(task, "cancel");
  task->flags |= kTaskCancelled;
  // A task without a stack has not begun; it is told at its first wait, as one that is queued.
  if (task->ent.reserved != kEntParked || task->wait == WaitKind::Stack) {
    task->cancels++;
    return;
  }
  if (task->wait == WaitKind::Token) {
    if (!abandon_token(task)) {
      task->cancels++;
      return;
    }
    task->answer0 = static_cast<uint32_t>(WEFT_E_CANCELLED);
    task->answer1 = 0;
  }
  unpark(task, WEFT_E_CANCELLED, WEFT_WHY_CANCEL);
}

void serve_note(Task *task) {
  uint64_t note = task->note.fetch_and(
      ~static_cast<uint64_t>(kNoteQueued | kNoteWake | kNoteCancelMask), std::memory_order_acq_rel);
  if (note & kNoteDone) {
    if (task->flags & kTaskReleaseLater)
      release_task(task);
    return;
  }
  if (note & kNoteWake)
    wake_here(task);
  for (uint64_t n = (note & kNoteCancelMask) / kNoteCancelOne; n; --n)
    cancel_here(task);
}

namespace {

// A foreign thread's ask. The CAS is done even when it changes nothing: it is what makes the
// caller's writes visible to the task.
weft_status leave_note(weft_task handle, uint64_t ask) {
  Task *task = task_table().at(slot_of(handle));
  if (!task)
    return WEFT_E_STALE;
  uint64_t note = task->note.load(std::memory_order_acquire);
  if (generation_of(note) != generation_of(handle) || (note & kNoteDone))
    return WEFT_E_STALE;
  weft_runtime *rt = __atomic_load_n(&task->rt, __ATOMIC_RELAXED);
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
  if (!(note & kNoteQueued) && rt->inbox.push(&task->inbox))
    rt->host.post(rt->host_self);
  return WEFT_OK;
}

bool is_here(Task *task) {
  weft_runtime *rt = __atomic_load_n(&task->rt, __ATOMIC_RELAXED);
  return rt && on_loop(rt);
}

weft_status ask(weft_task handle, uint64_t what, void (*here)(Task *)) {
  Task *task = task_table().at(slot_of(handle));
  if (!task)
    return WEFT_E_STALE;
  if (!is_here(task))
    return leave_note(handle, what);
  if (!find_task(handle) || task->ent.reserved == kEntDone)
    return WEFT_E_STALE;
  here(task);
  flush_unless_running(task->rt);
  return WEFT_OK;
}

struct NowCall {
  weft_runtime *rt;
  uint64_t now;
};

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

} // namespace

} // namespace weft

extern "C" {

weft_status weft_park(void) { return weft_park_until(WEFT_NEVER); }

weft_status weft_park_until(uint64_t deadline_ns) {
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  if (self->flags & kTaskPermit) {
    self->flags &= ~kTaskPermit;
    return WEFT_OK;
  }
  return park_running(self, WaitKind::Wake, deadline_ns);
}

weft_status weft_wake(weft_task task) { return ask(task, kNoteWake, wake_here); }

weft_status weft_cancel(weft_task task) { return ask(task, kNoteCancelOne, cancel_here); }

int weft_cancelled(void) {
  Task *self = running_task();
  // The note too: a task that only computes never lets the loop look at it.
  return self && ((self->flags & kTaskCancelled) ||
                  (self->note.load(std::memory_order_relaxed) & kNoteCancelMask));
}

uint64_t weft_now(void) {
  weft_runtime *rt = tls_runtime;
  return rt ? read_clock(rt) : 0;
}

weft_status weft_sleep(uint64_t ns) {
  Task *self = running_task();
  weft_runtime *rt = tls_runtime;
  if (!self && (!rt || weft_current() == &weft_root_cb))
    return WEFT_E_NOTASK;
  uint64_t deadline = read_clock(rt);
  deadline = ns > WEFT_NEVER - 1 - deadline ? WEFT_NEVER - 1 : deadline + ns;
  weft_status status;
  if (__builtin_expect(self && only_dispatch_above(), 1)) {
    status = park_running(self, WaitKind::Sleep, deadline);
  } else {
    // A scheduler of the language stands above: to it a sleep is an await that time completes.
    weft_token token = weft_token_new(rt);
    if (!token)
      return WEFT_E_NOMEM;
    status = weft_await_until(token, deadline, nullptr);
  }
  return status == WEFT_E_TIMEOUT ? WEFT_OK : status;
}
}
