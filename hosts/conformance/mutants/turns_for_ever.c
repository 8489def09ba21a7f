/* HOST-17: who has got turns once gets them also when the host was told that it is gone. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void attach(void *self, weft_runtime *rt) {
  if (rt)
    right_attach(self, rt);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  table.attach = attach;
  return &table;
}
