/* HOST-02: every thread is the loop's. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int on_loop(void *self) {
  (void)self;
  return 1;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.on_loop = on_loop;
  return &table;
}
