/* HOST-05: a post between the last look and the sleep is not seen: the flag that says asleep comes too late. */
/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */
#include "right.h"

static void post(void *self) {
  loop *l = self;
  __atomic_store_n(&l->word, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&l->other, __ATOMIC_SEQ_CST))
    right_post(l);
}
static bool take(loop *l) {
  bool woken = take_post(l), noted = __atomic_exchange_n(&l->word, 0, __ATOMIC_SEQ_CST) != 0;
  return woken || noted;
}
static bool wait_late(loop *l, uint64_t wake) {
  usleep(100); /* other loops do their work here */
  __atomic_store_n(&l->other, 1, __ATOMIC_SEQ_CST);
  right_wait(l, wake);
  __atomic_store_n(&l->other, 0, __ATOMIC_SEQ_CST);
  return true;
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  ops.post = post;
  steps.take_post = take;
  steps.wait = wait_late;
  return &table;
}
