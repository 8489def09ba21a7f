/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What the mutants have in common: a policy that is right, first come, first served, by a list in both directions. Each of them
 * replaces one function or two, and says in its first line which rule it breaks by that; weft-sched-check has to name
 * that one and no other. Right ones are in ../test/right. */
#include "weft/scheduler.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define UNUSED __attribute__((unused))

typedef struct list {
  weft_ent *head, *tail;
} list;

UNUSED static void put_before(list *l, weft_ent *e, weft_ent *before) {
  e->next = before;
  e->prev = before ? before->prev : l->tail;
  *(e->prev ? &e->prev->next : &l->head) = e;
  *(before ? &before->prev : &l->tail) = e;
}
UNUSED static void put_last(list *l, weft_ent *e) { put_before(l, e, NULL); }
UNUSED static weft_ent *take(list *l, weft_ent *e) {
  if (e) {
    *(e->prev ? &e->prev->next : &l->head) = e->next;
    *(e->next ? &e->next->prev : &l->tail) = e->prev;
  }
  return e;
}
UNUSED static bool has(const list *l, const weft_ent *wanted) {
  for (const weft_ent *e = l->head; e; e = e->next)
    if (e == wanted)
      return true;
  return false;
}

enum { WORKERS = 64 };
typedef struct policy {
  list all;
  list of[WORKERS]; /* for those with a queue for each worker */
  unsigned workers, count;
  const weft_sched_services *services;
} policy;

static weft_status right_create(const weft_sched_config *config, void **self) {
  if (config->param_count) {
    snprintf(config->error, config->error_size, "unknown parameter '%s'; it takes none", config->params[0].key);
    return WEFT_E_INVAL;
  }
  policy *p = calloc(1, sizeof *p);
  if (p) {
    p->workers = config->workers < WORKERS ? config->workers : WORKERS;
    p->services = config->services;
  }
  *self = p;
  return p ? WEFT_OK : WEFT_E_NOMEM;
}
static void right_destroy(void *self) { free(self); }

/* for (each in the list, whose next is ours from then on) */
#define EACH(e, given) weft_ent *e = (given)->head, *e##_next = NULL; e && (e##_next = e->next, true); e = e##_next

static void right_ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)from, (void)why;
  for (EACH(e, given))
    put_last(&p->all, e);
}
static weft_ent *right_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)worker, (void)now, (void)slice;
  return take(&p->all, p->all.head);
}
static weft_status right_remove(void *self, weft_ent *ent) {
  policy *p = self;
  return has(&p->all, ent) ? take(&p->all, ent), WEFT_OK : WEFT_E_NOTFOUND;
}
static void right_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  policy *p = self;
  for (weft_ent *e = p->all.head; e; e = e->next)
    visit(arg, e);
}

/* To be changed before it is given out. */
static weft_sched_ops table = {
    .size = sizeof table,
    .abi = WEFT_ABI,
    .name = "mutant",
    .create = right_create,
    .destroy = right_destroy,
    .ready = right_ready,
    .pick = right_pick,
    .remove = right_remove,
    .snapshot = right_snapshot,
};
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
