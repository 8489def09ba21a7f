/* HOST-06: a timer that is armed already is not moved. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) {
  loop *l = self;
  if (l->deadline == WEFT_NEVER || deadline == WEFT_NEVER || l->deadline <= right_now(l))
    l->deadline = deadline;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  return &table;
}
