/* HOST-05: posts of other threads are not for it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void post(void *self) {
  if (right_on_loop(self))
    right_post(self);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  return &table;
}
