/* SCHED-02: takes no more than 40 of one list. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  int taken = 0;
  (void)from, (void)why;
  for (EACH(e, given))
    if (++taken <= 40)
      put_last(&p->all, e);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.snapshot = NULL;
  return &table;
}
