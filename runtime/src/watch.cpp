// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "watch.h"

#include "count.h"
#include "trace.h"
#include "worker.h"

#include <algorithm>
#include <cstdio>

namespace weft {

namespace {

constexpr uint64_t kMillisecond = 1000000;
constexpr uint64_t kRound = 50 * kMillisecond; // for up to 25,000 records; a million take a second or two
constexpr uint64_t kShortestPause = kMillisecond;
constexpr uint32_t kStep = 512; // records
// Where workers have to be halted for a step, larger ones.
constexpr uint32_t kStepHalted = 4096;
constexpr uint64_t kLate = 950 * kMillisecond;
constexpr uint64_t kBetweenSnapshots = 900 * kMillisecond;
// The clock may have leapt, or the process have been stopped: somebody had the chance to pick it so often.
constexpr uint16_t kRounds = 3;
// A policy without snapshot: so many other picks for each entity that is ready. A fair one needs one.
constexpr uint32_t kUnfair = 64;
constexpr uint32_t kNamed = 100;

struct Suspect {
  weft_ent *ent;
  Watched *watched;
  weft_domain *in; // whose policy has it
  const char *name;
  uint64_t since; // ready at least since then
};

void take_marks_off(void *, const weft_ent *ent) {
  if (ent->reserved == kEntWatched)
    set_state(const_cast<weft_ent *>(ent), kEntReady);
}

uint32_t other_picks(const Suspect &s) { return s.in->watched_policy.picks - s.watched->picks_then; }

// Of whom no policy has, because they run or are on their way to it: they may have been marked before a snapshot and be queued after it.
void take_marks_off_who_is_out(weft_runtime *rt) {
  for (uint32_t i = 0; i < rt->workers; ++i) {
    const weft_worker *w = worker_at(rt, i);
    if (w->running)
      take_marks_off(nullptr, &w->running->ent);
    if (w->found)
      take_marks_off(nullptr, w->found);
    for (const Task *woken = w->woken_head; woken; woken = woken_after(woken))
      take_marks_off(nullptr, &woken->ent);
  }
}

// It was not picked for long. Does its policy not have it any more?
bool is_lost(const Suspect &s, uint64_t now) {
  weft_domain *d = s.in;
  WatchedPolicy &policy = d->watched_policy;
  if (!d->ops.snapshot)
    return other_picks(s) / kUnfair > waiting_in(*d);
  if (policy.seen_at <= s.watched->marked_at) {
    if (policy.seen_at && now - policy.seen_at < kBetweenSnapshots)
      return false;
    policy.seen_at = now;
    d->ops.snapshot(d->self, take_marks_off, nullptr);
    take_marks_off_who_is_out(d->rt);
  }
  return s.ent->reserved == kEntWatched;
}

void tell(weft_runtime *rt, const Suspect &s, uint64_t now) {
  s.watched->told = true;
  if (rt->watch.told > kNamed)
    return;
  const weft_domain *d = s.in;
  uint64_t tenths = (now - s.since + 50 * kMillisecond) / (100 * kMillisecond);
  char line[320];
  if (rt->watch.told++ == kNamed)
    snprintf(line, sizeof line, "weft: more entities are lost than are named (SCHED-11)");
  else
    snprintf(line, sizeof line, "weft: %s%s '%s' #%llu: ready %llu.%llu s, never picked by '%s' (SCHED-11); domain '%s' #%llu%s",
             d->ops.snapshot ? "lost " : "", s.ent->kind == WEFT_ENT_TASK ? "task" : "domain", s.name,
             (unsigned long long)s.ent->id, (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10), d->ops.name,
             d->name, (unsigned long long)d->ent.id,
             d->ops.snapshot ? "" : "; lost or starved, there is no snapshot to tell");
  fprintf(stderr, "%s\n", line);
  if (rt->trace)
    event::log(rt, line);
}

// Picked, and about to be run (parallel.h).
bool is_found(weft_runtime *rt, const weft_ent &ent) {
  for (uint32_t i = 0; i < rt->workers; ++i)
    if (worker_at(rt, i)->found == &ent)
      return true;
  return false;
}

// Not on its way to its policy, and not run by anybody.
bool is_at_rest(weft_runtime *rt, const Task &t) {
  if (runs_on(rt, &t) || is_found(rt, t.ent))
    return false;
  for (uint32_t i = 0; i < rt->workers; ++i)
    for (const Task *woken = worker_at(rt, i)->woken_head; woken; woken = woken_after(woken))
      if (woken == &t)
        return false;
  return true;
}

void look_at(weft_runtime *rt, const Suspect &s, uint64_t now) {
  Watched &watched = *s.watched;
  if (s.ent->reserved == kEntReady) {
    set_state(s.ent, kEntWatched);
    watched.marked_at = now;
    watched.rounds = 0;
    watched.picks_then = s.in->watched_policy.picks;
    return;
  }
  if (s.ent->reserved != kEntWatched || watched.told)
    return;
  if (watched.rounds < kRounds && ++watched.rounds < kRounds)
    return;
  if (now - s.since >= kLate && is_lost(s, now))
    tell(rt, s, now);
}

void look_at(weft_runtime *rt, Task &t, uint64_t now) {
  if (t.ent.reserved == kEntWatched && !is_at_rest(rt, t)) {
    set_state(&t.ent, kEntReady);
    return;
  }
  // A yield says no time. Since a little before the mark, if it was woken or made then.
  uint64_t since = t.watched.marked_at;
  if (t.since < since && since - t.since <= 2 * kRound)
    since = t.since;
  const bool told = t.watched.told;
  look_at(rt, Suspect{&t.ent, &t.watched, t.domain, t.name, since}, now);
  if (__builtin_expect(t.watched.told != told, 0))
    __atomic_store_n(&t.flags, static_cast<uint8_t>(t.flags | kTaskUnclean), __ATOMIC_RELAXED);
}

void look_at_domains(weft_runtime *rt, weft_domain *d, uint64_t now) {
  if (!d->ops.snapshot)
    d->watched_policy.picks = static_cast<uint32_t>(stats_of(*d).picked);
  for (weft_domain *c = d->first_child; c; c = c->next_sibling) {
    if (!c->in_slice && !c->hollow && !is_found(rt, c->ent))
      look_at(rt, Suspect{&c->ent, &c->watched, d, c->name, c->watched.marked_at}, now);
    look_at_domains(rt, c, now);
  }
}

} // namespace

void watch_step(weft_worker *w, uint64_t now) {
  weft_runtime *rt = w->rt;
  Watch &watch = rt->watch;
  if (watch.at == 0)
    look_at_domains(rt, rt->root, now);
  uint32_t slots = task_table().slots();
  const uint32_t step = rt->parallel ? kStepHalted : kStep;
  uint32_t end = std::min(watch.at + step, slots);
  for (; watch.at < end; ++watch.at) {
    Task *t = task_table().at(watch.at);
    if (__atomic_load_n(&t->rt, __ATOMIC_RELAXED) == rt)
      look_at(rt, *t, now);
  }
  if (watch.at >= slots)
    watch.at = 0;
  watch.due = now + std::max(kShortestPause, slots > step ? kRound * step / slots : kRound);
}

} // namespace weft
