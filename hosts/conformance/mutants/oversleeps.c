/* HOST-06: who sleeps long sleeps half as long again. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) {
  uint64_t now = right_now(self);
  right_arm(self, deadline == WEFT_NEVER || deadline < now ? deadline : deadline + (deadline - now) / 2);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  return &table;
}
