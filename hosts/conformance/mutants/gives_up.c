/* HOST-08: block takes an empty queue for the end. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int block(void *self, uint64_t deadline) {
  right_block(self, deadline == WEFT_NEVER ? 0 : deadline);
  return deadline == WEFT_NEVER;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.block = block;
  return &table;
}
