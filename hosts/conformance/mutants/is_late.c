/* HOST-06: its timer is a coarse one. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) { right_arm(self, deadline == WEFT_NEVER ? deadline : deadline + 30000000); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  return &table;
}
