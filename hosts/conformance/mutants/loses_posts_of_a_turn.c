/* HOST-05: what is posted during a turn is forgotten with what asked for it. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void turn(loop *l) {
  right_turn(l);
  take_post(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.turn = turn;
  return &table;
}
