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

static_assert(offsetof(weft_ent, next) == 0, "the list of who yielded begins at yielded_head");

namespace {

enum : uint32_t { kReturned = 0, kYielded = 1, kAwaits = 2, kParks = 3 };

} // namespace

// The yield is first: a suspend looks at the first entry in line and asks the runtime for others.
const DispatchTable dispatch_on = {3,
                                   0,
                                   {{&weft_yield_tag, WEFT_ON_SUSPEND, 0},
                                    {&weft_await_tag, WEFT_ON_SUSPEND, 0},
                                    {&park_tag, WEFT_ON_SUSPEND, 0}}};

namespace {

Task *task_of(weft_ent *ent) { return reinterpret_cast<Task *>(ent); }
weft_domain *domain_of(weft_ent *ent) { return reinterpret_cast<weft_domain *>(ent); }

[[gnu::cold, noreturn]] void picked_unready(weft_domain *d, weft_ent *ent) {
  fatal("weft: scheduler '%s' of domain '%s' #%llu picked %s #%llu, which is not ready (SCHED-01)",
        d->ops.name, d->name, (unsigned long long)d->ent.id,
        ent->kind == WEFT_ENT_TASK ? "task" : "domain", (unsigned long long)ent->id);
}

[[gnu::cold, noreturn]] void picked_too_many(weft_domain *d, size_t n) {
  fatal("weft: scheduler '%s' of domain '%s' #%llu picked %zu at once, where at most %u were asked "
        "for (SCHED-08)",
        d->ops.name, d->name, (unsigned long long)d->ent.id, n, kLine);
}

[[gnu::cold, noreturn]] void lost(weft_domain *d) {
  Task *example = nullptr;
  task_table().each([&](Task &t) {
    if (!example && t.domain == d && is_ready(t.ent))
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
  t->cb = new_root(task_body, t, t->stack_class);
  if (__builtin_expect(!t->cb, 0)) {
    wait_for_stack(rt, d, t);
    return false;
  }
  rt->stacks_bound++;
  rt->stats.stacks_reused++;
  return true;
}

// It has been saved: from here on it may be made ready.
[[gnu::always_inline]] inline void parked(weft_runtime *rt, weft_domain *d, Task *t) {
  d->ready--;
  rt->stats.parked++;
  t->ent.reserved = kEntParked;
}

template <bool traced>
[[gnu::always_inline]] inline void after_park(weft_runtime *rt, weft_domain *d, Task *t,
                                              WaitKind kind, uint64_t deadline) {
  parked(rt, d, t);
  t->wait = kind;
  if (__builtin_expect(kind == WaitKind::Wake, 0))
    rt->parked_for_wake++;
  if (__builtin_expect(deadline != WEFT_NEVER, 0))
    rt->timers.arm(&t->timer, deadline);
  if (traced)
    event::parked(t, waits_of(*t));
  tell_ran(rt, d, &t->ent, WEFT_RAN_PARKED);
}

[[gnu::noinline]] void after_await(weft_runtime *rt, weft_domain *d, Task *t, uint64_t i0,
                                   uint64_t i1) {
  parked(rt, d, t);
  t->wait = WaitKind::Token;
  rt->awaiting++;
  bool waits = await_parked(t, i0, i1);
  if (rt->trace)
    event::parked(t, waits_of(*t));
  tell_ran(rt, d, &t->ent, WEFT_RAN_PARKED);
  if (!waits)
    unpark(t, WEFT_OK, WEFT_WHY_WAKE);
  if (rt->woken_head)
    flush_ready(rt, &rt->worker);
}

[[gnu::noinline]] void after_return(weft_runtime *rt, weft_domain *d, Task *t) {
  d->ready--;
  tell_ran(rt, d, &t->ent, WEFT_RAN_DONE);
  finish_task(t);
}

// Mostly it is one task, of the same domain.
template <bool traced>
[[gnu::always_inline]] inline void flush_from(weft_runtime *rt, weft_domain *d) {
  Task *woken = rt->woken_head;
  if (traced || woken != rt->woken_tail || woken->domain != d) {
    flush_ready(rt, &rt->worker);
    return;
  }
  rt->woken_head = nullptr;
  d->ready++;
  rt->stats.readied++;
  woken->ent.next = nullptr;
  weft_ent_list one{&woken->ent, &woken->ent, 1};
  d->ops.ready(d->self, &one, &rt->worker, woken->why);
}

// Who yielded into the next task without coming back here, in that order.
[[gnu::always_inline]] inline void ready_yielded(weft_runtime *rt, weft_domain *d, size_t count) {
  weft_ent *tail = rt->yielded_tail;
  tail->next = nullptr;
  weft_ent_list list{rt->yielded_head, tail, count};
  d->ops.ready(d->self, &list, &rt->worker, WEFT_WHY_YIELD);
}

// Runs t, and whoever it and its followers hand over to (weft_yield); the last of them comes back.
// Answers how many did.
template <bool traced>
[[gnu::always_inline]] inline uint32_t run_task(weft_runtime *rt, weft_domain *d, Task *t) {
  if (__builtin_expect(!t->cb, 0) && !bind_stack(rt, d, t))
    return 0;
  rt->running = t;
  if (traced)
    event::run(t);
  rt->yielded_tail = reinterpret_cast<weft_ent *>(&rt->yielded_head);
  weft_ent **first = rt->ahead;
  *rt->errno_at = t->errno_value;
  arch::Outcome o = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
  t = rt->running;
  rt->running = nullptr;
  t->errno_value = *rt->errno_at;
  auto handed_over = static_cast<uint32_t>(rt->ahead - first);
  uint32_t untold = handed_over;
  if (uint32_t attention = rt->attention) {
    rt->attention = 0;
    if (untold) {
      ready_yielded(rt, d, untold);
      untold = 0;
      rt->yielded_tail = reinterpret_cast<weft_ent *>(&rt->yielded_head);
    }
    if (attention & kWoken)
      flush_from<traced>(rt, d);
    if (attention & kParking) {
      after_park<traced>(rt, d, t, static_cast<WaitKind>(o.i0), o.i1);
      return handed_over;
    }
  }
  if (__builtin_expect(o.which == kYielded, 1)) {
    if (traced)
      event::yielded(t);
    if (__builtin_expect(d->ops.ran != nullptr, 0))
      d->ops.ran(d->self, &rt->worker, &t->ent, WEFT_RAN_YIELDED, 0);
    weft_ent *head = &t->ent;
    if (untold) {
      rt->yielded_tail->next = head;
      head = rt->yielded_head;
    }
    t->ent.next = nullptr;
    weft_ent_list list{head, &t->ent, untold + size_t{1}};
    d->ops.ready(d->self, &list, &rt->worker, WEFT_WHY_YIELD);
    return handed_over;
  }
  if (untold)
    ready_yielded(rt, d, untold);
  if (o.which == kReturned)
    after_return(rt, d, t);
  else if (o.which == kParks)
    after_park<traced>(rt, d, t, static_cast<WaitKind>(o.i0), o.i1);
  else
    after_await(rt, d, t, o.i0, o.i1);
  return handed_over;
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

// With this many tasks their records, blocks and stacks are out of the nearest cache when their
// turn comes: they are asked for while those before them run.
constexpr uint32_t kManyReady = 256;

[[gnu::noinline]] void prefetch_line(weft_domain *d) {
  Task *tasks[kLine];
  uint32_t n = 0;
  for (uint32_t i = 0; i < d->line_end; ++i)
    if (d->line[i]->kind == WEFT_ENT_TASK) {
      tasks[n] = task_of(d->line[i]);
      __builtin_prefetch(&tasks[n++]->cb);
    }
  for (uint32_t i = 0; i < n; ++i)
    __builtin_prefetch(tasks[i]->cb);
  for (uint32_t i = 0; i < n; ++i)
    if (weft_cb *cb = tasks[i]->cb) {
      __builtin_prefetch(cb->sp);
      __builtin_prefetch(static_cast<char *>(cb->sp) + 64);
    }
}

// Fills the line anew; false when there is nothing to pick.
[[gnu::always_inline]] inline bool pick_line(weft_runtime *rt, weft_domain *d) {
  size_t n = d->ops.pick_many(d->self, &rt->worker, rt->now, d->line, kLine);
  if (__builtin_expect(n > kLine, 0))
    picked_too_many(d, n);
  for (size_t i = 0; i < n; ++i) {
    if (__builtin_expect(d->line[i]->reserved != kEntReady, 0))
      picked_unready(d, d->line[i]);
    d->line[i]->reserved = kEntAhead;
  }
  d->line_at = 0;
  d->line_end = static_cast<uint32_t>(n);
  if (__builtin_expect(d->ready > kManyReady, 0))
    prefetch_line(d);
  return n != 0;
}

// There is one resume in it and no call around that, because a call that begins before a switch and
// ends after it costs two mispredicted returns.
template <bool traced>
[[gnu::noinline]] void slice(weft_runtime *rt, weft_domain *d, uint32_t picks) {
  // A line is not worth its while for one.
  const uint32_t too_few = !traced && d->ops.pick_many && !d->ops.ran ? 1 : UINT32_MAX;
  do {
    weft_ent *ent;
    weft_slice allowed = {};
    if (d->ready > too_few || d->line_at != d->line_end) {
      if (d->line_at == d->line_end && !pick_line(rt, d))
        lost(d);
      // Exact in picks, and the check comes when it is due; picks 0 is no limit.
      uint32_t more = d->line_end - d->line_at; // who may be handed over to
      more = more < rt->countdown ? more : rt->countdown;
      more = (more - 1 < picks - 1 ? more : picks) - 1;
      weft_ent **at = d->line + d->line_at++;
      ent = *at;
      ent->reserved = kEntReady;
      rt->ahead = at + 1;
      rt->ahead_end = at + 1 + more;
    } else {
      ent = d->ops.pick(d->self, &rt->worker, rt->now, &allowed);
      if (__builtin_expect(!ent, 0)) {
        if (d->ready)
          lost(d);
        break;
      }
      if (__builtin_expect(ent->reserved != kEntReady, 0))
        picked_unready(d, ent);
      if (traced)
        event::pick(d, ent);
      rt->ahead_end = rt->ahead;
    }
    if (__builtin_expect(ent->kind == WEFT_ENT_TASK, 1)) {
      if (uint32_t handed_over = run_task<traced>(rt, d, task_of(ent))) {
        d->line_at += handed_over;
        picks -= handed_over;
        rt->countdown -= handed_over;
      }
      if (__builtin_expect(--rt->countdown == 0, 0) && check_turn(rt))
        break;
    } else {
      run_child<traced>(rt, d, domain_of(ent), allowed.picks);
      if (rt->turn_over)
        break;
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

namespace {

// The straight way from one task that yields to the next: what the dispatch loop would do between
// them, when nothing else is to be done there. No function of the scheduler runs here, as this is a
// task's stack: whom to hand over to was picked before, and who yielded is told to it after.
//
// `on` is compared whole: with its lowest bit set a handler cache goes through this link, which
// then has to be cut the long way.
[[gnu::always_inline]] inline bool hand_over(weft_runtime *rt) {
  weft_cb *me = weft_tls.current;
  if (rt->ahead == rt->ahead_end || me->on != dispatch_handlers() || rt->attention)
    return false;
  Task *next = task_of(*rt->ahead);
  if (next->ent.kind != WEFT_ENT_TASK || !next->cb)
    return false;
  Task *self = rt->running;
  rt->ahead++;
  next->ent.reserved = kEntReady;
  rt->yielded_tail->next = &self->ent;
  rt->yielded_tail = &self->ent;
  self->errno_value = *rt->errno_at;
  *rt->errno_at = next->errno_value;
  rt->running = next;
  arch::hand_over(me, next->cb, next->answer0, next->answer1);
  return true;
}

} // namespace

} // namespace weft

extern "C" weft_status weft_yield(void) {
  weft_runtime *rt = weft::tls_runtime;
  if (__builtin_expect(!rt || !rt->running, 0)) {
    if (weft_current() == &weft::weft_root_cb)
      return WEFT_E_NOTASK;
  } else if (weft::hand_over(rt)) {
    return WEFT_OK;
  }
  weft::arch::suspend(&weft_yield_tag, 0, 0);
  return WEFT_OK;
}
