/* HOST-14: who unwatches a descriptor needs it no more. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void unwatch(void *self, weft_fd_cell *cell) {
  right_unwatch(self, cell);
  close(cell->fd);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.unwatch = unwatch;
  return &table;
}
