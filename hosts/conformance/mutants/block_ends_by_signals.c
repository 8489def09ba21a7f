/* HOST-20: a wait that a signal has ended is taken for one that never ends. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int block(void *self, uint64_t deadline) {
  loop *l = self;
  if (l->asked || steps.take_post(l)) {
    l->asked = false;
    deadline = 0;
  }
  struct pollfd fds[] = {{l->posted, POLLIN, 0}, {l->epoll, POLLIN, 0}};
  if (poll(fds, 2, milliseconds(deadline)) < 0)
    return 1;
  steps.take_post(l);
  right_events(l);
  return 0;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.block = block;
  return &table;
}
