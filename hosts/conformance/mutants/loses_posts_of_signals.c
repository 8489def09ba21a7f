/* HOST-09: the loop's own thread is awake when it posts: nobody has to wake it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void post(void *self) {
  loop *l = self;
  if (right_on_loop(l))
    __atomic_store_n(&l->word, 1, __ATOMIC_SEQ_CST);
  else
    right_post(l);
}
static bool take(loop *l) {
  bool woken = take_post(l), noted = __atomic_exchange_n(&l->word, 0, __ATOMIC_SEQ_CST) != 0;
  return woken || noted;
}
static bool wait_on(loop *l, uint64_t wake) {
  struct pollfd fds[] = {{l->posted, POLLIN, 0}, {l->epoll, POLLIN, 0}};
  while (poll(fds, 2, milliseconds(wake)) < 0 && errno == EINTR)
    ;
  return true;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  steps.take_post = take;
  steps.wait = wait_on;
  return &table;
}
