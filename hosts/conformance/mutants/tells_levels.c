/* HOST-12: what is ready is told as long as it is. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status watch(void *self, weft_fd_cell *cell) { return watch_for(self, cell, EPOLLIN | EPOLLOUT | EPOLLRDHUP); }

static void events(loop *l) {
  struct epoll_event ready[256];
  int n = epoll_wait(l->epoll, ready, 256, 0);
  for (int i = 0; i < n; ++i)
    tell(l, &ready[i]);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  steps.events = events;
  return &table;
}
