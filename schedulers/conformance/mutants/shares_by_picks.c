/* SCHED-19: a weight counts in picks, so who runs longer has more. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "shares.h"

static void ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  (void)ns;
  right_ran(self, worker, ent, outcome, 100000);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  by_weight();
  table.ran = ran;
  return &table;
}
