/* SCHED-02: who is woken by a cancel is not queued, as if it were gone. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  if (why != WEFT_WHY_CANCEL)
    right_ready(self, given, from, why);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.snapshot = NULL;
  return &table;
}
