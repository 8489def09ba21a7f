/* SCHED-15: attr queues what it changes, also what only waits. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given))
    if (!has(&p->all, e))
      put_last(&p->all, e);
}

static void attr(void *self, weft_ent *ent, const weft_ent_attr *given) {
  policy *p = self;
  (void)given;
  if (has(&p->all, ent))
    take(&p->all, ent);
  put_last(&p->all, ent);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.attr = attr;
  return &table;
}
