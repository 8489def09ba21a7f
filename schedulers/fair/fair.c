/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* fair: entities share time, not picks, by their weights.
 *
 * Weighted fair queueing with the clock of stride scheduling (Waldspurger and Weihl 1995), on the time that each one really
 * took, as Linux' CFS does. Each entity has a virtual time, which grows by ns / weight while it runs; the least is picked.
 * So who runs long is picked seldom, and who runs short often. The domain's own clock grows by ns / the sum of the weights
 * of all that are queued or run: that is where each would be had it been served evenly.
 *
 * Who comes back from waiting, and who is new, begins at the domain's clock: what it did not use meanwhile is gone. If it
 * is ahead of that, as it ran long before, it stays there; so nobody gains by parking and waking. Who yields, and a child domain
 * that has more, keeps its place. Rejected: to begin at the least virtual time of those that are queued (CFS): where each
 * task spawns another one and ends, that does not move, and all others starve.
 *
 * Every pick has a limit of ns: so `ran` tells what it took, and a child domain comes back when its slice is over. What counts as
 * least is charged for a run that took less, so that a clock that stands still (virtual time) starves nobody.
 *
 * SCHED-05: of n entities that are ready and have the same weight, each is picked before the others have run for
 * 2 n R, where R is the longest run or slice; in picks that is 2 n where all take as long.
 *
 * WEFT_SCHED=fair:slice=1ms,least=100ns. No lock: the runtime holds the domain's. Nothing is allocated but room for the heap, in
 * admit.
 */
#include "../param.h"
#include "weft/scheduler.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is kept in an entity. next and prev are not used: the heap has places. */
enum {
  TIME = 0,    /* virtual, in ns << SHIFT by weight; compared by the sign of the difference */
  ARRIVAL = 1, /* while queued; while it runs: how far behind it was; else the era of the clock when it was last */
  PLACE = 2,   /* index in the heap + 1; 0: not queued */
  ACCOUNT = 3  /* its weight, and << 32 its state */
};
typedef enum state { NEW = 0, IDLE = 1, QUEUED = 2, RUNNING = 3, BACK = 4 /* ran, and is to come by ready */ } state;

enum { SHIFT = 16, MOST_WEIGHT = 1 << SHIFT, ERA_BITS = 62 };
static const uint64_t most_ns = 1ull << 42; /* charged for one run: over an hour */

typedef struct fair {
  weft_ent **heap; /* binary; the least time first, of two alike the older arrival */
  size_t count, room, entities;
  uint64_t clock, rest; /* rest: of the last division */
  uint64_t era;         /* how often the clock's upper bits changed: who was away for long is not taken for one ahead */
  uint64_t weights;     /* of who is queued, runs or is back */
  uint64_t arrivals;
  uint64_t slice, least;
} fair;

static uint32_t weight_of(const weft_ent *e) { return (uint32_t)e->word[ACCOUNT]; }
static state state_of(const weft_ent *e) { return (state)(e->word[ACCOUNT] >> 32); }
static void set_state(weft_ent *e, state to) { e->word[ACCOUNT] = (uint64_t)to << 32 | weight_of(e); }
static bool before(uint64_t a, uint64_t b) { return (int64_t)(a - b) < 0; }

/* --- the heap ------------------------------------------------------------------------------------ */

static bool sooner(const weft_ent *a, const weft_ent *b) {
  if (a->word[TIME] != b->word[TIME])
    return before(a->word[TIME], b->word[TIME]);
  return a->word[ARRIVAL] < b->word[ARRIVAL];
}

static void heap_put(fair *s, size_t i, weft_ent *e) {
  s->heap[i] = e;
  e->word[PLACE] = i + 1;
}

/* `e` goes to where it belongs, from the free place i on. */
static void heap_settle(fair *s, size_t i, weft_ent *e) {
  for (; i != 0 && sooner(e, s->heap[(i - 1) / 2]); i = (i - 1) / 2)
    heap_put(s, i, s->heap[(i - 1) / 2]);
  for (size_t child; (child = 2 * i + 1) < s->count; i = child) {
    if (child + 1 < s->count && sooner(s->heap[child + 1], s->heap[child]))
      ++child;
    if (!sooner(s->heap[child], e))
      break;
    heap_put(s, i, s->heap[child]);
  }
  heap_put(s, i, e);
}

static void heap_take(fair *s, weft_ent *e) {
  size_t i = (size_t)e->word[PLACE] - 1;
  weft_ent *last = s->heap[--s->count];
  e->word[PLACE] = 0;
  if (last != e)
    heap_settle(s, i, last);
}

/* --- accounts ------------------------------------------------------------------------------------ */

static void advance(fair *s, uint64_t to) {
  s->era += to >> ERA_BITS != s->clock >> ERA_BITS;
  s->clock = to;
}

static void leaves(fair *s, weft_ent *e) {
  set_state(e, IDLE);
  s->weights -= weight_of(e);
  e->word[ARRIVAL] = s->era;
}

/* Of one that waited: its time says nothing any more. */
static bool is_past(const fair *s, const weft_ent *e) {
  return s->era - e->word[ARRIVAL] > 1 || before(e->word[TIME], s->clock);
}

static void comes(fair *s, weft_ent *e) {
  if (state_of(e) == NEW || is_past(s, e))
    e->word[TIME] = s->clock;
  s->weights += weight_of(e);
}

static void charge(fair *s, weft_ent *e, uint64_t ns) {
  ns = ns < s->least ? s->least : ns > most_ns ? most_ns : ns;
  e->word[TIME] += (ns << SHIFT) / weight_of(e);
  uint64_t all = (ns << SHIFT) + s->rest;
  s->rest = all % s->weights;
  advance(s, s->clock + all / s->weights);
}

/* With several workers the clock may go faster than who runs all the time, if its weight is more than one worker can serve, and be moved on
 * while it runs. But who runs misses nothing: it is behind by no more than when it was picked. (With one worker it is by less anyway.) */
static void keep_up(fair *s, weft_ent *e) {
  uint64_t behind = e->word[ARRIVAL];
  if (before(e->word[TIME], s->clock - behind))
    e->word[TIME] = s->clock - behind;
}

/* More than that is refused at birth; a change of it cannot be, and counts as the most. */
static uint32_t weight_wanted(const weft_ent_attr *attr) {
  return attr->weight == 0 ? 1 : attr->weight > MOST_WEIGHT ? MOST_WEIGHT : attr->weight;
}

/* --- the table ----------------------------------------------------------------------------------- */

enum { MOST_TIME = 1000000000 }; /* of a parameter: 1 s */

static weft_status fair_create(const weft_sched_config *config, void **self) {
  uint64_t slice = 1000000, least = 100;
  for (size_t i = 0; i < config->param_count; ++i) {
    const weft_sched_param *p = &config->params[i];
    uint64_t *to = strcmp(p->key, "slice") == 0 ? &slice : strcmp(p->key, "least") == 0 ? &least : NULL;
    const uint64_t ns = param_time(p->value);
    if (!to || ns == 0 || ns > MOST_TIME) {
      snprintf(config->error, config->error_size,
               "scheduler 'fair': '%s=%s': it takes slice=1ns..1s (how long a child domain runs at a time) and "
               "least=1ns..1s (what a shorter run counts as), with ns, us, ms or s",
               p->key, p->value);
      return WEFT_E_INVAL;
    }
    *to = ns;
  }
  fair *s = calloc(1, sizeof *s);
  if (!s)
    return WEFT_E_NOMEM;
  s->slice = slice;
  s->least = least;
  *self = s;
  return WEFT_OK;
}

static void fair_destroy(void *self) {
  fair *s = self;
  free(s->heap);
  free(s);
}

static weft_status fair_admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  fair *s = self;
  if (attr->weight > MOST_WEIGHT)
    return WEFT_E_INVAL;
  if (s->entities == s->room) {
    size_t room = s->room ? 2 * s->room : 64;
    weft_ent **heap = realloc(s->heap, room * sizeof *heap);
    if (!heap)
      return WEFT_E_NOMEM;
    s->heap = heap;
    s->room = room;
  }
  ++s->entities;
  ent->word[PLACE] = 0;
  ent->word[ACCOUNT] = (uint64_t)NEW << 32 | weight_wanted(attr);
  return WEFT_OK;
}

static void fair_retire(void *self, weft_ent *ent) {
  fair *s = self;
  --s->entities;
  if (state_of(ent) > IDLE)
    leaves(s, ent);
}

static void fair_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  fair *s = self;
  (void)from;
  (void)why;
  for (weft_ent *e = list->head, *next; e; e = next) {
    next = e->next;
    if (state_of(e) != BACK)
      comes(s, e);
    e->word[ARRIVAL] = ++s->arrivals;
    set_state(e, QUEUED);
    heap_settle(s, s->count++, e);
  }
}

static weft_ent *fair_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  fair *s = self;
  (void)worker;
  (void)now;
  if (s->count == 0)
    return NULL;
  weft_ent *e = s->heap[0];
  heap_take(s, e);
  set_state(e, RUNNING);
  if (before(s->clock, e->word[TIME])) /* all that are left are ahead: those behind have gone, or run */
    advance(s, e->word[TIME]);
  e->word[ARRIVAL] = s->clock - e->word[TIME];
  slice->ns = s->slice;
  return e;
}

static void fair_ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  fair *s = self;
  (void)worker;
  charge(s, ent, ns);
  keep_up(s, ent);
  if (outcome == WEFT_RAN_YIELDED || outcome == WEFT_RAN_PREEMPTED)
    set_state(ent, BACK);
  else
    leaves(s, ent);
}

static weft_status fair_remove(void *self, weft_ent *ent) {
  fair *s = self;
  if (state_of(ent) != QUEUED)
    return WEFT_E_NOTFOUND;
  heap_take(s, ent);
  leaves(s, ent);
  return WEFT_OK;
}

/* What it is ahead or behind by is the same time as before, so by its weight it is more or less. Also of who waits: if it is ahead it
 * comes back there. */
static void fair_attr(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  fair *s = self;
  uint32_t was = weight_of(ent), is = weight_wanted(attr);
  state in = state_of(ent);
  ent->word[ACCOUNT] = (uint64_t)in << 32 | is;
  if (in == NEW || was == is || (in == IDLE && is_past(s, ent)))
    return;
  if (in != IDLE)
    s->weights += (uint64_t)is - was;
  if (in == RUNNING)
    keep_up(s, ent);
  const __int128 most = (__int128)1 << 58;
  __int128 ahead = (__int128)(int64_t)(ent->word[TIME] - s->clock) * was / is;
  ahead = ahead > most ? most : ahead < -most ? -most : ahead;
  ent->word[TIME] = s->clock + (uint64_t)ahead;
  if (in == RUNNING)
    ent->word[ARRIVAL] = ahead < 0 ? (uint64_t)-ahead : 0;
  if (in == QUEUED)
    heap_settle(s, (size_t)ent->word[PLACE] - 1, ent);
}

/* The first in line is first; the others as the heap has them. */
static void fair_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  fair *s = self;
  for (size_t i = 0; i < s->count; ++i)
    visit(arg, s->heap[i]);
}

const weft_sched_ops weft_sched_fair = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "fair",
    .create = fair_create,
    .destroy = fair_destroy,
    .admit = fair_admit,
    .retire = fair_retire,
    .ready = fair_ready,
    .pick = fair_pick,
    .ran = fair_ran,
    .remove = fair_remove,
    .attr = fair_attr,
    .snapshot = fair_snapshot,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_fair; }
#endif
