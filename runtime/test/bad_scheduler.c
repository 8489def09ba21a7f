/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Schedulers that are wrong in one way each, which the build chooses by BAD_*. */
#include "weft/scheduler.h"

#include <stdio.h>
#include <string.h>

static weft_ent *only;

static weft_status bad_create(const weft_sched_config *config, void **self) {
  *self = &only;
#ifdef BAD_FAILS
  if (config->param_count) {
    snprintf(config->error, config->error_size, "it failed because it was asked to");
    return WEFT_E_INVAL;
  }
  return WEFT_E_NOMEM;
#else
  (void)config;
  return WEFT_OK;
#endif
}
static void bad_destroy(void *self) { (void)self; }
static void bad_ready(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  (void)self, (void)from, (void)why;
  only = list->head;
}
/* Never takes it out. */
__attribute__((unused)) static weft_ent *bad_pick(void *self, weft_worker *worker, uint64_t now,
                                                  weft_slice *slice) {
  (void)self, (void)worker, (void)now, (void)slice;
  return only;
}

static const weft_sched_ops table = {
#ifdef BAD_SMALL_TABLE
    .size = 16,
#else
    .size = sizeof(weft_sched_ops),
#endif
#ifdef BAD_WRONG_ABI
    .abi = 99,
#else
    .abi = WEFT_ABI,
#endif
    .name = "bad",
    .create = bad_create,
    .destroy = bad_destroy,
    .ready = bad_ready,
#ifndef BAD_NO_PICK
    .pick = bad_pick,
#endif
};

#ifdef BAD_NO_SYMBOL
WEFT_API const weft_sched_ops *another_name(void);
const weft_sched_ops *another_name(void) { return &table; }
#else
WEFT_API const weft_sched_ops *weft_scheduler_plugin(void);
const weft_sched_ops *weft_scheduler_plugin(void) {
#ifdef BAD_NO_TABLE
  return (void)&table, NULL;
#else
  return &table;
#endif
}
#endif
