/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* A worker's own queue: a bounded ring that its owner fills and empties, and from which thieves take
 * half.
 *
 * The idea: head and tail only ever grow; what is queued is [head, tail). Only the owner writes tail
 * and the places, so a push is one release store. Whoever takes, owner or thief, reads the places
 * first and then moves head by compare-and-swap: what was read is theirs if head had not moved, and
 * meaningless otherwise. The places are atomic only because a thief may read one that the owner is
 * writing anew; it then finds that head has moved.
 *
 * Why a place is not written too early: the owner writes at[i] anew only after it has loaded (with
 * acquire) a head beyond i, which the taker of i stored (with release) after its reads.
 * The counters have 64 bits: with fewer, head could come round to the same number while a thief
 * sleeps between its reads and its swap.
 *
 * Rejected: Chase and Lev's deque, whose owner takes without a compare-and-swap but for the last one;
 * it takes from the end that it pushes to, so the oldest would wait (no bound, SCHED-05), and needs a
 * sequentially consistent fence at each take. */
#ifndef WEFT_WORK_STEALING_RING_H
#define WEFT_WORK_STEALING_RING_H

#include "weft/scheduler.h"

#include <stdatomic.h>

#define RING_SIZE 256u

typedef struct ring {
  _Alignas(64) _Atomic(uint64_t) head; /* thieves write it too */
  _Alignas(64) _Atomic(uint64_t) tail;
  _Alignas(64) _Atomic(weft_ent *) at[RING_SIZE];
} ring;

static inline _Atomic(weft_ent *) *ring_at(ring *r, uint64_t i) { return &r->at[i % RING_SIZE]; }

/* How many are queued; for the owner an upper bound, as thieves take. */
static inline size_t ring_count(ring *r) {
  uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
  uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
  return (size_t)(tail - head);
}

/* The owner: as many of the list's *count as there is room for; answers the first that had none, and
 * *count how many had none. */
static inline weft_ent *ring_push(ring *r, weft_ent *first, size_t *count) {
  size_t room = RING_SIZE - ring_count(r);
  uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
  while (*count != 0 && room != 0) {
    weft_ent *next = first->next; /* once tail is stored it may be somebody else's */
    atomic_store_explicit(ring_at(r, tail), first, memory_order_relaxed);
    first = next;
    --*count, --room, ++tail;
  }
  atomic_store_explicit(&r->tail, tail, memory_order_release);
  return first;
}

/* The owner: the oldest n, or as many as there are. */
static inline size_t ring_pop(ring *r, weft_ent **ents, size_t n) {
  uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
  uint64_t head = atomic_load_explicit(&r->head, memory_order_acquire);
  for (;;) {
    size_t count = tail - head < n ? (size_t)(tail - head) : n;
    if (count == 0)
      return 0;
    for (size_t i = 0; i < count; ++i)
      ents[i] = atomic_load_explicit(ring_at(r, head + i), memory_order_relaxed);
    if (atomic_compare_exchange_weak_explicit(&r->head, &head, head + count, memory_order_acq_rel,
                                              memory_order_acquire))
      return count;
  }
}

/* Another worker, the owner of `to`, which it has just seen empty: the older half (of one, the one).
 * Answers the oldest, and puts the others into `to`; *moved is how many those were. NULL only if the
 * victim's ring was empty at a moment during the call: whoever loses a race tries again. */
static inline weft_ent *ring_steal(ring *victim, ring *to, size_t *moved) {
  uint64_t to_tail = atomic_load_explicit(&to->tail, memory_order_relaxed);
  uint64_t head = atomic_load_explicit(&victim->head, memory_order_acquire);
  for (;;) {
    uint64_t tail = atomic_load_explicit(&victim->tail, memory_order_acquire);
    uint64_t half = (tail - head + 1) / 2;
    if (half == 0)
      return NULL;
    if (half > RING_SIZE / 2) { /* this head is old */
      head = atomic_load_explicit(&victim->head, memory_order_acquire);
      continue;
    }
    weft_ent *oldest = atomic_load_explicit(ring_at(victim, head), memory_order_relaxed);
    for (uint64_t i = 1; i < half; ++i) {
      weft_ent *ent = atomic_load_explicit(ring_at(victim, head + i), memory_order_relaxed);
      atomic_store_explicit(ring_at(to, to_tail + i - 1), ent, memory_order_relaxed);
    }
    if (atomic_compare_exchange_weak_explicit(&victim->head, &head, head + half,
                                              memory_order_acq_rel, memory_order_acquire)) {
      atomic_store_explicit(&to->tail, to_tail + half - 1, memory_order_release);
      *moved = (size_t)half - 1;
      return oldest;
    }
  }
}

#endif
