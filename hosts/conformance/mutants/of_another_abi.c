/* HOST-01: its table is of another ABI. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.abi = WEFT_ABI + 1;
  return &table;
}
