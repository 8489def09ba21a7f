/* HOST-19: block looks, and returns. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int block(void *self, uint64_t deadline) {
  (void)deadline;
  return right_block(self, 0);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.block = block;
  return &table;
}
