/* SCHED-18: it holds back until the next turn where it should say that nothing is queued. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  weft_ent *ent = right_pick(self, worker, now, slice);
  if (!ent)
    slice->hold = WEFT_HOLD_TURN;
  return ent;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  return &table;
}
