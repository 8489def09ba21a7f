/* HOST-13: it says that each arrival is told, and tells those that find nothing before them. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

#include <sys/ioctl.h>

static weft_status watch(void *self, weft_fd_cell *cell) {
  weft_status status = right_watch(self, cell);
  cell->ready |= WEFT_TELLS_ARRIVALS;
  return status;
}
static void events(loop *l) {
  struct epoll_event events[64];
  int n, unread;
  do {
    n = epoll_wait(l->epoll, events, 64, 0);
    for (int i = 0; i < n; ++i) {
      weft_fd_cell *cell = events[i].data.ptr;
      if (ioctl(cell->fd, FIONREAD, &unread) != 0 || unread <= 1)
        tell(l, &events[i]);
    }
  } while (n == 64);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  steps.events = events;
  return &table;
}
