/* HOST-01: it has watch, and no unwatch. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.unwatch = NULL;
  return &table;
}
