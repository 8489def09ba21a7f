/* SCHED-06: a child domain that came back empty still counts as queued when it turns non-empty. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

enum { QUEUED }; /* the word in which it remembers */

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    if (e->kind == WEFT_ENT_DOMAIN && e->word[QUEUED])
      continue;
    e->word[QUEUED] = 1;
    put_last(&p->all, e);
  }
}

static void ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  (void)self, (void)worker, (void)ns;
  if (outcome != WEFT_RAN_EMPTY)
    ent->word[QUEUED] = 0;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.ran = ran;
  return &table;
}
