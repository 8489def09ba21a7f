/* HOST-05: a hundred posts are a hundred turns. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  weft_status status = right_make(params, host, error, error_size);
  loop *l = *host;
  close(l->posted);
  l->posted = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE);
  return status;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  table.make = make;
  return &table;
}
