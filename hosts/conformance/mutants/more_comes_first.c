/* HOST-11: timers are for when nothing is ready. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void timers(loop *l) {
  if (!l->more)
    right_timers(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.timers = timers;
  return &table;
}
