/* SCHED-09: what a worker makes ready only that worker finds, and the others are told that there is nothing. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

#include <stdatomic.h>

static atomic_flag locked = ATOMIC_FLAG_INIT; /* held for a few steps */

static list *queue_of(policy *p, const weft_worker *w) { return &p->of[p->services->worker_index(w) % WORKERS]; }

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)why;
  while (atomic_flag_test_and_set(&locked))
    ;
  for (EACH(e, given))
    put_last(from ? queue_of(p, from) : &p->all, e);
  atomic_flag_clear(&locked);
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)now, (void)slice;
  while (atomic_flag_test_and_set(&locked))
    ;
  list *own = queue_of(p, worker), *from = (++p->count % 4 && own->head) || !p->all.head ? own : &p->all;
  weft_ent *e = take(from, from->head);
  atomic_flag_clear(&locked);
  return e;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.pick = pick;
  table.remove = NULL;
  table.snapshot = NULL;
  table.flags = WEFT_SCHED_PARALLEL;
  return &table;
}
