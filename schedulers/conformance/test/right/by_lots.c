/* Right: lots drawn by weight, of which each stands for the same number of picks. It does not ask for time, and so is not judged by it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "../../mutants/right.h"

static uint64_t drawn = 88172645463325252u; /* (one for all instances: which one draws what is no matter) */
static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  (void)self;
  ent->word[0] = attr->weight ? attr->weight : 1;
  return WEFT_OK;
}
static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)worker, (void)now, (void)slice;
  uint64_t all = 0;
  for (weft_ent *e = p->all.head; e; e = e->next)
    all += e->word[0];
  if (all == 0)
    return NULL;
  drawn ^= drawn << 13, drawn ^= drawn >> 7, drawn ^= drawn << 17;
  uint64_t lot = drawn % all;
  weft_ent *e = p->all.head;
  for (; lot >= e->word[0]; e = e->next)
    lot -= e->word[0];
  return take(&p->all, e);
}

WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) {
  table.admit = admit;
  table.pick = pick;
  return &table;
}
