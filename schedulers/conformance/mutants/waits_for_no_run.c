/* SCHED-18: it lets one entity run at a time, but forgets those that parked: then it waits for a run that nobody makes. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  if (p->all.head && p->count) {
    slice->hold = WEFT_HOLD_RAN;
    return NULL;
  }
  weft_ent *ent = right_pick(self, worker, now, slice);
  p->count += ent != NULL;
  return ent;
}
static void ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  policy *p = self;
  (void)worker, (void)ent, (void)ns;
  if (outcome != WEFT_RAN_PARKED)
    p->count--;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  table.ran = ran;
  return &table;
}
