/* HOST-16: who was held once stays so. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void hold(void *self, int delta) {
  if (delta > 0)
    right_hold(self, delta);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.hold = hold;
  return &table;
}
