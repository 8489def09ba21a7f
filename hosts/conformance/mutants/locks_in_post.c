/* HOST-09: a post that interrupts a post waits for its lock. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void post(void *self) {
  pthread_mutex_lock(&lock);
  right_post(self);
  pthread_mutex_unlock(&lock);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  return &table;
}
