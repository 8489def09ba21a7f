/* SCHED-04: pick waits for something to pick, which nobody can bring while it runs. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  while (!*(weft_ent *volatile *)&p->all.head)
    ;
  return right_pick(self, worker, now, slice);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  return &table;
}
