/* SCHED-04: waits for a moment in one ready of 100, so that few runs have more than one or two such moments. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

#include <time.h>

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  if (++p->count % 100 == 0)
    nanosleep(&(struct timespec){0, 100000}, NULL);
  right_ready(self, given, from, why);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  return &table;
}
