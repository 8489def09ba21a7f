/* HOST-05: a post is never done with: turn after turn follows it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static bool take(loop *l) {
  struct pollfd posted = {l->posted, POLLIN, 0};
  return poll(&posted, 1, 0) > 0;
}
static int block(void *self, uint64_t deadline) {
  steps.take_post = take_post;
  int answer = right_block(self, deadline);
  steps.take_post = take;
  return answer;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.take_post = take;
  ops.block = block;
  return &table;
}
