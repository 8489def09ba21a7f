/* HOST-16: the loop ends when it has nothing of its own to do. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void hold(void *self, int delta) { (void)self, (void)delta; }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.hold = hold;
  return &table;
}
