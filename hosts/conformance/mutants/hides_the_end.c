/* HOST-13: that the peer is gone is not told. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void events(loop *l) {
  struct epoll_event events[64];
  int n;
  do {
    n = epoll_wait(l->epoll, events, 64, 0);
    for (int i = 0; i < n; ++i)
      if (!(events[i].events & (EPOLLHUP | EPOLLRDHUP)))
        tell(l, &events[i]);
  } while (n == 64);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.events = events;
  return &table;
}
