/* HOST-10: a turn may take a quarter of a second, and the host's own deadline is not said. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void turn(loop *l) {
  const weft_budget budget = {.ns = 250000000};
  l->more = weft_turn(l->rt, &budget).more != 0;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.turn = turn;
  return &table;
}
