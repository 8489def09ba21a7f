// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The dispatch loop: pick, run, and what became of it. The only place where a task is resumed.
//
// A domain is picked in its parent before anything is picked in it, so each run of a task follows a
// pick of each of its ancestors; weft-trace-check tests it. The loop runs on the worker's native
// stack and so do all functions of a scheduler that it calls.
//
// The yield is the path that counts: pick, resume, the check of which, ready; two table calls, no
// lock, no clock, no thread-local. What a run might need afterwards (tasks woken meanwhile)
// is one predictable test; budget, inbox and timers share the countdown.
// The loop is compiled twice, so that tracing is no test at all.
#include "arch/switch.h"
#include "cont.h"
#include "fatal.h"
#include "runtime.h"
#include "trace.h"

extern "C" {
const weft_tag weft_yield_tag = {"weft.yield", "->"};
const weft_tag weft_await_tag = {"weft.await", "i64,i64->i32,i64"};
}

namespace weft {

// Waits that are not tokens. Languages cannot name it, so they cannot intercept it: a lock's waiter
// is the task, whatever runs inside. Payload: kind and deadline.
const weft_tag park_tag = {"weft.park", "i64,i64->"};

namespace {

enum : uint32_t { kReturned = 0, kYielded = 1, kAwaits = 2, kParks = 3 };

// The yield is first: a suspend looks at the first entry in line and asks the runtime for others.
const struct {
  uint32_t count, flags;
  weft_handler entry[3];
} dispatch_on = {3,
                 0,
                 {{&weft_yield_tag, WEFT_ON_SUSPEND, 0},
                  {&weft_await_tag, WEFT_ON_SUSPEND, 0},
                  {&park_tag, WEFT_ON_SUSPEND, 0}}};

const weft_handlers *dispatch_handlers() {
  return reinterpret_cast<const weft_handlers *>(&dispatch_on);
}

Task *task_of(weft_ent *ent) { return reinterpret_cast<Task *>(ent); }
weft_domain *domain_of(weft_ent *ent) { return reinterpret_cast<weft_domain *>(ent); }

[[gnu::cold, noreturn]] void picked_unready(weft_domain *d, weft_ent *ent) {
  fatal("weft: scheduler '%s' of domain '%s' #%llu picked %s #%llu, which is not ready (SCHED-01)",
        d->ops.name, d->name, (unsigned long long)d->ent.id,
        ent->kind == WEFT_ENT_TASK ? "task" : "domain", (unsigned long long)ent->id);
}

[[gnu::cold, noreturn]] void lost(weft_domain *d) {
  Task *example = nullptr;
  task_table().each([&](Task &t) {
    if (!example && t.domain == d && t.ent.reserved == kEntReady)
      example = &t;
  });
  fatal("weft: scheduler '%s' of domain '%s' #%llu picks nothing, but %u of its entities are ready "
        "%s%s%s%.0llu (SCHED-02)",
        d->ops.name, d->name, (unsigned long long)d->ent.id, d->ready,
        example ? ", one is task '" : "", example ? example->name : "", example ? "' #" : "",
        (unsigned long long)(example ? example->ent.id : 0));
}

void tell_ran(weft_runtime *rt, weft_domain *d, weft_ent *ent, weft_outcome outcome) {
  if (__builtin_expect(d->ops.ran != nullptr, 0))
    d->ops.ran(d->self, &rt->worker, ent, outcome, 0);
}

// No memory for a stack: the task waits until another one ends and leaves its own. With none to
// wait for this is the end, because a spawn that was accepted cannot be taken back.
[[gnu::cold, gnu::noinline]] void wait_for_stack(weft_runtime *rt, weft_domain *d, Task *t) {
  if (rt->stacks_bound == 0)
    fatal(
        "weft: no memory for the stack of task '%s' #%llu, and no other task has one to give back",
        t->name, (unsigned long long)t->ent.id);
  d->ready--;
  t->ent.reserved = kEntParked;
  t->wait = WaitKind::Stack;
  t->woken_next = rt->stackless;
  rt->stackless = t;
  if (rt->trace)
    event::parked(t, waits_of(*t));
  tell_ran(rt, d, &t->ent, WEFT_RAN_PARKED);
}

// The handle is consumed once, here: nobody is ever shown it again, so the loop resumes the block
// itself from now on (TASK-03).
[[gnu::noinline]] bool bind_stack(weft_runtime *rt, weft_domain *d, Task *t) {
  weft_cont k = cont_new_root(task_body, t, t->stack_class);
  if (__builtin_expect(k == 0, 0)) {
    wait_for_stack(rt, d, t);
    return false;
  }
  t->cb = arch::consume(k);
  rt->stacks_bound++;
  rt->stats.stacks_reused++;
  return true;
}

// What became of a task that did not yield. It has been saved: from here on it may be made ready.
[[gnu::noinline]] void after_run(weft_runtime *rt, weft_domain *d, Task *t, uint32_t which,
                                 uint64_t i0, uint64_t i1) {
  d->ready--;
  if (which == kReturned) {
    tell_ran(rt, d, &t->ent, WEFT_RAN_DONE);
    finish_task(t);
    return;
  }
  rt->stats.parked++;
  t->ent.reserved = kEntParked;
  bool waits = true;
  if (which == kParks) {
    t->wait = static_cast<WaitKind>(i0);
    if (t->wait == WaitKind::Wake)
      rt->parked_for_wake++;
    if (i1 != WEFT_NEVER)
      rt->timers.arm(&t->timer, i1);
  } else {
    t->wait = WaitKind::Token;
    rt->awaiting++;
    waits = await_parked(t, i0, i1);
  }
  if (rt->trace)
    event::parked(t, waits_of(*t));
  tell_ran(rt, d, &t->ent, WEFT_RAN_PARKED);
  if (!waits)
    unpark(t, WEFT_OK, WEFT_WHY_WAKE);
  if (rt->woken_head)
    flush_ready(rt, &rt->worker);
}

template <bool traced>
[[gnu::always_inline]] inline void run_task(weft_runtime *rt, weft_domain *d, Task *t) {
  if (__builtin_expect(!t->cb, 0) && !bind_stack(rt, d, t))
    return;
  rt->running = t;
  if (traced)
    event::run(t);
  *rt->errno_at = t->errno_value;
  arch::Outcome o = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
  rt->running = nullptr;
  t->errno_value = *rt->errno_at;
  if (__builtin_expect(rt->attention, 0)) {
    if (rt->attention & kParking) {
      rt->attention &= ~kParking;
      o.which = kParks;
    }
    flush_ready(rt, &rt->worker);
  }
  if (__builtin_expect(o.which == kYielded, 1)) {
    if (traced)
      event::yielded(t);
    if (__builtin_expect(d->ops.ran != nullptr, 0))
      d->ops.ran(d->self, &rt->worker, &t->ent, WEFT_RAN_YIELDED, 0);
    t->ent.next = nullptr;
    weft_ent_list one{&t->ent, &t->ent, 1};
    d->ops.ready(d->self, &one, &rt->worker, WEFT_WHY_YIELD);
    return;
  }
  after_run(rt, d, t, o.which, o.i0, o.i1);
}

template <bool traced> void slice(weft_runtime *rt, weft_domain *d, uint32_t picks);

template <bool traced>
[[gnu::noinline]] void run_child(weft_runtime *rt, weft_domain *d, weft_domain *child,
                                 uint32_t picks) {
  child->in_slice = true;
  slice<traced>(rt, child, picks ? picks : child->picks);
  child->in_slice = false;
  bool more = child->ready != 0;
  if (traced)
    event::slice_end(child, more);
  tell_ran(rt, d, &child->ent, more ? WEFT_RAN_YIELDED : WEFT_RAN_EMPTY);
  if (more) {
    child->ent.next = nullptr;
    weft_ent_list one{&child->ent, &child->ent, 1};
    if (traced)
      event::ready(d, &child->ent, WEFT_WHY_CHILD);
    d->ops.ready(d->self, &one, &rt->worker, WEFT_WHY_CHILD);
    return;
  }
  child->ent.reserved = kEntParked;
  d->ready--;
  slice_ended(child);
}

template <bool traced>
[[gnu::noinline]] void slice(weft_runtime *rt, weft_domain *d, uint32_t picks) {
  auto *pick = d->ops.pick;
  void *self = d->self;
  do {
    weft_slice allowed = {};
    weft_ent *ent = pick(self, &rt->worker, rt->now, &allowed);
    if (__builtin_expect(!ent, 0)) {
      if (d->ready)
        lost(d);
      return;
    }
    if (__builtin_expect(ent->reserved != kEntReady, 0))
      picked_unready(d, ent);
    if (traced)
      event::pick(d, ent);
    if (__builtin_expect(ent->kind == WEFT_ENT_TASK, 1)) {
      run_task<traced>(rt, d, task_of(ent));
      if (__builtin_expect(--rt->countdown == 0, 0) && check_turn(rt))
        return;
    } else {
      run_child<traced>(rt, d, domain_of(ent), allowed.picks);
      if (rt->turn_over)
        return;
    }
  } while (--picks != 0);
}

} // namespace

void run_slice(weft_runtime *rt, weft_domain *domain, uint32_t picks) {
  domain->in_slice = true;
  if (rt->trace)
    slice<true>(rt, domain, picks);
  else
    slice<false>(rt, domain, picks);
  domain->in_slice = false;
}

bool only_dispatch_above() {
  auto on = reinterpret_cast<uintptr_t>(weft_current()->on) & ~uintptr_t{1};
  return on == reinterpret_cast<uintptr_t>(&dispatch_on);
}

} // namespace weft
