/* HOST-06: what is too far away for an int of milliseconds is no time at all. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static bool wait_int(loop *l, uint64_t wake) {
  uint64_t now = right_now(l);
  if (wake != WEFT_NEVER && wake > now && (wake - now) / 1000000 > INT32_MAX)
    wake = now;
  return right_wait(l, wake);
}
static void arm(void *self, uint64_t deadline) { right_arm(self, deadline); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  steps.wait = wait_int;
  return &table;
}
