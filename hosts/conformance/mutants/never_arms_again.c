/* HOST-06: a one-shot timer that is armed once. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void arm(void *self, uint64_t deadline) {
  loop *l = self;
  if (deadline == WEFT_NEVER) {
    l->deadline = deadline;
  } else if (l->word++ < 20) {
    l->deadline = deadline;
  } else {
    l->deadline = WEFT_NEVER;
  }
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  return &table;
}
