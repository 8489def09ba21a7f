/* HOST-13: a thread of the host's own waits for descriptors, and tells what it sees. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void *serve(void *self) {
  loop *l = self;
  struct epoll_event e;
  while (!__atomic_load_n(&l->word, __ATOMIC_ACQUIRE))
    if (epoll_wait(l->epoll, &e, 1, 10) == 1) {
      tell(l, &e);
      right_post(l);
    }
  return NULL;
}
static pthread_t helper;
static weft_status watch(void *self, weft_fd_cell *cell) {
  loop *l = self;
  if (!l->other) {
    l->other = 1;
    pthread_create(&helper, NULL, serve, l);
  }
  return right_watch(self, cell);
}
static bool wait_posts(loop *l, uint64_t wake) {
  struct pollfd fds[] = {{l->posted, POLLIN, 0}};
  poll(fds, 1, milliseconds(wake));
  return true;
}
static void no_events(loop *l) { (void)l; }
static void destroy(void *self) {
  loop *l = self;
  __atomic_store_n(&l->word, 1, __ATOMIC_RELEASE);
  if (l->other)
    pthread_join(helper, NULL);
  right_destroy(self);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.watch = watch;
  ops.block = NULL;
  table.destroy = destroy;
  steps.wait = wait_posts;
  steps.events = no_events;
  return &table;
}
