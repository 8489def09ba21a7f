/* HOST-13: what is ready when it is watched is not told. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status watch(void *self, weft_fd_cell *cell) {
  loop *l = self;
  struct epoll_event event;
  right_events(l);
  weft_status status = right_watch(l, cell);
  epoll_wait(l->epoll, &event, 1, 0);
  return status;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  return &table;
}
