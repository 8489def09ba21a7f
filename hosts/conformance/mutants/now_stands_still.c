/* HOST-15: the time is that at which the iteration began. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static uint64_t now(void *self) { return __atomic_load_n(&((loop *)self)->word, __ATOMIC_RELAXED); }
static bool wait_and_look(loop *l, uint64_t wake) {
  right_wait(l, wake);
  __atomic_store_n(&l->word, right_now(l), __ATOMIC_RELAXED);
  return true;
}
static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  weft_status status = right_make(params, host, error, error_size);
  ((loop *)*host)->word = right_now(*host);
  return status;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.now = now;
  steps.wait = wait_and_look;
  table.make = make;
  return &table;
}
