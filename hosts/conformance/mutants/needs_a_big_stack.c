/* HOST-05: a post formats a text on its caller's stack. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void post(void *self) {
  volatile char text[2000];
  for (size_t i = 0; i < sizeof text; ++i)
    text[i] = 0;
  right_post(self);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  return &table;
}
