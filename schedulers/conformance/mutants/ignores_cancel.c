/* SCHED-13: remove says that it took the entity out, and leaves it in the queue. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status leave_it(void *self, weft_ent *ent) {
  policy *p = self;
  return has(&p->all, ent) ? WEFT_OK : WEFT_E_NOTFOUND;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.remove = leave_it;
  return &table;
}
