/* HOST-19: block that is only asked to look does not look. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int block(void *self, uint64_t deadline) {
  if (deadline != 0)
    return right_block(self, deadline);
  steps.take_post(self);
  return 0;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.block = block;
  return &table;
}
