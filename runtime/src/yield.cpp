// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft_yield: straight into the next task where the dispatch loop picked it ahead, else back to the loop.
#include "arch/switch.h"
#include "cont.h"
#include "runtime.h"

namespace weft {

namespace {

// The straight way from one task that yields to the next: what the dispatch loop would do between
// them, when nothing else is to be done there. No function of the scheduler runs here, as this is a
// task's stack: whom to hand over to was picked before, and who yielded is told to it after.
//
// `on` is compared whole: with its lowest bit set a handler cache goes through this link, which
// then has to be cut the long way.
[[gnu::always_inline]] inline bool hand_over(weft_worker *w, weft_cb *me) {
  if (w->attention)
    return false;
  if (w->ahead == w->ahead_end) {
    if (w->alone == 0)
      return false;
    w->alone--; // it would be picked again
    return true;
  }
  Task *next = reinterpret_cast<Task *>(*w->ahead);
  if (next->ent.kind != WEFT_ENT_TASK || !next->cb)
    return false;
  Task *self = w->running;
  w->ahead++;
  set_state(&next->ent, kEntReady);
  w->yielded_tail->next = &self->ent;
  w->yielded_tail = &self->ent;
  self->errno_value = *w->errno_at;
  *w->errno_at = next->errno_value;
  w->running = next;
  arch::hand_over(me, next->cb, next->answer0, next->answer1);
  return true;
}

} // namespace

} // namespace weft

extern "C" weft_status weft_yield(void) {
  weft_worker *w = weft::this_worker();
  weft_cb *me = weft_tls.current;
  if (__builtin_expect(w && w->running && me->on == weft::dispatch_handlers(), 1)) {
    if (weft::hand_over(w, me))
      return WEFT_OK;
  } else if (me == &weft::weft_root_cb) {
    return WEFT_E_NOTASK;
  }
  weft::arch::suspend(&weft_yield_tag, 0, 0);
  return WEFT_OK;
}
