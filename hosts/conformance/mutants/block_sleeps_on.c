/* HOST-19: a post does not end a block that has a deadline. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int block(void *self, uint64_t deadline) {
  if (deadline == WEFT_NEVER || deadline <= right_now(self))
    return right_block(self, deadline);
  while (right_now(self) < deadline)
    usleep(1000);
  return right_block(self, 0);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.block = block;
  return &table;
}
