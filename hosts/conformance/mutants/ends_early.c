/* HOST-16: a loop that ends when it has turned, whoever lives. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static int until_turned(void *arg) {
  (void)arg;
  return 1;
}
static int run(void *self, int (*until)(void *arg), void *arg) { return until(arg) ? 1 : right_run(self, until_turned, NULL); }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  table.run = run;
  return &table;
}
