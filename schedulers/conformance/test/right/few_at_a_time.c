/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Has room for eight, by one worker, and refuses the others. */
#include "../../mutants/right.h"

static weft_status create(const weft_sched_config *config, void **self) {
  if (config->workers > 1) {
    snprintf(config->error, config->error_size, "one worker only");
    return WEFT_E_INVAL;
  }
  return right_create(config, self);
}

static weft_status admit(void *self, weft_ent *ent, const weft_ent_attr *attr) {
  policy *p = self;
  (void)ent, (void)attr;
  if (p->count == 8)
    return WEFT_E_LIMIT;
  ++p->count;
  return WEFT_OK;
}

static void retire(void *self, weft_ent *ent) {
  policy *p = self;
  (void)ent;
  --p->count;
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.create = create;
  table.admit = admit;
  table.retire = retire;
  return &table;
}
