/* HOST-03: a deadline that has passed is a turn at once, at the end of another one. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) {
  loop *l = self;
  right_arm(l, deadline);
  if (l->rt && right_now(l) + 1000000000 >= deadline)
    right_turn(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  return &table;
}
