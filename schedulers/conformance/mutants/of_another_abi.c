/* SCHED-03: made for an ABI that nobody has. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.abi = WEFT_ABI + 98;
  return &table;
}
