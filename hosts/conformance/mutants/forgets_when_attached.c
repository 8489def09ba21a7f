/* HOST-05: who is attached begins with nothing, whatever was posted before. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void attach(void *self, weft_runtime *rt) {
  right_attach(self, rt);
  steps.take_post(self);
  ((loop *)self)->asked = false;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  table.attach = attach;
  return &table;
}
