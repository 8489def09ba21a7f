/* SCHED-15: priorities in a sorted queue, in which one that changes stays where it is. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

enum { PRIORITY };

static void attr(void *self, weft_ent *ent, const weft_ent_attr *given) {
  (void)self;
  ent->word[PRIORITY] = (uint64_t)(int64_t)given->priority;
}

static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *given) {
  attr(self, ent, given);
  return WEFT_OK;
}

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    weft_ent *before = p->all.head;
    while (before && (int64_t)before->word[PRIORITY] >= (int64_t)e->word[PRIORITY])
      before = before->next;
    put_before(&p->all, e, before);
  }
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.admit = admit;
  table.attr = attr;
  table.ready = ready;
  return &table;
}
