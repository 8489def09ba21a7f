/* HOST-13: it says that each arrival is told, and does not listen for urgent data. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status watch(void *self, weft_fd_cell *cell) {
  weft_status status = right_watch(self, cell);
  if (status == WEFT_OK)
    cell->ready |= WEFT_TELLS_ARRIVALS;
  return status;
}
static void events(loop *l) {
  struct epoll_event events[64];
  int n;
  do {
    n = epoll_wait(l->epoll, events, 64, 0);
    for (int i = 0; i < n; ++i) {
      if (events[i].events & EPOLLRDHUP)
        weft_fd_ready(l->rt, events[i].data.ptr, WEFT_READ_ON);
      tell(l, &events[i]);
    }
  } while (n == 64);
}
static int block(void *self, uint64_t deadline) {
  loop *l = self;
  if (l->asked || steps.take_post(l)) {
    l->asked = false;
    deadline = 0;
  }
  right_wait(l, deadline);
  steps.take_post(l);
  events(l);
  return 0;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  ops.block = block;
  steps.events = events;
  return &table;
}
