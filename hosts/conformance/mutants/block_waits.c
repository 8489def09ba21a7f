/* HOST-19: block waits for an event, also when it is only asked to look. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int block(void *self, uint64_t deadline) { return right_block(self, deadline <= right_now(self) ? WEFT_NEVER : deadline); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.block = block;
  return &table;
}
