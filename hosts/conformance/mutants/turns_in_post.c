/* HOST-05: a post of the loop's own thread is a turn at once. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void post(void *self) {
  loop *l = self;
  if (right_on_loop(l) && l->rt)
    right_turn(l);
  right_post(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  return &table;
}
