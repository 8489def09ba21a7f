/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* A policy inside another one, which decides when its picks may come: limited, frame.
 *
 * The idea: the outer one's instance begins with this struct, and all that it does not say itself goes on to the inner policy, which
 * it finds by name. What that one has not, the outer instance has not either: create takes it out of its own copy of the table
 * (config->table), so that the runtime does not ask for it. pick_many is never there, since nothing may be picked ahead; and without
 * WEFT_SCHED_PARALLEL the runtime calls one function at a time, which an inner policy with that flag may rely on, too.
 *
 * Parameters: of=NAME is the inner policy, a name or a path as in WEFT_SCHED ("fifo" without it); of.KEY=VALUE is its KEY=VALUE. So
 * "limited:of=limited,of.of=priority,of.of.ageing=4" is three of them. */
#ifndef WEFT_SCHED_INNER_H
#define WEFT_SCHED_INNER_H

#include "param.h"
#include "weft/scheduler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct inner {
  weft_sched_ops ops; /* its instance's table; NULL for what it has not */
  void *self;
  size_t queued; /* what it has: picks that may not come are not asked for where there is nothing */
  const weft_sched_services *services;
} inner;

enum { INNER_MOST_PARAMS = 32 };

/* A parameter of the outer policy's own: takes it, or says in text, of `size` characters, what it takes instead. */
typedef int (*inner_param)(void *outer, const char *key, const char *value, char *text, size_t size);

/* Reads the parameters and makes the inner policy. The outer one is `*in` and what follows it; it is the caller's to free after a failure. */
static inline weft_status inner_make(const weft_sched_config *config, const char *name, inner *in, inner_param own) {
  weft_sched_param params[INNER_MOST_PARAMS];
  weft_sched_config passed = *config;
  const weft_sched_ops *table = NULL;
  const char *of = "fifo";
  const size_t known = offsetof(weft_sched_services, find) + sizeof config->services->find;
  if (config->services->size < known || !config->services->find) {
    snprintf(config->error, config->error_size, "scheduler '%s': this runtime is too old to find another policy", name);
    return WEFT_E_ABI;
  }
  passed.param_count = 0;
  for (size_t i = 0; i < config->param_count; ++i) {
    const char *key = config->params[i].key, *value = config->params[i].value;
    char takes[160] = "";
    if (strcmp(key, "of") == 0) {
      of = value;
    } else if (strncmp(key, "of.", 3) == 0 && key[3] && passed.param_count < INNER_MOST_PARAMS) {
      params[passed.param_count].key = key + 3;
      params[passed.param_count++].value = value;
    } else if (!own(in, key, value, takes, sizeof takes)) {
      snprintf(config->error, config->error_size, "scheduler '%s': '%s=%s': it takes %s, of=NAME, of.KEY=VALUE", name, key, value, takes);
      return WEFT_E_INVAL;
    }
  }
  weft_status status = config->services->find(config->services->runtime, of, &table, config->error, config->error_size);
  if (status != WEFT_OK)
    return status;
  memcpy(&in->ops, table, table->size < sizeof in->ops ? table->size : sizeof in->ops);
  in->services = config->services;
  if (!in->ops.snapshot) { /* without one whoever is held back would look lost */
    snprintf(config->error, config->error_size, "scheduler '%s': of=%s: it has no snapshot", name, of);
    return WEFT_E_INVAL;
  }
  passed.size = sizeof passed;
  passed.params = params;
  passed.table = &in->ops;
  status = in->ops.create(&passed, &in->self);
  if (status != WEFT_OK)
    return status;
  in->ops.pick_many = NULL;
#define INNER_LACKS(function)                                                                                                    \
  if (!in->ops.function)                                                                                                         \
  config->table->function = NULL
  INNER_LACKS(stop);
  INNER_LACKS(worker_enter);
  INNER_LACKS(worker_leave);
  INNER_LACKS(admit);
  INNER_LACKS(retire);
  INNER_LACKS(remove);
  INNER_LACKS(attr);
  INNER_LACKS(choose);
#undef INNER_LACKS
  return WEFT_OK;
}

/* What is the inner policy's alone. Only called where that has it. */
static inline void inner_destroy(void *self) {
  inner *in = self;
  in->ops.destroy(in->self);
  free(self);
}
static inline void inner_stop(void *self) { ((inner *)self)->ops.stop(((inner *)self)->self); }
static inline weft_status inner_worker_enter(void *self, weft_worker *worker) {
  inner *in = self;
  return in->ops.worker_enter(in->self, worker);
}
static inline void inner_worker_leave(void *self, weft_worker *worker) {
  inner *in = self;
  in->ops.worker_leave(in->self, worker);
}
static inline weft_status inner_admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  inner *in = self;
  return in->ops.admit(in->self, ent, attr);
}
static inline void inner_retire(void *self, weft_ent *ent) {
  inner *in = self;
  in->ops.retire(in->self, ent);
}
static inline void inner_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  inner *in = self;
  in->queued += list->count;
  in->ops.ready(in->self, list, from, why);
}
/* It may hold back itself, in its own slice. */
static inline weft_ent *inner_pick(inner *in, weft_worker *worker, uint64_t now, weft_slice *slice) {
  weft_ent *ent = in->ops.pick(in->self, worker, now, slice);
  in->queued -= ent != NULL;
  return ent;
}
static inline void inner_ran(inner *in, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns) {
  if (in->ops.ran)
    in->ops.ran(in->self, worker, ent, outcome, ns);
}
static inline weft_status inner_remove(void *self, weft_ent *ent) {
  inner *in = self;
  weft_status status = in->ops.remove(in->self, ent);
  in->queued -= status == WEFT_OK;
  return status;
}
static inline void inner_attr(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  inner *in = self;
  in->ops.attr(in->self, ent, attr);
}
static inline uint32_t inner_choose(void *self, const char *site, uint32_t n) {
  inner *in = self;
  return in->ops.choose(in->self, site, n);
}
static inline void inner_snapshot(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg) {
  inner *in = self;
  in->ops.snapshot(in->self, visit, arg);
}

/* For the outer policy's table, beside size, abi, name, create, pick and ran. */
#define INNER_HAS_THE_REST                                                                                                       \
  .destroy = inner_destroy, .stop = inner_stop, .worker_enter = inner_worker_enter, .worker_leave = inner_worker_leave,          \
  .admit = inner_admit, .retire = inner_retire, .ready = inner_ready, .remove = inner_remove, .attr = inner_attr,                \
  .choose = inner_choose, .snapshot = inner_snapshot

#endif
