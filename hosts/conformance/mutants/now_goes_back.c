/* HOST-15: each thread has a clock of its own. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static uint64_t now(void *self) { return right_now(self) - (right_on_loop(self) ? 0 : 50000000); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.now = now;
  return &table;
}
