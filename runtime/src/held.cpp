// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "held.h"

#include "binding.h"
#include "fatal.h"
#include "trace.h"
#include "worker.h"

namespace weft {

namespace {

constexpr uint64_t kLongest = uint64_t{1} << 62; // ns: about 146 years

} // namespace

[[gnu::cold]] void refuse_hold(weft_domain *d, const char *why) {
  fatal("weft: scheduler '%s' of domain '%s' #%llu %s (SCHED-18)", d->ops.name, d->name, (unsigned long long)d->ent.id, why);
}

[[gnu::noinline]] void hold_back(weft_worker *w, weft_domain *d, const weft_slice &allowed, uint32_t running) {
  weft_runtime *rt = d->rt;
  if (d->ops.flags & WEFT_SCHED_PARALLEL)
    refuse_hold(d, "holds back, which WEFT_SCHED_PARALLEL excludes");
  if (d->ops.pick_many)
    refuse_hold(d, "holds back, which pick_many excludes");
  if (d->ready == running)
    refuse_hold(d, "holds back, but none of its entities is queued");
  forget_hold(d);
  switch (allowed.hold) {
  case WEFT_HOLD_NS:
    if (allowed.ns == 0 || allowed.ns > kLongest)
      refuse_hold(d, allowed.ns ? "holds back for ever: for more than 2^62 ns" : "holds back for no time: for 0 ns");
    rt->timers.arm(&d->held_timer, w->now + allowed.ns);
    if (rt->workers > 1)
      deadline_moved(w);
    break;
  case WEFT_HOLD_RAN:
    if (running == 0)
      refuse_hold(d, "holds back for ever: until one of its entities has run, of which none runs");
    break;
  case WEFT_HOLD_TURN:
    d->next_held = rt->held_for_turn;
    rt->held_for_turn = d;
    if (!rt->home.in_turn)
      request_turn(rt);
    break;
  default:
    refuse_hold(d, "holds back until what is none of WEFT_HOLD_NS, WEFT_HOLD_RAN and WEFT_HOLD_TURN");
  }
  d->held = allowed.hold;
  if (rt->trace)
    event::held(d);
}

void forget_hold(weft_domain *d) {
  if (d->held == WEFT_HOLD_NS) {
    d->rt->timers.disarm(&d->held_timer);
  } else if (d->held == WEFT_HOLD_TURN) {
    weft_domain **link = &d->rt->held_for_turn;
    while (*link != d)
      link = &(*link)->next_held;
    *link = d->next_held;
  }
  d->held = 0;
}

void end_hold(weft_worker *w, weft_domain *d) {
  weft_runtime *rt = d->rt;
  forget_hold(d);
  if (!d->parent && rt->workers > 1) {
    more_work(w);
  } else if (no_longer_hollow(d)) {
    give_back(w, d);
    more_work(w);
  } else if (!d->hollow && !d->in_slice && d->ready != 0) {
    ready_in_parent(w, d, w, WEFT_WHY_TIMER);
  }
}

void end_holds_for_turn(weft_worker *w) {
  // What begins to wait anew does so in this turn, for the next one.
  while (weft_domain *d = w->rt->held_for_turn)
    end_hold(w, d);
}

const char *hold_name(uint32_t held) {
  return held == WEFT_HOLD_NS ? "for a time" : held == WEFT_HOLD_RAN ? "until one has run" : "until the next turn";
}

} // namespace weft
