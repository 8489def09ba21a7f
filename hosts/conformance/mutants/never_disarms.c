/* HOST-06: what was armed is moved, and never taken back. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) {
  if (deadline != WEFT_NEVER)
    right_arm(self, deadline);
}
static void turn(loop *l) { /* used up, when it has fired */
  if (right_now(l) >= l->deadline)
    l->deadline = WEFT_NEVER;
  right_turn(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  steps.turn = turn;
  return &table;
}
