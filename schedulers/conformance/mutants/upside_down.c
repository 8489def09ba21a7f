/* SCHED-14: priorities, of which it takes the lowest for the most urgent. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

enum { PRIORITY };

static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  (void)self;
  ent->word[PRIORITY] = (uint64_t)(int64_t)attr->priority;
  return WEFT_OK;
}

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    weft_ent *before = p->all.head;
    while (before && (int64_t)before->word[PRIORITY] <= (int64_t)e->word[PRIORITY])
      before = before->next;
    put_before(&p->all, e, before);
  }
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.admit = admit;
  table.ready = ready;
  return &table;
}
