/* HOST-13: what the system does not watch is said to be watched. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status watch(void *self, weft_fd_cell *cell) {
  weft_status status = right_watch(self, cell);
  return status == -EPERM ? WEFT_OK : status;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  return &table;
}
