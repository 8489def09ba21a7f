/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Urgent or not: priorities above 0 go first, but four times in a row at most. */
#include "../../mutants/right.h"

enum { LEVEL, QUEUED };

static void attr(void *self, weft_ent *ent, const weft_ent_attr *given) {
  policy *p = self;
  uint64_t level = given->priority > 0;
  if (ent->word[QUEUED] && level != ent->word[LEVEL]) {
    take(&p->of[ent->word[LEVEL]], ent);
    put_last(&p->of[level], ent);
  }
  ent->word[LEVEL] = level;
}

static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *given) {
  attr(self, ent, given);
  return WEFT_OK;
}

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    e->word[QUEUED] = 1;
    put_last(&p->of[e->word[LEVEL]], e);
  }
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)worker, (void)now, (void)slice;
  list *from = p->of[1].head && (p->count < 8 || !p->of[0].head) ? &p->of[1] : &p->of[0];
  p->count = from == &p->of[1] ? p->count + 1 : 0;
  weft_ent *e = take(from, from->head);
  if (e)
    e->word[QUEUED] = 0;
  return e;
}

static weft_status take_out(void *self, weft_ent *ent) {
  policy *p = self;
  if (!ent->word[QUEUED])
    return WEFT_E_NOTFOUND;
  take(&p->of[ent->word[LEVEL]], ent);
  ent->word[QUEUED] = 0;
  return WEFT_OK;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.admit = admit;
  table.attr = attr;
  table.ready = ready;
  table.pick = pick;
  table.remove = take_out;
  table.snapshot = NULL;
  return &table;
}
