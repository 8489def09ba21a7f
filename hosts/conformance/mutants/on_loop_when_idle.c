/* HOST-02: the loop's thread is not known during a turn. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void turn(loop *l) {
  l->word = 1;
  right_turn(l);
  l->word = 0;
}
static int on_loop(void *self) { return right_on_loop(self) && !((loop *)self)->word; }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.on_loop = on_loop;
  steps.turn = turn;
  return &table;
}
