/* SCHED-18: from its eighth pick on it holds back for a while, and then again. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  if (p->all.head && p->count++ >= 8) {
    slice->hold = WEFT_HOLD_NS;
    slice->ns = 1000;
    return NULL;
  }
  return right_pick(self, worker, now, slice);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  return &table;
}
