/* SCHED-19: who comes back from waiting gets what it did not use meanwhile. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "shares.h"

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    if (!e->word[KNOWN])
      e->word[HAD] = had_least(p);
    e->word[KNOWN] = WAITED;
    put_last(&p->all, e);
  }
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  by_weight();
  table.ready = ready;
  return &table;
}
