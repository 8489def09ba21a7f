/* SCHED-08: pick_many gives the newest first, where pick gives the oldest. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static size_t pick_many(void *self, weft_worker *worker, uint64_t now, weft_ent **ents, size_t n) {
  policy *p = self;
  size_t count = 0;
  (void)worker, (void)now;
  while (count < n && p->all.tail)
    ents[count++] = take(&p->all, p->all.tail);
  return count;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick_many = pick_many;
  return &table;
}
