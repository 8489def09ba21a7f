/* HOST-05: a post is noted, and does not end the loop's sleep. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void post(void *self) { __atomic_store_n(&((loop *)self)->word, 1, __ATOMIC_SEQ_CST); }
static bool take(loop *l) { return __atomic_exchange_n(&l->word, 0, __ATOMIC_SEQ_CST) != 0; }

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  steps.take_post = take;
  return &table;
}
