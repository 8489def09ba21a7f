/* SCHED-02: remembers the list that ready lends, instead of what is in it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_ent_list *last;

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  if (last)
    right_ready(self, last, from, why);
  last = given;
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  if (last)
    right_ready(self, last, NULL, WEFT_WHY_WAKE);
  last = NULL;
  return right_pick(self, worker, now, slice);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.pick = pick;
  return &table;
}
