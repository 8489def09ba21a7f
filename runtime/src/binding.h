// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains that live on the host's thread, or on the pool's workers (weft_domain_attr::bind).
//
// The idea: a policy knows nothing of it. Whoever picks a domain that lives on the other side *sends* it there: from then on it
// is picked and on its way to be run, as if its slice had begun, and stands in that side's line. A worker of that
// side takes it from the line before its next pick in the root, runs the slice, and hands the domain back to its parent. So each run
// follows a pick by each ancestor, and a domain is run by one worker at a time.
//
// What was sent does not hold its parent up: that goes on with its slice. A domain whose slice is over while all that is
// ready in it was sent is *hollow*: for its own parent it is still being run (so the root's count says exactly whether anything
// is ready or runs), and whoever changes that gives it back: who brings the sent one home, or makes something else ready in it.
//
// Nobody is woken in vain, again and again: what is queued in the root is counted by where it lives, so the host is not asked for a
// turn, and no idle worker is woken, for what only the other side could run.
//
// All of it is under the runtime's lock; with one worker there is no other side, and every domain lives on the host's thread.
//
// Rejected: to pick and put back (a policy would count the pick, and two workers that cannot run it would go round for
// ever); to look into a policy's queue for something that fits (each would have to know); to send the whole path down to the
// domain (its parent's other tasks would wait for the host's loop).
#pragma once

#include "runtime.h"

namespace weft {

inline uint32_t side_of(const weft_worker *w) {
  return w->index == 0 ? uint32_t{WEFT_BIND_HOST} : uint32_t{WEFT_BIND_POOL};
}

// May be asked without the lock, as a hint.
inline bool was_sent(const weft_worker *w) {
  return __builtin_expect(__atomic_load_n(&w->rt->sent[side_of(w)].count, __ATOMIC_RELAXED) != 0, 0);
}

// The picked child, where w does not belong to its side: stands in that one's line from now on. False: it is w's to run.
bool send_to_its_side(weft_worker *w, weft_domain *child, uint32_t picks);
// The first of those who were sent to w's side; null. At the root's level of w's dispatch loop.
weft_domain *take_sent(weft_worker *w);

inline bool is_bound(const weft_ent *ent) {
  return ent->kind == WEFT_ENT_DOMAIN && reinterpret_cast<const weft_domain *>(ent)->bind != WEFT_BIND_ANY;
}

inline void count_queued(weft_domain *d, uint32_t by) {
  if (__builtin_expect(d->bind != WEFT_BIND_ANY, 0) && !d->parent->parent && d->rt->workers > 1)
    d->rt->queued_for[d->bind] += by;
}
// A child was handed to its parent's scheduler; was picked.
inline void is_queued(weft_domain *child) { count_queued(child, 1); }
inline void is_picked(weft_domain *child) { count_queued(child, UINT32_MAX); }

// Its slice is over, and all that is ready in it is run elsewhere. Remembers that it is so.
// One that holds back gives nothing more meanwhile, either.
inline bool becomes_hollow(weft_domain *d) { return d->hollow = d->running != 0 && (d->ready == d->running || d->held != 0); }
// It was hollow and is not any more: it has to be given back to its parent.
inline bool no_longer_hollow(weft_domain *d) { return __builtin_expect(d->hollow, 0) && !becomes_hollow(d); }

// A parallel runtime's: is there something in the root for w, which is announced as asleep, or would it only pick what lives on
// the other side, again and again? What is made ready from now on it is called for. With the lock, after a heavy fence.
// took_child: a child that may run anywhere was picked, and is not counted as running yet.
bool something_for(const weft_worker *w, bool took_child = false);

// What is there to do that w, who holds the lock, does not take at once: for either side, for the pool, for the host's thread.
struct Spare {
  uint32_t any, pool, home;
};
Spare spare_work(const weft_worker *w);
// Could the host's thread do something? With the lock.
inline bool home_has_work(const weft_runtime *rt) {
  const weft_domain *root = rt->root;
  return (root->held == 0 && root->ready - root->running != rt->queued_for[WEFT_BIND_POOL]) || rt->sent[WEFT_BIND_HOST].count != 0;
}

// Where the domain shall live, by its attr and its parent. WEFT_E_INVAL: they contradict each other.
weft_status read_binding(const weft_domain *parent, const weft_domain_attr *attr, uint32_t *bind, char *error,
                         size_t error_size);
const char *binding_name(uint32_t bind); // "host", "pool"; "" for any

} // namespace weft
