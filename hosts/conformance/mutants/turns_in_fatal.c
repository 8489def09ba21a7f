/* HOST-03: the last text is shown by a dialogue, which runs the loop. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void fatal(void *self, const char *text) {
  loop *l = self;
  ssize_t n = write(STDERR_FILENO, text, strlen(text));
  (void)n;
  if (right_on_loop(l) && l->rt)
    right_turn(l);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.fatal = fatal;
  return &table;
}
