/* SCHED-16: all instances have one queue. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static policy the_one;

static weft_status create(const weft_sched_config *config, void **self) {
  (void)config;
  *self = &the_one;
  return WEFT_OK;
}
static void destroy(void *self) { (void)self; }

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.create = create;
  table.destroy = destroy;
  return &table;
}
