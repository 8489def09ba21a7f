/* SCHED-04: ends the process, as if all were well, when it has been called for a while. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  if (++p->count == 20)
    exit(0);
  return right_pick(self, worker, now, slice);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  return &table;
}
