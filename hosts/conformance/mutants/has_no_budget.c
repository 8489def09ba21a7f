/* HOST-10: a turn goes on as long as tasks are ready. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void turn(loop *l) { l->more = weft_turn(l->rt, NULL).more != 0; }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.turn = turn;
  return &table;
}
