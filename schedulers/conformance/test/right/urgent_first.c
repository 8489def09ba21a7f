/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Priorities, of equal ones the earliest deadline, and each sixteenth pick the oldest of all. Its place in the queue is a
 * number in a word, its attributes in memory of its own, from admit to retire. */
#include "../../mutants/right.h"

typedef struct mine {
  int32_t priority;
  uint64_t deadline;
} mine;

static mine *of(weft_ent *e) { return (mine *)(uintptr_t)e->word[0]; }

static void attr(void *self, weft_ent *ent, const weft_ent_attr *given) {
  (void)self;
  *of(ent) = (mine){given->priority, given->deadline_ns};
}

static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *given) {
  mine *m = malloc(sizeof *m);
  if (!m)
    return WEFT_E_NOMEM;
  ent->word[0] = (uintptr_t)m;
  attr(self, ent, given);
  return WEFT_OK;
}

static void retire(void *self, weft_ent *ent) {
  (void)self;
  free(of(ent));
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  weft_ent *best = p->all.head;
  (void)worker, (void)now, (void)slice;
  if (++p->count % 16 != 0)
    for (weft_ent *e = best; e; e = e->next)
      if (of(e)->priority > of(best)->priority || (of(e)->priority == of(best)->priority && of(e)->deadline < of(best)->deadline))
        best = e;
  return take(&p->all, best);
}

static void ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  (void)self, (void)worker, (void)outcome, (void)ns;
  of(ent)->priority += 0; /* it is alive */
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.admit = admit;
  table.retire = retire;
  table.attr = attr;
  table.pick = pick;
  table.ran = ran;
  return &table;
}
