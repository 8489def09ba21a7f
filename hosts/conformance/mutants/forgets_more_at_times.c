/* HOST-11: one time in fifty, who is ready when a turn ends waits for the next post. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void turn(loop *l) {
  static int turns;
  right_turn(l);
  if (l->more && ++turns % 50 == 0)
    l->more = false;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.turn = turn;
  return &table;
}
