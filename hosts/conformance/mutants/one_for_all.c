/* HOST-18: all loops share one deadline. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static uint64_t deadline = WEFT_NEVER;
static void arm(void *self, uint64_t at) {
  (void)self;
  deadline = at;
}
static bool wait_shared(loop *l, uint64_t wake) {
  (void)wake;
  uint64_t first = l->timers && l->timers->at < deadline ? l->timers->at : deadline;
  bool on = right_wait(l, l->asked || l->more ? 0 : first);
  l->deadline = deadline;
  return on;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.arm = arm;
  steps.wait = wait_shared;
  return &table;
}
