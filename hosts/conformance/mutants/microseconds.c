/* HOST-15: its time is in microseconds. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static uint64_t now(void *self) { return right_now(self) / 1000; }
static void arm(void *self, uint64_t deadline) { right_arm(self, deadline == WEFT_NEVER ? deadline : deadline * 1000); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.now = now;
  ops.arm = arm;
  return &table;
}
