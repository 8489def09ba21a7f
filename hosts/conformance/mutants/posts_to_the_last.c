/* HOST-18: a post goes to the loop that was made last. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static loop *last;
static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  weft_status status = right_make(params, host, error, error_size);
  last = *host;
  return status;
}
static void post(void *self) {
  (void)self;
  right_post(last);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  table.make = make;
  return &table;
}
