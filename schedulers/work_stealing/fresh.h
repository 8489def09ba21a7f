/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* A worker's entities that have not run yet: those that were born last are started first.
 *
 * The idea: a task that has not run has no stack, one that has keeps its own until it ends. Started in the order of their
 * births, a tree of tasks has a whole generation under way at once; the newest first, one branch. So the owner starts the
 * newest, and thieves take the oldest, which stand for the most work and are the coldest.
 * So that the oldest is started some day also without thieves, its owner takes it at each of certain
 * turns (SCHED-05).
 *
 * Litters: a list that becomes ready at once stays one, linked by next, first-born first, and goes in and comes out by its
 * first alone, however long it is. The firsts are linked by prev to the litter before, and by word[0] to the one after.
 * There is no end to them, because what has no room would have to go behind everybody.
 *
 * Rejected: Chase and Lev's deque. Its owner takes from one end only, and would need a fence for
 * that; the lock here is rarely asked for by two. */
#ifndef WEFT_WORK_STEALING_FRESH_H
#define WEFT_WORK_STEALING_FRESH_H

#include "injection.h"

#define FRESH_BATCH 32u

/* head is the first of the oldest litter, tail of the newest. */
typedef injection fresh;

static inline weft_ent *litter_after(const weft_ent *first) {
  return (weft_ent *)(uintptr_t)first->word[0];
}

static inline void set_litter_after(weft_ent *first, weft_ent *after) {
  first->word[0] = (uint64_t)(uintptr_t)after;
}

/* Without the lock; for one worker alone, or its holder. */
static inline void fresh_append(fresh *q, weft_ent *first) {
  first->prev = q->tail;
  set_litter_after(first, NULL);
  if (q->tail)
    set_litter_after(q->tail, first);
  else
    q->head = first;
  q->tail = first;
}

/* The first of a litter, whose place its next sister takes. */
static inline weft_ent *fresh_take_first(fresh *q, weft_ent *ent) {
  weft_ent *before = ent->prev, *after = litter_after(ent), *sister = ent->next;
  if (sister) {
    sister->prev = before;
    set_litter_after(sister, after);
  }
  if (after)
    after->prev = sister ? sister : before;
  else
    q->tail = sister ? sister : before;
  if (before)
    set_litter_after(before, sister ? sister : after);
  else
    q->head = sister ? sister : after;
  return ent;
}

static inline weft_ent *fresh_take_newest(fresh *q) { return fresh_take_first(q, q->tail); }
static inline weft_ent *fresh_take_oldest(fresh *q) { return fresh_take_first(q, q->head); }

static inline bool fresh_take_out(fresh *q, weft_ent *ent) {
  for (weft_ent *first = q->head; first; first = litter_after(first)) {
    if (first == ent) {
      fresh_take_first(q, ent);
      return true;
    }
    for (weft_ent *e = first; e->next; e = e->next)
      if (e->next == ent) {
        e->next = ent->next;
        return true;
      }
  }
  return false;
}

/* Any worker, at once with others. */
static inline void fresh_push(fresh *q, weft_ent *first, size_t count) {
  injection_lock(q);
  fresh_append(q, first);
  atomic_store_explicit(&q->count, injection_count(q) + count, memory_order_relaxed);
  injection_unlock(q);
}

static inline weft_ent *fresh_pop(fresh *q, bool oldest) {
  size_t count = injection_count(q);
  if (count == 0)
    return NULL;
  injection_lock(q);
  weft_ent *ent = NULL;
  if ((count = injection_count(q)) != 0) {
    ent = oldest ? fresh_take_oldest(q) : fresh_take_newest(q);
    atomic_store_explicit(&q->count, count - 1, memory_order_relaxed);
  }
  injection_unlock(q);
  return ent;
}

/* Another worker, the owner of `to`: the older half, but no more than FRESH_BATCH. Answers the oldest and puts the others
 * into `to`, as one litter; *moved is how many those were. */
static inline weft_ent *fresh_steal(fresh *victim, fresh *to, size_t *moved) {
  if (injection_count(victim) == 0)
    return NULL;
  injection_lock(victim);
  size_t count = injection_count(victim), n = (count + 1) / 2;
  n = n < FRESH_BATCH ? n : FRESH_BATCH;
  weft_ent *oldest = NULL, *last = NULL;
  for (size_t taken = 0; taken < n; ++taken) {
    weft_ent *ent = fresh_take_oldest(victim);
    ent->next = NULL;
    if (last)
      last->next = ent;
    else
      oldest = ent;
    last = ent;
  }
  atomic_store_explicit(&victim->count, count - n, memory_order_relaxed);
  injection_unlock(victim);
  if (n > 1) {
    fresh_push(to, oldest->next, n - 1);
    *moved = n - 1;
  }
  return oldest;
}

static inline bool fresh_remove(fresh *q, weft_ent *ent) {
  injection_lock(q);
  bool found = fresh_take_out(q, ent);
  if (found)
    atomic_store_explicit(&q->count, injection_count(q) - 1, memory_order_relaxed);
  injection_unlock(q);
  return found;
}

#endif
