// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// newest: what became ready last runs first, while its data is warm; but every n-th pick takes the oldest, so that
// nobody waits for ever. Of r ready entities each is picked within n * r picks (SCHED-05). docs/schedulers.md walks
// through it.
//
//   clang-22 -O2 -shared -fPIC -Iabi/include schedulers/template/newest.c -o newest.so
//   WEFT_SCHED=./newest.so:oldest_every=8 ./program
#include <weft/scheduler.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct newest {
  weft_ent *oldest, *newest; // a list through the entities, by next (newer) and prev (older)
  unsigned every, until_oldest;
} newest;

static weft_status create(const weft_sched_config *config, void **self) {
  unsigned long every = 8;
  for (size_t i = 0; i < config->param_count; ++i) {
    const weft_sched_param *p = &config->params[i];
    char *end = NULL;
    if (strcmp(p->key, "oldest_every") == 0)
      every = strtoul(p->value, &end, 10);
    if (!end || end == p->value || *end || every < 1 || every > 1000) {
      snprintf(config->error, config->error_size,
               "scheduler 'newest': '%s=%s': it takes oldest_every=1..1000", p->key, p->value);
      return WEFT_E_INVAL;
    }
  }
  newest *s = calloc(1, sizeof *s);
  if (!s)
    return WEFT_E_NOMEM;
  s->every = s->until_oldest = (unsigned)every;
  *self = s;
  return WEFT_OK;
}

static void destroy(void *self) { free(self); }

// All of the list, in the order in which they became ready.
static void ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  newest *s = self;
  (void)from, (void)why;
  for (weft_ent *e = list->head, *next; e; e = next) {
    next = e->next; // the runtime's until here, ours from here on
    e->next = NULL;
    e->prev = s->newest;
    *(s->newest ? &s->newest->next : &s->oldest) = e;
    s->newest = e;
  }
}

static void unlink_ent(newest *s, weft_ent *e) {
  *(e->prev ? &e->prev->next : &s->oldest) = e->next;
  *(e->next ? &e->next->prev : &s->newest) = e->prev;
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  newest *s = self;
  (void)worker, (void)now, (void)slice;
  weft_ent *e = s->newest;
  if (!e)
    return NULL;
  if (--s->until_oldest == 0) {
    s->until_oldest = s->every;
    e = s->oldest;
  }
  unlink_ent(s, e);
  return e;
}

static weft_status take_out(void *self, weft_ent *ent) { // remove is stdio's
  for (weft_ent *e = ((newest *)self)->oldest; e; e = e->next)
    if (e == ent)
      return unlink_ent(self, e), WEFT_OK;
  return WEFT_E_NOTFOUND;
}

static void snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  for (weft_ent *e = ((newest *)self)->newest; e; e = e->prev)
    visit(arg, e);
}

static const weft_sched_ops ops = {
    .size = sizeof ops,
    .abi = WEFT_ABI,
    .name = "newest",
    .create = create,
    .destroy = destroy,
    .ready = ready,
    .pick = pick,
    .remove = take_out,
    .snapshot = snapshot,
};

WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) { return &ops; }
