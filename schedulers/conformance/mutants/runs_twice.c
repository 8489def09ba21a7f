/* SCHED-01: one pick of five leaves what it gives in the queue. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  if (p->all.head && ++p->count % 5 == 0)
    return p->all.head;
  return right_pick(self, worker, now, slice);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  return &table;
}
