/* HOST-14: a descriptor is forgotten when it is closed. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void unwatch(void *self, weft_fd_cell *cell) {
  (void)cell;
  ((loop *)self)->watched--;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.unwatch = unwatch;
  return &table;
}
