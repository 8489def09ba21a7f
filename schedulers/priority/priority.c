/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* priority: the more urgent first, and nobody for ever last.
 *
 * Levels with ageing. An entity's priority (weft_spawn_attr, weft_domain_attr) is its level, -32 to 31; what
 * is beyond counts as the nearest. Arrivals are numbered, and the next one is that of the least
 *
 *     arrival - ageing * level
 *
 * so one level more is worth `ageing` places in the line, no more: who waits grows older while newer ones
 * come, and is overtaken by (L - l) * ageing of them, where l is its level and L the highest in use. As all
 * grow older alike, an order once found stays, and each level is a plain queue whose head is its best.
 *
 * Deadlines, earliest first. What has one goes before what has none, in `reserve - 1` of `reserve` picks while
 * others wait; the one between is for the line above, in which those with deadlines stand, too. So a deadline
 * that has passed, or many near ones, starve nobody: of n ready entities each is picked within
 * reserve * (n + (L - l) * ageing) picks of its `ready`, and without deadlines within n + (L - l) * ageing
 * (SCHED-05). Earliest deadline first (Liu and Layland 1973) is optimal where the load can be met at all; where it
 * cannot, the reserve keeps the rest alive, as Linux' sched_rt_runtime does.
 *
 * WEFT_SCHED=priority:ageing=64,reserve=16. No lock: the runtime holds the domain's. Nothing is allocated but
 * room for the deadlines' heap, in admit.
 */
#include "weft/scheduler.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 64, MIDDLE = LEVELS / 2, NOT_QUEUED = LEVELS };

/* What is kept in an entity: next and prev link its level, and the words are */
enum {
  ARRIVAL = 0,
  DEADLINE = 1, /* in ns; UINT64_MAX for none */
  WHERE = 2,    /* the level in whose queue it is, or NOT_QUEUED */
  PLACE = 3     /* its level when it is queued next, and << 8 its index in the heap, + 1 */
};

typedef struct line {
  weft_ent *head;
  weft_ent *tail;
} line;

typedef struct priority {
  uint64_t used; /* levels that are not empty, a bit each */
  line levels[LEVELS];
  uint64_t arrivals;
  int64_t ageing;
  uint32_t reserve;
  uint32_t by_deadline; /* picks in a row that went by deadlines */
  /* A binary heap, the earliest deadline first; of two alike the older arrival. */
  weft_ent **heap;
  size_t heap_count;
  size_t heap_room; /* at least as much as there are entities: ready and attr must not allocate */
  size_t entities;
} priority;

static uint32_t level_wanted(const weft_ent *e) { return (uint32_t)(e->word[PLACE] & 0xff); }
static size_t heap_index(const weft_ent *e) { return (size_t)(e->word[PLACE] >> 8); }

/* --- the heap of deadlines ----------------------------------------------------------------------- */

static bool sooner(const weft_ent *a, const weft_ent *b) {
  if (a->word[DEADLINE] != b->word[DEADLINE])
    return a->word[DEADLINE] < b->word[DEADLINE];
  return a->word[ARRIVAL] < b->word[ARRIVAL];
}

static void heap_put(priority *s, size_t i, weft_ent *e) {
  s->heap[i] = e;
  e->word[PLACE] = (uint64_t)(i + 1) << 8 | level_wanted(e);
}

/* `e` goes to where it belongs, from the free place i on. */
static void heap_settle(priority *s, size_t i, weft_ent *e) {
  for (; i != 0 && sooner(e, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
    heap_put(s, i, s->heap[(i - 1) / 2]);
  for (size_t child; (child = 2 * i + 1) < s->heap_count; i = child) {
    if (child + 1 < s->heap_count && sooner(s->heap[child + 1], s->heap[child]))
      ++child;
    if (!sooner(s->heap[child], e))
      break;
    heap_put(s, i, s->heap[child]);
  }
  heap_put(s, i, e);
}

static void heap_take(priority *s, weft_ent *e) {
  size_t i = heap_index(e);
  if (i == 0)
    return;
  weft_ent *last = s->heap[--s->heap_count];
  if (last != e)
    heap_settle(s, i - 1, last);
  e->word[PLACE] = level_wanted(e);
}

/* --- the levels ---------------------------------------------------------------------------------- */

/* In its level, by arrival: behind all others when it just arrived, before later ones when its level changed. */
static void enqueue(priority *s, weft_ent *e) {
  uint32_t level = level_wanted(e);
  line *q = &s->levels[level];
  weft_ent *before = q->tail;
  while (before && before->word[ARRIVAL] > e->word[ARRIVAL])
    before = before->prev;
  e->prev = before;
  e->next = before ? before->next : q->head;
  *(e->next ? &e->next->prev : &q->tail) = e;
  *(before ? &before->next : &q->head) = e;
  e->word[WHERE] = level;
  s->used |= 1ull << level;
  if (e->word[DEADLINE] != UINT64_MAX)
    heap_settle(s, s->heap_count++, e);
}

static void dequeue(priority *s, weft_ent *e) {
  uint32_t level = (uint32_t)e->word[WHERE];
  line *q = &s->levels[level];
  *(e->next ? &e->next->prev : &q->tail) = e->prev;
  *(e->prev ? &e->prev->next : &q->head) = e->next;
  if (!q->head)
    s->used &= ~(1ull << level);
  e->word[WHERE] = NOT_QUEUED;
  heap_take(s, e);
}

/* The head with the least arrival - ageing * level; of two alike the more urgent. */
static weft_ent *first_in_line(const priority *s) {
  weft_ent *best = NULL;
  int64_t least = INT64_MAX;
  for (uint64_t left = s->used; left; left &= left - 1) {
    uint32_t level = (uint32_t)__builtin_ctzll(left);
    weft_ent *e = s->levels[level].head;
    int64_t age = (int64_t)e->word[ARRIVAL] - s->ageing * (int64_t)level;
    if (age <= least) {
      least = age;
      best = e;
    }
  }
  return best;
}

/* --- the table ----------------------------------------------------------------------------------- */

static weft_status priority_create(const weft_sched_config *config, void **self) {
  unsigned long long ageing = 16, reserve = 8;
  for (size_t i = 0; i < config->param_count; ++i) {
    const weft_sched_param *p = &config->params[i];
    unsigned long long *to = strcmp(p->key, "ageing") == 0    ? &ageing
                             : strcmp(p->key, "reserve") == 0 ? &reserve
                                                              : NULL;
    unsigned long long most = to == &ageing ? 1000000 : 1000, least = to == &ageing ? 0 : 2;
    char *end = NULL;
    if (to && *p->value >= '0' && *p->value <= '9')
      *to = strtoull(p->value, &end, 10);
    if (!end || *end || *to < least || *to > most) {
      snprintf(config->error, config->error_size,
               "scheduler 'priority': '%s=%s': it takes ageing=0..1000000 (arrivals that a level overtakes) and "
               "reserve=2..1000 (of so many picks one is not by deadline)",
               p->key, p->value);
      return WEFT_E_INVAL;
    }
  }
  priority *s = calloc(1, sizeof *s);
  if (!s)
    return WEFT_E_NOMEM;
  s->ageing = (int64_t)ageing;
  s->reserve = (uint32_t)reserve;
  *self = s;
  return WEFT_OK;
}

static void priority_destroy(void *self) {
  priority *s = self;
  free(s->heap);
  free(s);
}

static void note_attr(weft_ent *e, const weft_ent_attr *attr) {
  int32_t level = attr->priority < -MIDDLE      ? 0
                  : attr->priority > MIDDLE - 1 ? LEVELS - 1
                                                : attr->priority + MIDDLE;
  e->word[PLACE] = (e->word[PLACE] & ~0xffull) | (uint64_t)level;
  e->word[DEADLINE] = attr->deadline_ns;
}

static weft_status priority_admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  priority *s = self;
  if (s->entities == s->heap_room) {
    size_t room = s->heap_room ? 2 * s->heap_room : 64;
    weft_ent **heap = realloc(s->heap, room * sizeof *heap);
    if (!heap)
      return WEFT_E_NOMEM;
    s->heap = heap;
    s->heap_room = room;
  }
  ++s->entities;
  ent->word[ARRIVAL] = 0;
  ent->word[WHERE] = NOT_QUEUED;
  ent->word[PLACE] = 0;
  note_attr(ent, attr);
  return WEFT_OK;
}

static void priority_retire(void *self, weft_ent *ent) {
  priority *s = self;
  (void)ent;
  --s->entities;
}

static void priority_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  priority *s = self;
  (void)from;
  (void)why;
  for (weft_ent *e = list->head, *next; e; e = next) {
    next = e->next;
    e->word[ARRIVAL] = ++s->arrivals;
    enqueue(s, e);
  }
}

static weft_ent *priority_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  priority *s = self;
  (void)worker;
  (void)now;
  (void)slice;
  weft_ent *e;
  if (s->heap_count != 0 && ++s->by_deadline < s->reserve) {
    e = s->heap[0];
  } else {
    s->by_deadline = 0;
    e = first_in_line(s);
  }
  if (e)
    dequeue(s, e);
  return e;
}

static weft_status priority_remove(void *self, weft_ent *ent) {
  if (ent->word[WHERE] == NOT_QUEUED)
    return WEFT_E_NOTFOUND;
  dequeue(self, ent);
  return WEFT_OK;
}

static void priority_attr(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  bool queued = ent->word[WHERE] != NOT_QUEUED;
  if (queued)
    dequeue(self, ent);
  note_attr(ent, attr);
  if (queued)
    enqueue(self, ent);
}

/* The urgent levels first; which of two levels is next depends on ages. */
static void priority_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  priority *s = self;
  for (size_t level = LEVELS; level-- != 0;)
    for (weft_ent *e = s->levels[level].head; e; e = e->next)
      visit(arg, e);
}

const weft_sched_ops weft_sched_priority = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "priority",
    .create = priority_create,
    .destroy = priority_destroy,
    .admit = priority_admit,
    .retire = priority_retire,
    .ready = priority_ready,
    .pick = priority_pick,
    .remove = priority_remove,
    .attr = priority_attr,
    .snapshot = priority_snapshot,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_priority; }
#endif
