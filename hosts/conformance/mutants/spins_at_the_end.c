/* HOST-12: a wait is rounded down, and the rest of it is spent by looking. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static bool wait(loop *l, uint64_t wake) {
  struct pollfd fds[] = {{l->posted, POLLIN, 0}, {l->epoll, POLLIN, 0}};
  int ms = milliseconds(wake);
  poll(fds, 2, ms > 0 ? ms - 1 : ms);
  return true;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.wait = wait;
  return &table;
}
