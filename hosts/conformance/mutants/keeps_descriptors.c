/* HOST-17: what a loop took stays taken. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void destroy(void *self) { destroy_loop(self, false); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  table.destroy = destroy;
  return &table;
}
