/* SCHED-14: the earliest deadline first, of which it looks at the lower 32 bits. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

enum { DEADLINE };

static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  (void)self;
  ent->word[DEADLINE] = attr->deadline_ns;
  return WEFT_OK;
}

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    weft_ent *before = p->all.head;
    while (before && (uint32_t)before->word[DEADLINE] <= (uint32_t)e->word[DEADLINE])
      before = before->next;
    put_before(&p->all, e, before);
  }
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.admit = admit;
  table.ready = ready;
  return &table;
}
