/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What mutants of SCHED-19 have in common: shares of time by weight, right, and as simple as can be: a list, of which the one that has
 * had the least for its weight is picked. Each of them replaces one function. */
#include "right.h"

enum { HAD = 0, WEIGHT = 1, KNOWN = 2 };
enum { WAITED = 1, YIELDED = 2 };
static uint64_t had_least(const policy *p) {
  uint64_t least = UINT64_MAX;
  for (weft_ent *e = p->all.head; e; e = e->next)
    least = e->word[HAD] < least ? e->word[HAD] : least;
  return least == UINT64_MAX ? 0 : least;
}

UNUSED static weft_status right_admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  (void)self;
  ent->word[HAD] = ent->word[KNOWN] = 0;
  ent->word[WEIGHT] = attr->weight ? attr->weight : 1;
  return WEFT_OK;
}
UNUSED static void shares_ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    uint64_t least = had_least(p);
    if (e->word[KNOWN] != YIELDED && e->word[HAD] < least)
      e->word[HAD] = least;
    e->word[KNOWN] = WAITED;
    put_last(&p->all, e);
  }
}
UNUSED static weft_ent *shares_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)worker, (void)now;
  slice->ns = 1000000;
  for (weft_ent *e = p->all.head; e; e = e->next)
    if (e->word[HAD] == had_least(p))
      return take(&p->all, e);
  return NULL;
}
UNUSED static void right_ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  (void)self, (void)worker;
  ent->word[KNOWN] = outcome == WEFT_RAN_YIELDED ? YIELDED : WAITED;
  ent->word[HAD] += (ns << 16) / ent->word[WEIGHT];
}

static void by_weight(void) {
  table.admit = right_admit;
  table.ready = shares_ready;
  table.pick = shares_pick;
  table.ran = right_ran;
}
