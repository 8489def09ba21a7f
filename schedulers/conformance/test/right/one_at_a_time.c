/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Holds back in all three ways: one entity at a time, one in a turn, and each a microsecond after the last. */
#include "../../mutants/right.h"

typedef struct held {
  policy p;
  uint64_t next_at, turn;
  bool runs;
} held;

static weft_status create(const weft_sched_config *config, void **self) {
  held *h = calloc(1, sizeof *h);
  if (h)
    h->p.services = config->services;
  *self = h;
  return h ? WEFT_OK : WEFT_E_NOMEM;
}
static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  held *h = self;
  uint64_t turn = h->p.services->turn(h->p.services->runtime);
  if (!h->p.all.head)
    return NULL;
  if (h->runs) {
    slice->hold = WEFT_HOLD_RAN;
  } else if (turn == h->turn && h->p.all.head != h->p.all.tail) {
    slice->hold = WEFT_HOLD_TURN;
  } else if (now < h->next_at) {
    slice->hold = WEFT_HOLD_NS;
    slice->ns = h->next_at - now;
  }
  if (slice->hold)
    return NULL;
  h->runs = true;
  h->turn = turn;
  h->next_at = now + 1000;
  return right_pick(self, worker, now, slice);
}
static void ran(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  (void)worker, (void)ent, (void)outcome, (void)ns;
  ((held *)self)->runs = false;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.create = create;
  table.pick = pick;
  table.ran = ran;
  return &table;
}
