/* SCHED-02: forgets one of eight that become ready. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given))
    if (++p->count % 8 != 0)
      put_last(&p->all, e);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.snapshot = NULL;
  return &table;
}
