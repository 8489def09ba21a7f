/* HOST-13: errors and hang-ups that no data comes with are not told: the end of a pipe's other side. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void events(loop *l) {
  struct epoll_event events[64];
  int n;
  do {
    n = epoll_wait(l->epoll, events, 64, 0);
    for (int i = 0; i < n; ++i) {
      if (!(events[i].events & EPOLLRDHUP))
        events[i].events &= ~(uint32_t)(EPOLLHUP | EPOLLERR);
      if (events[i].events)
        tell(l, &events[i]);
    }
  } while (n == 64);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.events = events;
  return &table;
}
