/* SCHED-05: child domains wait until no task is ready. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given))
    put_last(e->kind == WEFT_ENT_TASK ? &p->all : &p->of[0], e);
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)worker, (void)now, (void)slice;
  list *from = p->all.head ? &p->all : &p->of[0];
  return take(from, from->head);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.pick = pick;
  table.remove = NULL;
  table.snapshot = NULL;
  return &table;
}
