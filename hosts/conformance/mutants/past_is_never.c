/* HOST-06: a time that has passed disarms, as it does with timerfd_settime. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) { right_arm(self, deadline <= right_now(self) ? WEFT_NEVER : deadline); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  return &table;
}
