/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* For many workers at once by one lock that spins: queues of their own for those that are there, from which others take. Thread
 * storage and an instance's last words, too: neither is an allocation of a call. */
#include "../../mutants/right.h"

#include <stdatomic.h>

static _Thread_local unsigned picks;
static atomic_flag locked = ATOMIC_FLAG_INIT; /* of all instances; held for a few steps */
static void lock(void) {
  while (atomic_flag_test_and_set_explicit(&locked, memory_order_acquire))
    ;
}
static void unlock(void) { atomic_flag_clear_explicit(&locked, memory_order_release); }

static list *queue_of(policy *p, const weft_worker *w) { return &p->of[p->services->worker_index(w) % WORKERS]; }

static void ready(void *self, weft_ent_list *given, weft_worker *from, weft_why why) {
  policy *p = self;
  (void)why;
  lock();
  for (EACH(e, given))
    put_last(from ? queue_of(p, from) : &p->all, e);
  unlock();
}

static weft_ent *pick(void *self, weft_worker *worker, uint64_t now, weft_slice *slice) {
  policy *p = self;
  (void)now, (void)slice;
  lock();
  list *own = queue_of(p, worker), *from = ++picks % 4 && own->head ? own : &p->all;
  for (unsigned i = 0; !from->head && i < p->workers; ++i)
    from = &p->of[(picks + i) % p->workers];
  weft_ent *e = take(from, from->head);
  unlock();
  return e;
}

static void leave(void *self, weft_worker *worker) {
  policy *p = self;
  lock();
  for (weft_ent *e; (e = take(queue_of(p, worker), queue_of(p, worker)->head));)
    put_last(&p->all, e);
  unlock();
}

const weft_sched_ops *weft_scheduler_plugin(void) {
  table.ready = ready;
  table.pick = pick;
  table.worker_leave = leave;
  table.remove = NULL;
  table.snapshot = NULL;
  table.flags = WEFT_SCHED_PARALLEL;
  return &table;
}
