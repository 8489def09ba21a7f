/* HOST-20: a wait that a signal interrupted is an error. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static bool wait_or_end(loop *l, uint64_t wake) {
  struct pollfd fds[] = {{l->posted, POLLIN, 0}, {l->epoll, POLLIN, 0}};
  return poll(fds, 2, milliseconds(wake)) >= 0;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.wait = wait_or_end;
  table.flags &= ~(uint32_t)WEFT_HOST_CHECK_SIGNALS;
  return &table;
}
