/* SCHED-04: a node of its own for each that waits. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

typedef struct node {
  struct node *next;
  weft_ent *ent;
} node;
typedef struct nodes {
  node *head, **end;
} nodes;

static weft_status create(const weft_sched_config *config, void **self) {
  nodes *n = calloc(1, sizeof *n);
  (void)config;
  if (n)
    n->end = &n->head;
  *self = n;
  return n ? WEFT_OK : WEFT_E_NOMEM;
}

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  nodes *n = self;
  (void)from, (void)why;
  for (EACH(e, given)) {
    node *one = malloc(sizeof *one);
    *one = (node){NULL, e};
    *n->end = one;
    n->end = &one->next;
  }
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  nodes *n = self;
  node *one = n->head;
  (void)worker, (void)now, (void)slice;
  if (!one)
    return NULL;
  weft_ent *e = one->ent;
  if (!(n->head = one->next))
    n->end = &n->head;
  free(one);
  return e;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.create = create;
  table.ready = ready;
  table.pick = pick;
  table.remove = NULL;
  table.snapshot = NULL;
  return &table;
}
