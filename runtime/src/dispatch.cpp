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
// The loop is compiled thrice: bare, with a trace, and with all that one worker on its own thread does not need (locks,
// forced migration), so that none of these is a test. slice_inside is the root's for workers that need no lock (parallel.h).
#include "arch/switch.h"
#include "binding.h"
#include "cont.h"
#include "count.h"
#include "fatal.h"
#include "held.h"
#include "migrate.h"
#include "object_hold.h"
#include "only.h"
#include "parallel.h"
#include "runtime.h"
#include "timed.h"
#include "trace.h"
#include "worker.h"
#include "wrong_picks.h"


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

enum class Mode { Bare, Traced, Shared };
template <Mode mode> bool traced(const weft_worker *w) {
  return mode == Mode::Traced || (mode == Mode::Shared && w->rt->trace);
}

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

// What is watched is ready, and has not been picked for a moment.
[[gnu::cold, gnu::noinline]] void picked_marked(weft_domain *d, weft_ent *ent) {
  if (ent->reserved != kEntWatched)
    picked_unready(d, ent);
  set_state(ent, kEntReady);
}

// Of a task.
void tell_ran(weft_worker *w, weft_domain *d, weft_ent *ent, weft_outcome outcome) {
  if (__builtin_expect(d->ops.ran != nullptr, 0))
    d->ops.ran(d->self, w, ent, outcome, __builtin_expect(w->times_run, 0) ? run_took(w) : 0);
}

bool take_stack(Task *t) {
  t->cb = new_root(task_body, t, t->stack_class);
  if (__builtin_expect(!t->cb, 0))
    return false;
  t->errno_value = 0;
  return true;
}

// No memory for a stack: the task waits until another one ends and leaves its own. With none to
// wait for this is the end, because a spawn that was accepted cannot be taken back.
[[gnu::cold, gnu::noinline]] void wait_for_stack(weft_worker *w, weft_domain *d, Task *t) {
  Halt halt(w->rt); // nobody ends one unseen
  count(w, d, kNoStack);
  if (w->rt->parallel && take_stack(t)) { // somebody did before
    w->rt->stacks_bound++;
    set_state(&t->ent, kEntReady); // it may have been marked between the locks (watch.h)
    weft_ent_list one{&t->ent, &t->ent, 1};
    t->ent.next = nullptr;
    tell_ran(w, d, &t->ent, WEFT_RAN_YIELDED);
    d->ops.ready(d->self, &one, w, WEFT_WHY_YIELD);
    return;
  }
  if (bound_stacks(w->rt) == 0)
    fatal(
        "weft: no memory for the stack of task '%s' #%llu, and no other task has one to give back",
        t->name, (unsigned long long)t->ent.id);
  d->ready--;
  set_state(&t->ent, kEntParked);
  t->since = w->now;
  t->wait = WaitKind::Stack;
  t->next_stackless = w->rt->stackless;
  w->rt->stackless = t;
  if (w->rt->trace)
    event::parked(t, waits_of(*t));
  tell_ran(w, d, &t->ent, WEFT_RAN_PARKED);
}

void leave_and_lock(weft_worker *w) {
  leave(w);
  take_lock(w);
}

// The handle is consumed once, here: nobody is ever shown it again, so the loop resumes the block
// itself from now on (TASK-03).
[[gnu::noinline]] bool bind_stack(weft_worker *w, weft_domain *d, Task *t) {
  if (__builtin_expect(!take_stack(t), 0)) {
    if (w->inside.load(std::memory_order_relaxed))
      leave_and_lock(w);
    wait_for_stack(w, d, t);
    return false;
  }
  if (w->inside.load(std::memory_order_relaxed)) {
    up(w->tally.bound);
    return true;
  }
  w->rt->stacks_bound++;
  w->rt->stats.stacks_reused++;
  return true;
}

// It has been saved: from here on it may be made ready.
[[gnu::always_inline]] inline void parked(weft_worker *w, weft_domain *d, Task *t) {
  d->ready--;
  count(w, d, kParked);
  __atomic_store_n(&t->ent.reserved, kEntParked, __ATOMIC_RELEASE);
  t->since = w->now;
}

template <Mode mode>
[[gnu::always_inline]] inline void after_park(weft_worker *w, weft_domain *d, Task *t,
                                              WaitKind kind, uint64_t deadline) {
  parked(w, d, t);
  set_wait(t, kind);
  if (__builtin_expect(kind == WaitKind::Wake, 0))
    w->rt->parked_for_wake++;
  if (__builtin_expect(deadline != WEFT_NEVER, 0)) {
    w->rt->timers.arm(&t->timer, deadline);
    if (mode == Mode::Shared)
      deadline_moved(w);
  }
  if (traced<mode>(w))
    event::parked(t, waits_of(*t));
  tell_ran(w, d, &t->ent, WEFT_RAN_PARKED);
  if (mode == Mode::Shared && w->objects) { // in a parallel runtime, with the runtime's lock before them
    unlock_objects(w);
    leave(w);
  }
}

[[gnu::noinline]] void after_await(weft_worker *w, weft_domain *d, Task *t, uint64_t i0,
                                   uint64_t i1) {
  parked(w, d, t);
  t->wait = WaitKind::Token;
  w->rt->awaiting++;
  bool waits = await_parked(t, i0, i1);
  if (w->rt->trace)
    event::parked(t, waits_of(*t));
  tell_ran(w, d, &t->ent, WEFT_RAN_PARKED);
  if (!waits)
    unpark(t, WEFT_OK, WEFT_WHY_WAKE);
  if (w->woken_head)
    flush_ready(w, w);
}

[[gnu::noinline]] void after_return(weft_worker *w, weft_domain *d, Task *t) {
  d->ready--;
  tell_ran(w, d, &t->ent, WEFT_RAN_DONE);
  finish_task(t);
}

// Mostly it is one task, of the same domain.
template <Mode mode>
[[gnu::always_inline]] inline void flush_from(weft_worker *w, weft_domain *d) {
  Task *woken = w->woken_head;
  if (mode != Mode::Bare || woken != w->woken_tail || woken->domain != d) {
    flush_ready(w, w);
    return;
  }
  w->woken_head = nullptr;
  d->ready++;
  count(w, d, kReadied);
  weft_ent_list one{&woken->ent, &woken->ent, 1};
  d->ops.ready(d->self, &one, w, why_of(woken));
}

// Who yielded into the next task without coming back here, in that order.
[[gnu::always_inline]] inline void ready_yielded(weft_worker *w, weft_domain *d, size_t count) {
  weft_ent *tail = w->yielded_tail;
  tail->next = nullptr;
  weft_ent_list list{w->yielded_head, tail, count};
  d->ops.ready(d->self, &list, w, WEFT_WHY_YIELD);
}

// The task that runs is nobody else's, so the lock is let go meanwhile; one that parked in a call that holds it finds it
// held.
[[gnu::noinline]] arch::Outcome run_shared(weft_worker *w, Task *t) {
  const bool locked = w->rt->workers > 1;
  if (locked) {
    if (!w->rt->parallel)
      more_work(w);
    if (w->index == 0 && w->rt->idle != 0)
      find_timekeeper(w->rt);
    if (!t->in_call) {
      let_go(w);
    }
  }
  arch::Outcome o;
  if (w->carriers) {
    o = carry(w, t);
  } else {
    *w->errno_at = t->errno_value;
    o = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
    t->errno_value = *w->errno_at;
  }
  t->in_call = w->holds && !w->objects;
  if (locked && !w->holds) {
    take_lock(w);
  }
  return o;
}

// Runs t, and whoever it and its followers hand over to (weft_yield); the last of them comes back.
// Answers how many did, and kNotOnly.
template <Mode mode>
[[gnu::always_inline]] inline uint32_t run_task(weft_worker *w, weft_domain *d, Task *t) {
  if (__builtin_expect(!t->cb, 0) && !bind_stack(w, d, t))
    return 0;
  w->running = t;
  if (traced<mode>(w))
    event::run(t);
  w->yielded_tail = reinterpret_cast<weft_ent *>(&w->yielded_head);
  weft_ent **first = w->ahead;
  arch::Outcome o;
  if (mode == Mode::Shared) {
    d->running++;
    count_origin(w, d, t);
    o = run_shared(w, t);
    d->running--;
  } else {
    *w->errno_at = t->errno_value;
    o = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
  }
  t = w->running;
  w->running = nullptr;
  if (mode != Mode::Shared)
    t->errno_value = *w->errno_at;
  auto handed_over = static_cast<uint32_t>(w->ahead - first);
  uint32_t untold = handed_over;
  if (uint32_t attention = w->attention) {
    w->attention = 0;
    if (__builtin_expect(attention & kForked, 0))
      refuse_after_fork(w, t);
    if (untold) {
      ready_yielded(w, d, untold);
      untold = 0;
      w->yielded_tail = reinterpret_cast<weft_ent *>(&w->yielded_head);
    }
    if (attention & kWoken)
      flush_from<mode>(w, d);
    if (attention & kParking) {
      after_park<mode>(w, d, t, static_cast<WaitKind>(o.i0), o.i1);
      return handed_over | w->not_only;
    }
    handed_over |= w->not_only;
  }
  if (__builtin_expect(o.which == kYielded, 1)) {
    if (traced<mode>(w))
      event::yielded(t);
    tell_ran(w, d, &t->ent, WEFT_RAN_YIELDED);
    weft_ent *head = &t->ent;
    if (untold) {
      w->yielded_tail->next = head;
      head = w->yielded_head;
    } else if (mode == Mode::Bare && d->ready == 1 && d->settled) {
      keep(d, head);
      return handed_over;
    }
    t->ent.next = nullptr;
    weft_ent_list list{head, &t->ent, untold + size_t{1}};
    d->ops.ready(d->self, &list, w, WEFT_WHY_YIELD);
    return handed_over;
  }
  if (untold)
    ready_yielded(w, d, untold);
  if (o.which == kReturned)
    after_return(w, d, t);
  else if (o.which == kParks)
    after_park<mode>(w, d, t, static_cast<WaitKind>(o.i0), o.i1);
  else
    after_await(w, d, t, o.i0, o.i1);
  return handed_over | w->not_only;
}

// Answers how many of its picks were not made, because there was nothing more, or the turn is over.
template <Mode mode> uint32_t slice(weft_worker *w, weft_domain *d, uint32_t picks);

template <Mode mode> void back_to_parent(weft_worker *w, weft_domain *child) {
  weft_domain *d = child->parent;
  if (mode == Mode::Shared)
    d->running--;
  bool more = child->ready != 0 && child->held == 0;
  if (__builtin_expect(d->ops.ran != nullptr, 0))
    d->ops.ran(d->self, w, &child->ent, more ? WEFT_RAN_YIELDED : WEFT_RAN_EMPTY, child->slice_ns ? child->slice_took : 0);
  if (more) {
    count(w, d, kAgain);
    if (mode == Mode::Bare && d->ready == 1 && d->settled) {
      keep(d, &child->ent);
      if (d->picks == 1)
        d->only = child;
      return;
    }
    child->ent.next = nullptr;
    weft_ent_list one{&child->ent, &child->ent, 1};
    if (traced<mode>(w))
      event::ready(d, &child->ent, WEFT_WHY_CHILD);
    is_queued(child);
    d->ops.ready(d->self, &one, w, WEFT_WHY_CHILD);
  } else {
    set_state(&child->ent, kEntParked);
    d->ready--;
    d->rt->ready_children -= !d->parent;
    slice_ended(child);
  }
  if (mode == Mode::Shared && d->held != 0) // this was a run that it may have waited for
    forget_hold(d);
  if (mode == Mode::Shared && no_longer_hollow(d))
    back_to_parent<mode>(w, d);
}

// Of a child that was picked, by this worker or another one.
template <Mode mode>
[[gnu::noinline]] void slice_of_child(weft_worker *w, weft_domain *child, uint32_t picks) {
  weft_domain *outer = begin_slice(w, child);
  child->slice_took = 0;
  if (__builtin_expect(child->slice_ns != 0 || w->slice_end != WEFT_NEVER, 0))
    timed_slice(w, child, picks, [](weft_worker *by, weft_domain *of, uint32_t n) { return slice<mode>(by, of, n); });
  else
    slice<mode>(w, child, picks ? picks : child->picks);
  end_slice(w, child, outer);
  child->in_slice = false;
  bool hollow = mode == Mode::Shared && becomes_hollow(child);
  if (traced<mode>(w))
    event::slice_end(child, child->ready != 0 && child->held == 0 && !hollow);
  if (!hollow)
    back_to_parent<mode>(w, child);
}

// The only one in d, which makes `picks` more: in one slice as many as are d's to give. Answers how many those were.
[[gnu::noinline]] uint32_t run_alone(weft_worker *w, weft_domain *d, weft_domain *child, uint32_t picks) {
  Only only(w);
  const uint32_t unit = child->picks, most = UINT32_MAX / unit;
  const uint32_t slices = picks - 1 < most - 1 ? picks : most; // 0 is no limit
  d->only = child;
  child->in_slice = true;
  child->unit = unit;
  child->slice_ns = child->slice_took = 0;
  count(w, d, kSlices);
  weft_domain *outer = begin_slice(w, child);
  const uint32_t left = slice<Mode::Bare>(w, child, slices * unit) + child->given_up;
  end_slice(w, child, outer);
  child->in_slice = false;
  child->unit = child->given_up = 0;
  d->only = nullptr;
  // The rest of one that was begun is gone; one that only found that the policy holds back has begun, too.
  const uint32_t made = slices - left / unit + (child->held != 0 && left % unit == 0);
  count(w, d, kThrough, made - 1);
  back_to_parent<Mode::Bare>(w, child);
  return made;
}

template <Mode mode>
[[gnu::noinline]] void run_child(weft_worker *w, weft_domain *d, weft_domain *child,
                                 const weft_slice &allowed) {
  const uint32_t picks = allowed.picks;
  child->in_slice = true;
  child->slice_ns = allowed.ns;
  count(w, d, kSlices);
  if (mode == Mode::Shared) {
    d->running++;
    is_picked(child);
    if (send_to_its_side(w, child, picks))
      return;
  }
  slice_of_child<mode>(w, child, picks);
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
[[gnu::always_inline]] inline bool pick_line(weft_worker *w, weft_domain *d) {
  size_t n = d->ops.pick_many(d->self, w, w->now, d->line, kLine);
  if (__builtin_expect(n > kLine, 0))
    picked_too_many(d, n);
  for (size_t i = 0; i < n; ++i) {
    if (__builtin_expect(d->line[i]->reserved != kEntReady, 0))
      picked_marked(d, d->line[i]);
    set_state(d->line[i], kEntAhead);
  }
  d->line_at = 0;
  d->line_end = static_cast<uint32_t>(n);
  if (__builtin_expect(d->ready > kManyReady, 0))
    prefetch_line(d);
  return n != 0;
}

// What was picked in d is a child: its slice begins, or that of the only one in it, and so on down. Answers whose.
template <Mode mode> [[gnu::always_inline]] inline weft_domain *enter_child(weft_worker *w, weft_domain *d, weft_domain *child, bool through) {
  count(w, d, kSlices);
  child->in_slice = true;
  child->slice_ns = child->slice_took = 0;
  weft_domain *inner = child;
  if (mode == Mode::Bare && through && child->only) {
    while (inner->only) // each of them makes one pick
      inner = inner->only;
    inner->in_slice = true;
    inner->slice_ns = inner->slice_took = 0;
    inner->entered_as = child;
    child->begins_only = !w->in_only;
    w->in_only = true;
  }
  begin_slice(w, inner);
  return inner;
}

// The slice of the only one in child, and so on down, is over.
[[gnu::noinline]] void leave_only(weft_worker *w, weft_domain *leaf) {
  weft_domain *child = leaf->entered_as;
  const bool outermost = child->begins_only;
  leaf->entered_as = nullptr;
  child->in_slice = false;
  if (__builtin_expect(leaf->ready == 0 || leaf->held != 0 || w->not_only, 0)) {
    for (weft_domain *at = leaf; at != child;) {
      weft_domain *parent = at->parent;
      if (at->ready == 0 || at->held != 0 || parent->only != at) { // not kept: it was run, and is made ready again or is not
        parent->only = nullptr;
        parent->line_at = parent->line_end;
        set_state(&at->ent, kEntReady);
        count(w, parent, kSlices);
        back_to_parent<Mode::Bare>(w, at);
      } else {
        count(w, parent, kThrough);
      }
      at = parent;
    }
  } else {
    uint32_t levels = 0;
    for (weft_domain *at = child; at != leaf; at = at->only, ++levels)
      at->counts.of[kThrough].add(1);
    w->counts.of[kThrough].add(levels);
  }
  back_to_parent<Mode::Bare>(w, child); // which may be its end
  if (outermost) {
    w->in_only = false;
    w->not_only = 0;
  }
}

// Answers in whose slice that was.
template <Mode mode> [[gnu::always_inline]] inline weft_domain *leave_child(weft_worker *w, weft_domain *child) {
  weft_domain *d = mode == Mode::Bare && child->entered_as ? child->entered_as->parent : child->parent;
  end_slice(w, child, d->parent ? d : nullptr);
  child->in_slice = false;
  if (traced<mode>(w))
    event::slice_end(child, child->ready != 0 && child->held == 0);
  if (mode == Mode::Bare && child->entered_as)
    leave_only(w, child);
  else
    back_to_parent<mode>(w, child);
  return d;
}

// There is one resume in it and no call around that, because a call that begins before a switch and
// ends after it costs two mispredicted returns. So the slices of children are run in the same frame, with what is left of
// the one around them in its domain.
template <Mode mode>
[[gnu::noinline]] uint32_t slice(weft_worker *w, weft_domain *d, uint32_t picks) {
  // A line is not worth its while for one.
  const bool lines = mode == Mode::Bare || (mode == Mode::Shared && w->rt->workers <= 1 && !w->rt->trace);
  weft_domain *const outermost = d;
  for (;;) {
    const uint32_t too_few = lines && d->settled ? 1 : UINT32_MAX;
    if (mode == Mode::Shared && was_sent(w) && !d->parent) {
      weft_domain *sent = take_sent(w);
      slice_of_child<mode>(w, sent, sent->sent_picks);
      if (w->turn_over)
        return picks;
      if (--picks == 0)
        return 0;
      continue;
    }
    weft_ent *ent;
    weft_slice allowed = {};
    if (d->ready > too_few || d->line_at != d->line_end) {
      if (d->line_at == d->line_end && !pick_line(w, d))
        lost(d, d->ready);
      // Exact in picks, and the check comes when it is due; picks 0 is no limit.
      uint32_t more = d->line_end - d->line_at; // who may be handed over to
      more = more < w->countdown ? more : w->countdown;
      more = (more - 1 < picks - 1 ? more : picks) - 1;
      weft_ent **at = d->line + d->line_at++;
      ent = *at;
      set_state(ent, kEntReady);
      w->ahead = at + 1;
      w->ahead_end = mode == Mode::Shared ? w->ahead : at + 1 + more;
    } else {
      if (mode == Mode::Shared && d->held != 0) // by another worker, since this one picked last: it is asked again
        forget_hold(d);
      ent = d->ops.pick(d->self, w, w->now, &allowed);
      if (__builtin_expect(ent != nullptr, 1)) {
        if (__builtin_expect(ent->reserved != kEntReady, 0))
          picked_marked(d, ent);
        if (traced<mode>(w))
          event::pick(d, ent);
        if (__builtin_expect(allowed.ns != 0, 0))
          time_run(w, d, ent);
        w->ahead_end = w->ahead;
      }
    }
    bool over = false; // the turn is, with this pick
    if (__builtin_expect(!ent, 0)) {
      uint32_t running = mode == Mode::Shared ? d->running : 0;
      if (__builtin_expect(allowed.hold != 0, 0))
        hold_back(w, d, allowed, running);
      else if (d->ready != running)
        lost(d, d->ready - running);
    } else if (__builtin_expect(ent->kind == WEFT_ENT_TASK, 1)) {
      if (mode == Mode::Bare && d->ready == 1 && too_few == 1)
        w->may_stay = w->alone = (w->countdown - 1 < picks - 1 ? w->countdown : picks) - 1;
      uint32_t handed_over = run_task<mode>(w, d, task_of(ent));
      if (mode == Mode::Shared && d->held != 0) // by another worker, meanwhile: it sees this run's end
        forget_hold(d);
      if (mode == Mode::Bare && w->may_stay) {
        uint32_t stayed = w->may_stay - w->alone;
        w->may_stay = w->alone = 0;
        picks -= stayed;
        w->countdown -= stayed;
      }
      if (handed_over) {
        uint32_t others = handed_over & ~kNotOnly;
        d->line_at += others;
        picks -= others;
        w->countdown -= others;
        if (mode == Mode::Bare && handed_over & kNotOnly)
          picks = rest_of_slice(d, picks);
      }
      if (__builtin_expect(--w->countdown == 0, 0)) {
        over = check_turn(w);
        if (mode == Mode::Bare && w->not_only && !over)
          picks = rest_of_slice(d, picks);
      }
      --picks;
    } else {
      weft_domain *child = domain_of(ent);
      const bool by_picks = allowed.ns == 0 && w->slice_end == WEFT_NEVER;
      if (mode == Mode::Bare && d->ready == 1 && too_few == 1 && allowed.picks == 0 && by_picks) {
        d->only = nullptr;
        picks -= run_alone(w, d, child, picks) - 1;
      } else if (mode != Mode::Shared && by_picks) {
        if (mode == Mode::Bare)
          d->only = nullptr;
        d->left = picks;
        d = enter_child<mode>(w, d, child, allowed.picks == 0);
        picks = allowed.picks ? allowed.picks : d->picks;
        continue;
      } else {
        if (mode == Mode::Bare)
          d->only = nullptr;
        run_child<mode>(w, d, child, allowed);
      }
      over = w->turn_over;
      if (mode == Mode::Bare && w->not_only && !over)
        picks = rest_of_slice(d, picks);
      --picks;
    }
    if (ent && !over && picks != 0)
      continue;
    // It is over, and with it those around it that it was the last pick of.
    do {
      if (mode == Mode::Shared || d == outermost)
        return picks;
      d = leave_child<mode>(w, d);
      picks = d->left;
      over = w->turn_over;
      if (mode == Mode::Bare && w->not_only && !over)
        picks = rest_of_slice(d, picks);
      --picks;
    } while (over || picks == 0);
  }
}

// What became of t, which did not just yield, end unwatched or park in an object. Outside, and with the lock if it parked in a
// call that holds it; or with the lock and inside, with stripes.
[[gnu::noinline]] void after_run(weft_worker *w, weft_domain *d, Task *t, arch::Outcome o) {
  if (!w->holds)
    take_lock(w);
  w->running = nullptr;
  uint32_t attention = w->attention;
  w->attention = 0;
  if (__builtin_expect(attention & kForked, 0))
    refuse_after_fork(w, t);
  if (attention & kWoken)
    flush_ready(w, w);
  if (attention & kParking || o.which == kParks) {
    after_park<Mode::Shared>(w, d, t, static_cast<WaitKind>(o.i0), o.i1);
  } else if (o.which == kYielded) {
    tell_ran(w, d, &t->ent, WEFT_RAN_YIELDED);
    t->ent.next = nullptr;
    weft_ent_list one{&t->ent, &t->ent, 1};
    d->ops.ready(d->self, &one, w, WEFT_WHY_YIELD);
  } else if (o.which == kReturned) {
    after_return(w, d, t);
  } else {
    after_await(w, d, t, o.i0, o.i1);
  }
  let_go(w);
}

// It waits in an object, without a deadline, and is inside. Whom it woke before (a mutex is handed on in the wait for a
// condition) is handed to the schedulers when nobody waits for its stripes any more.
void after_park_in_object(weft_worker *w, weft_domain *d, Task *t, WaitKind kind) {
  if (__builtin_expect(w->attention & kForked, 0))
    refuse_after_fork(w, t);
  w->attention &= ~kParking;
  w->running = nullptr;
  tell_ran(w, d, &t->ent, WEFT_RAN_PARKED);
  park_inside(w, t, kind);
  unlock_objects(w);
  if (__builtin_expect(w->woken_head != nullptr, 0)) {
    flush_inside(w);
    if (w->woken_head) {
      leave_and_lock(w);
      flush_ready(w, w);
      let_go(w);
      enter_sometime(w);
    }
  }
  up(w->tally.parked);
}

// Before a child domain's slice, which may be long: is there something for one that sleeps?
void call_another(weft_worker *w, bool took_child) {
  weft_runtime *rt = w->rt;
  if (rt->searching.load(std::memory_order_relaxed) != 0)
    return;
  if (rt->idle != 0 && something_for(worker_at(rt, 1), took_child))
    more_work(w);
  else if (rt->home_sleeps && something_for(&rt->home, took_child))
    request_turn(rt);
}

// The root, by several workers at once. Without the lock; in the loop inside, but for what after_run does and while
// a task runs.
[[gnu::noinline]] void slice_inside(weft_worker *w, weft_domain *d) {
  weft_runtime *rt = w->rt;
  bool over = false;
  enter_sometime(w);
  while (!over) {
    if (was_sent(w) && !w->found) {
      leave_and_lock(w);
      if (weft_domain *sent = take_sent(w)) {
        call_another(w, false);
        slice_of_child<Mode::Shared>(w, sent, sent->sent_picks);
        over = w->turn_over;
      }
      let_go(w);
      enter_sometime(w);
      continue;
    }
    weft_slice allowed = {};
    weft_ent *ent = w->found;
    if (__builtin_expect(ent != nullptr, 0)) {
      w->found = nullptr;
      allowed = w->found_slice;
    } else if (!(ent = d->ops.pick(d->self, w, w->now, &allowed))) {
      if (__builtin_expect(allowed.hold != 0, 0))
        refuse_hold(d, "holds back, which WEFT_SCHED_PARALLEL excludes");
      break;
    }
    // Who comes too late to end its wait may be trying to (claim_parked).
    if (__builtin_expect(__atomic_load_n(&ent->reserved, __ATOMIC_RELAXED) != kEntReady, 0))
      picked_marked(d, ent);
    if (__builtin_expect(allowed.ns != 0, 0))
      time_run(w, d, ent);
    if (__builtin_expect(ent->kind != WEFT_ENT_TASK, 0)) {
      leave_and_lock(w);
      call_another(w, !is_bound(ent));
      run_child<Mode::Shared>(w, d, domain_of(ent), allowed);
      over = w->turn_over;
      let_go(w);
      enter_sometime(w);
      continue;
    }
    Task *t = task_of(ent);
    if (__builtin_expect(!t->cb, 0) && !bind_stack(w, d, t)) {
      let_go(w);
      enter_sometime(w);
      w->countdown -= w->countdown > 1; // it was a pick
      continue;
    }
    w->running = t;
    w->runs.store(true, std::memory_order_relaxed);
    count_origin(w, d, t);
    leave(w);
    offer(rt);
    if (__builtin_expect(w->index == 0, 0))
      look_after_timers(rt);
    if (__builtin_expect(t->in_call, 0))
      take_lock(w);
    *w->errno_at = t->errno_value;
    arch::Outcome o = arch::resume(t->cb, dispatch_handlers(), t->answer0, t->answer1);
    t->errno_value = *w->errno_at;
    w->runs.store(false, std::memory_order_relaxed);
    if (w->objects && !w->holds) {
      t->in_call = false;
      after_park_in_object(w, d, t, static_cast<WaitKind>(o.i0));
    } else if (t->in_call = w->holds && !w->objects; __builtin_expect(w->holds || w->attention || !enter(w), 0)) {
      after_run(w, d, t, o);
      enter_sometime(w);
    } else {
      w->running = nullptr;
      if (o.which == kYielded) {
        tell_ran(w, d, ent, WEFT_RAN_YIELDED);
        ent->next = nullptr;
        weft_ent_list one{ent, ent, 1};
        d->ops.ready(d->self, &one, w, WEFT_WHY_YIELD);
      } else if (o.which != kReturned || d->ops.ran || !finish_inside(w, t)) {
        leave(w);
        after_run(w, d, t, o);
        enter_sometime(w);
      }
    }
    if (__builtin_expect(--w->countdown == 0, 0)) {
      leave_and_lock(w);
      over = check_turn(w);
      let_go(w);
      enter_sometime(w);
    }
  }
  leave(w);
}

} // namespace

void give_back(weft_worker *w, weft_domain *child) { back_to_parent<Mode::Shared>(w, child); }

void run_slice(weft_worker *w, weft_domain *domain, uint32_t picks) {
  if (__builtin_expect(domain->held != 0, 0)) // it is asked again
    forget_hold(domain);
  if (w->rt->parallel && !domain->parent) {
    let_go(w);
    slice_inside(w, domain);
    take_lock(w);
    return;
  }
  if (w->rt->workers > 1 || w->carriers) {
    slice<Mode::Shared>(w, domain, picks);
    return;
  }
  domain->in_slice = true;
  if (w->rt->trace)
    slice<Mode::Traced>(w, domain, picks);
  else
    slice<Mode::Bare>(w, domain, picks);
  domain->in_slice = false;
}

} // namespace weft
