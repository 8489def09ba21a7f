/* HOST-11: turns follow each other as long as something is ready. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void turn(loop *l) {
  do
    right_turn(l);
  while (l->more);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  steps.turn = turn;
  return &table;
}
