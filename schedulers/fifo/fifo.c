/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* fifo: first come, first served. The smallest scheduler that is correct; read it first, and copy
 * it.
 *
 * The idea: one singly linked queue through the entities themselves. A yield goes to the end, so of
 * n ready entities each runs once in n picks (SCHED-05: the bound of fairness). No lock, because
 * the runtime calls a scheduler of one worker from one thread at a time; no allocation after
 * create.
 *
 * Built twice from this file: into libweft under the name "fifo", and as lib/weft-sched-fifo.so, to
 * be loaded by its path. A copy of it becomes a plug-in of yours by
 *
 *   clang-22 -O2 -shared -fPIC -DWEFT_SCHED_PLUGIN -Iabi/include mine.c -o mine.so
 *   WEFT_SCHED=./mine.so ./program
 */
#include "weft/scheduler.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct fifo {
  weft_ent *head;
  weft_ent *tail;
} fifo;

static weft_status fifo_create(const weft_sched_config *config, void **self) {
  if (config->param_count != 0) {
    snprintf(config->error, config->error_size,
             "scheduler 'fifo': unknown parameter '%s'; it takes none", config->params[0].key);
    return WEFT_E_INVAL;
  }
  *self = calloc(1, sizeof(fifo));
  return *self ? WEFT_OK : WEFT_E_NOMEM;
}

static void fifo_destroy(void *self) { free(self); }

/* The list comes linked and terminated: it becomes the queue's end as a whole. */
static void fifo_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  fifo *f = self;
  (void)from;
  (void)why;
  if (f->tail)
    f->tail->next = list->head;
  else
    f->head = list->head;
  f->tail = list->tail;
}

static weft_ent *fifo_pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  fifo *f = self;
  weft_ent *ent = f->head;
  (void)worker;
  (void)now;
  (void)slice;
  if (ent) {
    f->head = ent->next;
    if (!f->head)
      f->tail = NULL;
    __builtin_prefetch(f->head); /* the next pick reads it */
  }
  return ent;
}

/* What comes meanwhile comes after them, so the first n are the next n picks. */
static size_t fifo_pick_many(void *self, weft_worker *worker, uint64_t now, weft_ent **ents,
                             size_t n) {
  fifo *f = self;
  weft_ent *ent = f->head;
  size_t count = 0;
  (void)worker;
  (void)now;
  while (ent && count < n) {
    ents[count++] = ent;
    ent = ent->next;
  }
  f->head = ent;
  if (!ent)
    f->tail = NULL;
  __builtin_prefetch(ent);
  return count;
}

static weft_status fifo_remove(void *self, weft_ent *ent) {
  fifo *f = self;
  weft_ent *before = NULL;
  for (weft_ent *e = f->head; e; before = e, e = e->next) {
    if (e != ent)
      continue;
    if (before)
      before->next = e->next;
    else
      f->head = e->next;
    if (f->tail == e)
      f->tail = before;
    return WEFT_OK;
  }
  return WEFT_E_NOTFOUND;
}

static void fifo_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  fifo *f = self;
  for (weft_ent *e = f->head; e; e = e->next)
    visit(arg, e);
}

const weft_sched_ops weft_sched_fifo = {
    .size = sizeof(weft_sched_ops),
    .abi = WEFT_ABI,
    .name = "fifo",
    .create = fifo_create,
    .destroy = fifo_destroy,
    .ready = fifo_ready,
    .pick = fifo_pick,
    .remove = fifo_remove,
    .snapshot = fifo_snapshot,
    .pick_many = fifo_pick_many,
};

#ifdef WEFT_SCHED_PLUGIN
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &weft_sched_fifo; }
#endif
