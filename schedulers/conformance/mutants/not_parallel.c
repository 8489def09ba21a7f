/* SCHED-09: says that workers may come in at once, and has no lock. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

#include <sched.h>

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  weft_ent *e = p->all.head;
  (void)worker, (void)now, (void)slice;
  if (++p->count % 64 == 0)
    sched_yield(); /* so that it shows where processors are few */
  return take(&p->all, e);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  table.remove = NULL;
  table.snapshot = NULL;
  table.flags = WEFT_SCHED_PARALLEL;
  return &table;
}
