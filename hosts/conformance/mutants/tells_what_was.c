/* HOST-14: events that were taken before unwatch are told after it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static struct epoll_event taken[64];
static int count;
static void events(loop *l) {
  for (int i = 0; i < count; ++i)
    tell(l, &taken[i]);
  count = epoll_wait(l->epoll, taken, 64, 0);
}
static bool wait_or_tell(loop *l, uint64_t wake) { return right_wait(l, count > 0 ? 0 : wake); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.events = events;
  steps.wait = wait_or_tell;
  table.flags |= WEFT_HOST_CHECK_ONE_LOOP;
  return &table;
}
