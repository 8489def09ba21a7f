/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The queue that all workers share: first come, first served, behind a lock.
 *
 * It takes what no worker may put into its own ring: batches of the foreign inbox, what has no room,
 * and what a worker that leaves had. Whole lists go in by one store of a link, and at most
 * INJECTION_BATCH come out at once, so the lock is held for that many steps (remove alone walks the
 * queue). Who finds it taken looks again INJECTION_SPINS times, then lets the kernel run another
 * thread between looks, because the holder may have lost its processor.
 *
 * The count is read without the lock, and so that a queue that is mostly empty costs its readers no
 * write. */
#ifndef WEFT_WORK_STEALING_INJECTION_H
#define WEFT_WORK_STEALING_INJECTION_H

#include "weft/scheduler.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

#define INJECTION_BATCH 32u
#define INJECTION_SPINS 64u

typedef struct injection {
  _Alignas(64) _Atomic(size_t) count; /* written under the lock */
  _Atomic(bool) locked;
  weft_ent *head;
  weft_ent *tail;
} injection;

static inline void relax(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

static inline void injection_lock(injection *q) {
  for (unsigned looks = 0; atomic_exchange_explicit(&q->locked, true, memory_order_acquire);) {
    while (atomic_load_explicit(&q->locked, memory_order_relaxed))
      if (++looks < INJECTION_SPINS)
        relax();
      else
        sched_yield();
  }
}

static inline void injection_unlock(injection *q) {
  atomic_store_explicit(&q->locked, false, memory_order_release);
}

static inline size_t injection_count(injection *q) {
  return atomic_load_explicit(&q->count, memory_order_relaxed);
}

/* Without the lock; for one worker alone, or its holder. The last one's next is NULL. */
static inline void injection_append(injection *q, weft_ent *first, weft_ent *last) {
  if (q->tail)
    q->tail->next = first;
  else
    q->head = first;
  q->tail = last;
}

static inline weft_ent *injection_take_first(injection *q) {
  weft_ent *ent = q->head;
  q->head = ent->next;
  if (!q->head)
    q->tail = NULL;
  return ent;
}

static inline bool injection_take_out(injection *q, weft_ent *ent) {
  weft_ent *before = NULL;
  for (weft_ent *e = q->head; e; before = e, e = e->next) {
    if (e != ent)
      continue;
    if (before)
      before->next = e->next;
    else
      q->head = e->next;
    if (q->tail == e)
      q->tail = before;
    return true;
  }
  return false;
}

/* Any worker, at once with others. */
static inline void injection_push(injection *q, weft_ent *first, weft_ent *last, size_t count) {
  injection_lock(q);
  injection_append(q, first, last);
  atomic_store_explicit(&q->count, injection_count(q) + count, memory_order_relaxed);
  injection_unlock(q);
}

/* The oldest, linked and terminated, at most n of them; answers how many. */
static inline size_t injection_pop(injection *q, weft_ent **first, size_t n) {
  injection_lock(q);
  size_t count = injection_count(q), taken = 0;
  weft_ent *last = NULL;
  *first = q->head;
  for (; taken < n && taken < count; ++taken)
    last = injection_take_first(q);
  if (last)
    last->next = NULL;
  atomic_store_explicit(&q->count, count - taken, memory_order_relaxed);
  injection_unlock(q);
  return taken;
}

static inline bool injection_remove(injection *q, weft_ent *ent) {
  injection_lock(q);
  bool found = injection_take_out(q, ent);
  if (found)
    atomic_store_explicit(&q->count, injection_count(q) - 1, memory_order_relaxed);
  injection_unlock(q);
  return found;
}

#endif
