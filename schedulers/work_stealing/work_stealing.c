/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* work_stealing: each worker has a queue of its own, and takes half of another's when it has nothing.
 *
 * Where an entity goes:
 *   - the worker's slot: who was woken by what runs there. It is picked next, while what
 *     the two share is warm; whom it displaces goes to the ring. At most SLOT_USES picks in a row, so
 *     two that wake each other cannot keep a worker to themselves.
 *   - the worker's fresh ones (fresh.h): who was spawned by what runs there. Behind the ring, so that what is under way
 *     ends before more begins, and the newest first. But who yields lets FRESH_RUN of them go before, and then it is the
 *     ring's turn; each FRESH_EVERYth pick that is not the slot's is theirs; and each OLDEST_EVERYth is the oldest's.
 *   - the worker's ring (ring.h): everything else that became ready there, in that order.
 *   - the injection queue (injection.h): batches that no worker woke, what finds the ring full, and
 *     yields while more is ready than the ring holds. Each INJECTION_EVERYth pick looks there first.
 *
 * The invariant that the bounds of SCHED-05 follow from: an entity only moves forward. From the
 * injection queue it goes to a ring's end or to be run; in a ring it stays until it is picked, or
 * stolen to no later a place. Rejected: moving half of a full ring to the injection queue, as others
 * do. It moves the oldest behind everybody, and again the next time, so that no bound holds; and a
 * push to the injection queue costs little more than one to the ring. For the same reason yields go
 * there when there is too much for a ring: what waits there would get one pick of each
 * INJECTION_EVERY, however long those in the ring go on yielding.
 *
 * The slot can be stolen, last of all and after a moment in which its owner may take it. Could only
 * its owner take it, it would wait for as long as what runs there computes, and the runtime, which
 * counts what is ready, would wake workers that find nothing. Without that moment a thief would tear
 * apart each pair that talks.
 *
 * One worker (config->workers is 1) needs none of that: the injection queue without its lock is the
 * queue, the slot goes before it, and the fresh ones behind it. No atomic read-modify-write, no fence.
 *
 * Parameters: seed=N, of the order in which victims are tried.
 * Built twice, like fifo; see there. */
#include "fresh.h"
#include "injection.h"
#include "ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SLOT_USES = 3,
  INJECTION_EVERY = 61, /* prime, so that it does not beat with what tasks do */
  FRESH_EVERY = 5,
  FRESH_RUN = 16,
  OLDEST_EVERY = 127, /* each begins another branch: at 61 a tree takes twice the memory */
  SLOT_LOOKS = 64     /* of a thief, before it takes another's slot */
};

typedef struct worker {
  ring queue;
  _Alignas(64) _Atomic(weft_ent *) slot; /* the owner fills it; thieves only empty it */
  /* The owner's. */
  uint32_t slot_left;    /* picks of the slot until another goes first */
  uint32_t to_injection; /* picks until the injection queue is first */
  /* While there are fresh ones: */
  uint32_t to_fresh;   /* picks but the slot's, until one of them is first */
  uint32_t to_oldest;  /* picks until the oldest is */
  uint32_t fresh_left; /* how many may go before: somebody yielded to them */
  bool went_before;    /* as many as may, until one of the others is picked */
  bool woke;           /* something went to the slot since pick_many last gave several */
  uint64_t random;
  fresh fresh; /* thieves take from it, too */
} worker;

typedef struct stealing {
  injection shared;
  const weft_sched_services *services;
  uint32_t workers;
  uint32_t stride_count;
  uint32_t *strides; /* the numbers below workers that share no factor with it */
  worker worker[];
} stealing;

static worker *worker_of(stealing *s, const weft_worker *w) {
  return &s->worker[s->services->worker_index(w)];
}

static void yielded_to_fresh(worker *w) {
  if (!w->went_before && w->fresh_left == 0)
    w->fresh_left = FRESH_RUN;
}

/* n fresh ones are picked, before others if there are any. */
static void fresh_went(worker *w, uint32_t n, bool others) {
  w->fresh_left -= n < w->fresh_left ? n : w->fresh_left;
  w->went_before = others && w->fresh_left == 0;
  w->to_fresh = FRESH_EVERY;
}

/* ---- One worker alone ---- */

/* Of those that one task woke the first goes to the slot; the rest keeps its order. Yields come most often, so they are
 * asked for first. */
static void solo_ready(stealing *s, weft_ent_list *list, weft_worker *from, weft_why why) {
  worker *w = s->worker;
  weft_ent *first = list->head;
  if (why == WEFT_WHY_YIELD || why == WEFT_WHY_PREEMPT) {
    if (w->fresh.tail)
      yielded_to_fresh(w);
  } else if (why == WEFT_WHY_NEW && from) {
    fresh_append(&w->fresh, first);
    return;
  } else if (why == WEFT_WHY_WAKE && from) {
    weft_ent *displaced = atomic_load_explicit(&w->slot, memory_order_relaxed);
    atomic_store_explicit(&w->slot, first, memory_order_relaxed);
    w->woke = true;
    first = first->next;
    if (displaced) {
      displaced->next = NULL;
      injection_append(&s->shared, displaced, displaced);
    }
    if (!first)
      return;
  }
  injection_append(&s->shared, first, list->tail);
}

/* The oldest of the queue. */
static weft_ent *solo_take(stealing *s) {
  s->worker->slot_left = SLOT_USES;
  s->worker->went_before = false;
  if (!s->shared.head)
    return NULL;
  weft_ent *ent = injection_take_first(&s->shared);
  __builtin_prefetch(s->shared.head); /* the next pick reads it */
  return ent;
}

static weft_ent *solo_pick(stealing *s) {
  worker *w = s->worker;
  weft_ent *slot = atomic_load_explicit(&w->slot, memory_order_relaxed);
  const bool fresh = w->fresh.tail != NULL;
  if (!slot && !fresh)
    return solo_take(s);
  if (fresh && --w->to_oldest == 0) {
    w->to_oldest = OLDEST_EVERY;
    return fresh_take_oldest(&w->fresh);
  }
  if (slot && (w->slot_left != 0 || !(s->shared.head || fresh))) {
    atomic_store_explicit(&w->slot, NULL, memory_order_relaxed);
    w->slot_left -= w->slot_left != 0;
    return slot;
  }
  w->slot_left = SLOT_USES;
  if (fresh && (!s->shared.head || w->fresh_left != 0 || --w->to_fresh == 0)) {
    fresh_went(w, 1, s->shared.head != NULL);
    return fresh_take_newest(&w->fresh);
  }
  return solo_take(s);
}

/* Several of those that have not run only where somebody yielded to them; else one, because it may spawn others that go
 * before the rest. */
static size_t solo_pick_fresh(stealing *s, weft_ent **ents, size_t n) {
  worker *w = s->worker;
  uint32_t count = 0;
  if (!atomic_load_explicit(&w->slot, memory_order_relaxed))
    for (; count < n && count < w->fresh_left && w->fresh.tail && w->to_oldest > 1; w->to_oldest--)
      ents[count++] = fresh_take_newest(&w->fresh);
  if (count == 0)
    return (ents[0] = solo_pick(s)) != NULL;
  fresh_went(w, count, s->shared.head != NULL);
  w->slot_left = SLOT_USES;
  return count;
}

/* While nothing is woken, several; else one, because the next to be woken goes before them. */
static size_t solo_pick_many(stealing *s, weft_ent **ents, size_t n) {
  worker *w = s->worker;
  if (w->woke || n == 0) {
    w->woke = false;
    return n != 0 && (ents[0] = solo_pick(s)) != NULL;
  }
  if (w->fresh.tail)
    return solo_pick_fresh(s, ents, n);
  weft_ent *ent = s->shared.head;
  size_t count = 0;
  for (; ent && count < n; ent = ent->next)
    ents[count++] = ent;
  s->shared.head = ent;
  if (!ent)
    s->shared.tail = NULL;
  w->slot_left = SLOT_USES;
  w->went_before = false;
  __builtin_prefetch(ent);
  return count;
}

/* ---- Many workers ---- */

/* Out of line, so that one worker's path saves no registers for them. */
#define APART __attribute__((noinline))

/* From the injection queue: one to run, and more for the ring if it has room. */
static weft_ent *from_injection(stealing *s, worker *w) {
  size_t share = injection_count(&s->shared);
  if (share == 0)
    return NULL;
  share = share / s->workers + 1;
  size_t room = RING_SIZE - ring_count(&w->queue) + 1;
  size_t n = share < INJECTION_BATCH ? share : INJECTION_BATCH;
  weft_ent *first;
  size_t count = injection_pop(&s->shared, &first, n < room ? n : room);
  if (count == 0)
    return NULL;
  if (count > 1) {
    --count;
    ring_push(&w->queue, first->next, &count);
    atomic_thread_fence(memory_order_seq_cst); /* SCHED-09: others find them there now */
  }
  return first;
}

static weft_ent *from_slot(worker *w) {
  if (!atomic_load_explicit(&w->slot, memory_order_relaxed))
    return NULL;
  return atomic_exchange_explicit(&w->slot, NULL, memory_order_acq_rel);
}

/* xorshift64 */
static uint64_t next_random(worker *w) {
  w->random ^= w->random << 13;
  w->random ^= w->random >> 7;
  w->random ^= w->random << 17;
  return w->random;
}

static weft_ent *from_others_slot(worker *victim) {
  weft_ent *ent = NULL;
  for (int looks = 0; looks < SLOT_LOOKS; ++looks, relax())
    if (!(ent = atomic_load_explicit(&victim->slot, memory_order_relaxed)))
      return NULL;
  while (ent && !atomic_compare_exchange_weak_explicit(&victim->slot, &ent, NULL,
                                                       memory_order_acq_rel, memory_order_acquire))
    ;
  return ent;
}

/* From everybody's fresh ones, then from rings, then from slots; each time each victim once, in an order that no two
 * thieves share. */
static weft_ent *steal(stealing *s, worker *w) {
  uint64_t random = next_random(w);
  uint32_t start = (uint32_t)(random >> 32) % s->workers;
  uint32_t stride = s->strides[(uint32_t)random % s->stride_count];
  for (int from = 0; from < 3; ++from) {
    uint32_t at = start;
    for (uint32_t tried = 0; tried < s->workers; ++tried, at = (at + stride) % s->workers) {
      worker *victim = &s->worker[at];
      if (victim == w)
        continue;
      size_t moved = 0;
      weft_ent *ent = from == 0   ? fresh_steal(&victim->fresh, &w->fresh, &moved)
                      : from == 1 ? ring_steal(&victim->queue, &w->queue, &moved)
                                  : from_others_slot(victim);
      if (moved)
        atomic_thread_fence(memory_order_seq_cst); /* SCHED-09 */
      if (ent)
        return ent;
    }
  }
  return NULL;
}

static APART weft_ent *parallel_pick(stealing *s, worker *w) {
  weft_ent *ent;
  if (--w->to_injection == 0) {
    w->to_injection = INJECTION_EVERY;
    if ((ent = from_injection(s, w)))
      return ent;
  }
  const bool fresh = injection_count(&w->fresh) != 0;
  if (fresh && --w->to_oldest == 0) {
    w->to_oldest = OLDEST_EVERY;
    if ((ent = fresh_pop(&w->fresh, true)))
      return ent;
  }
  if (w->slot_left != 0 && (ent = from_slot(w))) {
    w->slot_left--;
    return ent;
  }
  w->slot_left = SLOT_USES;
  if (fresh && (w->fresh_left != 0 || --w->to_fresh == 0)) {
    fresh_went(w, 1, true);
    if ((ent = fresh_pop(&w->fresh, false)))
      return ent;
  }
  w->went_before = false;
  if (ring_pop(&w->queue, &ent, 1))
    return ent;
  if (fresh && (ent = fresh_pop(&w->fresh, false)))
    return ent;
  if ((ent = from_injection(s, w)) || (ent = from_slot(w)))
    return ent;
  return steal(s, w);
}

/* At most half of the ring, so that thieves find as much; and no further than the injection queue's
 * turn. */
static APART size_t parallel_pick_many(stealing *s, worker *w, weft_ent **ents, size_t n) {
  if (!w->woke && w->to_injection > 1 && injection_count(&w->fresh) == 0) {
    size_t half = (ring_count(&w->queue) + 1) / 2;
    size_t most = half < w->to_injection - 1 ? half : w->to_injection - 1;
    size_t count = ring_pop(&w->queue, ents, n < most ? n : most);
    if (count != 0) {
      w->to_injection -= (uint32_t)count;
      w->slot_left = SLOT_USES;
      return count;
    }
  }
  w->woke = false;
  return n != 0 && (ents[0] = parallel_pick(s, w)) != NULL;
}

static APART void parallel_ready(stealing *s, weft_ent_list *list, weft_worker *from,
                                 weft_why why) {
  weft_ent *first = list->head;
  size_t count = list->count;
  if (!from) {
    injection_push(&s->shared, first, list->tail, count);
    return;
  }
  worker *w = worker_of(s, from);
  if (why == WEFT_WHY_NEW) {
    fresh_push(&w->fresh, first, count);
    return;
  }
  if (why == WEFT_WHY_WAKE) {
    weft_ent *rest = first->next; /* read before others may take it */
    w->woke = true;
    weft_ent *displaced = atomic_load_explicit(&w->slot, memory_order_relaxed);
    if (displaced) /* else nobody writes it but this worker */
      displaced = atomic_exchange_explicit(&w->slot, first, memory_order_acq_rel);
    else
      atomic_store_explicit(&w->slot, first, memory_order_release);
    if (displaced) {
      size_t one = 1;
      displaced->next = NULL;
      ring_push(&w->queue, displaced, &one);
      if (one)
        injection_push(&s->shared, displaced, displaced, 1);
    }
    first = rest;
    --count;
  } else if (why == WEFT_WHY_YIELD || why == WEFT_WHY_PREEMPT) {
    yielded_to_fresh(w);
    size_t waiting = injection_count(&s->shared);
    if (waiting != 0 && waiting + ring_count(&w->queue) > RING_SIZE) {
      injection_push(&s->shared, first, list->tail, count);
      return;
    }
  }
  if (count != 0)
    first = ring_push(&w->queue, first, &count);
  if (count != 0)
    injection_push(&s->shared, first, list->tail, count);
}

/* ---- The table ---- */

static weft_status bad_seed(const weft_sched_config *config, const weft_sched_param *p) {
  snprintf(config->error, config->error_size,
           "scheduler 'work_stealing': '%s=%s': it takes seed=0..18446744073709551615", p->key,
           p->value);
  return WEFT_E_INVAL;
}

static bool share_no_factor(uint32_t a, uint32_t b) {
  while (b != 0) {
    uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a == 1;
}

/* splitmix64: neighbouring seeds and workers get sequences that have nothing in common. */
static uint64_t seed_of(uint64_t seed, uint32_t index) {
  uint64_t x = seed + (index + 1) * UINT64_C(0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  x ^= x >> 31;
  return x ? x : 1;
}

static weft_status stealing_create(const weft_sched_config *config, void **self) {
  uint64_t seed = 0;
  for (size_t i = 0; i < config->param_count; ++i) {
    const weft_sched_param *p = &config->params[i];
    char *end = NULL;
    errno = 0;
    if (strcmp(p->key, "seed") == 0 && *p->value >= '0' && *p->value <= '9')
      seed = strtoull(p->value, &end, 10);
    if (!end || *end || errno)
      return bad_seed(config, p);
  }
  uint32_t workers = config->workers ? config->workers : 1;
  size_t size = sizeof(stealing) + workers * sizeof(worker);
  stealing *s = aligned_alloc(64, size);
  if (!s)
    return WEFT_E_NOMEM;
  memset(s, 0, size);
  s->strides = malloc(workers * sizeof *s->strides);
  if (!s->strides) {
    free(s);
    return WEFT_E_NOMEM;
  }
  for (uint32_t i = 1; i <= workers; ++i)
    if (share_no_factor(workers, i))
      s->strides[s->stride_count++] = i;
  s->services = config->services;
  s->workers = workers;
  for (uint32_t i = 0; i < workers; ++i) {
    s->worker[i].slot_left = SLOT_USES;
    s->worker[i].to_injection = INJECTION_EVERY;
    s->worker[i].to_fresh = FRESH_EVERY;
    s->worker[i].to_oldest = OLDEST_EVERY;
    s->worker[i].random = seed_of(seed, i);
  }
  *self = s;
  return WEFT_OK;
}

static void stealing_destroy(void *self) {
  stealing *s = self;
  free(s->strides);
  free(s);
}

static void stealing_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  stealing *s = self;
  if (s->workers == 1)
    solo_ready(s, list, from, why);
  else
    parallel_ready(s, list, from, why);
}

static weft_ent *stealing_pick(void *self, weft_worker *w, uint64_t now, weft_slice *slice) {
  stealing *s = self;
  (void)now;
  (void)slice;
  return s->workers == 1 ? solo_pick(s) : parallel_pick(s, worker_of(s, w));
}

static size_t stealing_pick_many(void *self, weft_worker *w, uint64_t now, weft_ent **ents,
                                 size_t n) {
  stealing *s = self;
  (void)now;
  return s->workers == 1 ? solo_pick_many(s, ents, n)
                         : parallel_pick_many(s, worker_of(s, w), ents, n);
}

/* What was the leaver's goes to everybody, in the order in which it would have been picked. */
static void stealing_worker_leave(void *self, weft_worker *leaver) {
  stealing *s = self;
  if (s->workers == 1)
    return;
  worker *w = worker_of(s, leaver);
  weft_ent *ent = from_slot(w);
  while (ent || ring_pop(&w->queue, &ent, 1)) {
    ent->next = NULL;
    injection_push(&s->shared, ent, ent, 1);
    ent = NULL;
  }
  while ((ent = fresh_pop(&w->fresh, true))) {
    ent->next = NULL;
    injection_push(&s->shared, ent, ent, 1);
  }
}

/* What is in a ring cannot be taken out of its middle while thieves read it. */
static weft_status stealing_remove(void *self, weft_ent *ent) {
  stealing *s = self;
  for (uint32_t i = 0; i < s->workers; ++i) {
    weft_ent *expected = ent;
    if (atomic_load_explicit(&s->worker[i].slot, memory_order_relaxed) == ent &&
        atomic_compare_exchange_strong_explicit(&s->worker[i].slot, &expected, NULL,
                                                memory_order_acq_rel, memory_order_relaxed))
      return WEFT_OK;
  }
  if (s->workers == 1)
    return injection_take_out(&s->shared, ent) || fresh_take_out(&s->worker->fresh, ent)
               ? WEFT_OK
               : WEFT_E_NOTFOUND;
  for (uint32_t i = 0; i < s->workers; ++i)
    if (fresh_remove(&s->worker[i].fresh, ent))
      return WEFT_OK;
  return injection_remove(&s->shared, ent) ? WEFT_OK : WEFT_E_AGAIN;
}

/* Worker by worker: which of them picks first nobody knows. */
static void stealing_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent),
                              void *arg) {
  stealing *s = self;
  for (uint32_t i = 0; i < s->workers; ++i) {
    ring *r = &s->worker[i].queue;
    weft_ent *slot = atomic_load_explicit(&s->worker[i].slot, memory_order_acquire);
    if (slot)
      visit(arg, slot);
    uint64_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    for (uint64_t at = atomic_load_explicit(&r->head, memory_order_acquire); at != tail; ++at)
      visit(arg, atomic_load_explicit(ring_at(r, at), memory_order_relaxed));
    for (weft_ent *first = s->worker[i].fresh.tail; first; first = first->prev)
      for (weft_ent *e = first; e; e = e->next)
        visit(arg, e);
  }
  for (weft_ent *e = s->shared.head; e; e = e->next)
    visit(arg, e);
}

const weft_sched_ops weft_sched_work_stealing = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "work_stealing",
    .create = stealing_create,
    .destroy = stealing_destroy,
    .worker_leave = stealing_worker_leave,
    .ready = stealing_ready,
    .pick = stealing_pick,
    .remove = stealing_remove,
    .snapshot = stealing_snapshot,
    .pick_many = stealing_pick_many,
    .flags = WEFT_SCHED_PARALLEL,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_work_stealing; }
#endif
