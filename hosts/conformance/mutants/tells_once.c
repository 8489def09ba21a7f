/* HOST-13: a descriptor is told of once. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status watch(void *self, weft_fd_cell *cell) { return watch_for(self, cell, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET | EPOLLONESHOT); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  return &table;
}
