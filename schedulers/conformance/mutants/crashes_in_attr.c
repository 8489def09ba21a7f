/* SCHED-15: reads the name, which attr need not bring. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

#include <string.h>

static void attr(void *self, weft_ent *ent, const weft_ent_attr *given) {
  (void)self;
  ent->word[0] = strlen(given->name);
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.attr = attr;
  return &table;
}
