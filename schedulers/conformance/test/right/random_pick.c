/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Any of those that wait, by one sequence of numbers for all instances: none of them does the same again. */
#include "../../mutants/right.h"

static uint64_t seed = 88172645463325252u;

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  uint64_t x = seed, n = 0;
  (void)worker, (void)now, (void)slice;
  for (weft_ent *e = p->all.head; e; e = e->next)
    ++n;
  if (!n)
    return NULL;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  seed = x;
  weft_ent *e = p->all.head;
  for (n = x % n; n; --n)
    e = e->next;
  return take(&p->all, e);
}

static size_t pick_many(void *self, weft_worker *worker, uint64_t now, weft_ent **ents, size_t n) {
  size_t count = 0;
  weft_slice slice;
  while (count < n && (ents[count] = pick(self, worker, now, &slice)))
    ++count;
  return count;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.pick = pick;
  table.pick_many = pick_many;
  return &table;
}
