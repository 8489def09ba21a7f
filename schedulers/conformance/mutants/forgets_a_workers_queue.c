/* SCHED-12: a queue for each worker; one that leaves takes its own along. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static list *queue_of(policy *p, const weft_worker *w) { return &p->of[p->services->worker_index(w) % WORKERS]; }

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)why;
  for (EACH(e, given))
    put_last(from ? queue_of(p, from) : &p->all, e);
}

/* Its own, then those that nobody has, then other workers'; each fourth the other way round. */
static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)now, (void)slice;
  list *own = queue_of(p, worker), *from = ++p->count % 4 && own->head ? own : &p->all;
  for (unsigned i = 0; !from->head && i < p->workers; ++i)
    from = &p->of[(p->count + i) % p->workers];
  return take(from, from->head);
}

static void leave(void *self, weft_worker *worker) { *queue_of(self, worker) = (list){NULL, NULL}; }

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.pick = pick;
  table.worker_leave = leave;
  table.remove = NULL;
  table.snapshot = NULL;
  return &table;
}
