/* HOST-13: descriptors are served when nothing is ready. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void events(loop *l) {
  if (!l->more)
    right_events(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.events = events;
  return &table;
}
