// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Barriers for code that was not lowered, and for who reports one (abi/lowered.h).
//
// A barrier hides the running continuation's handlers and so ends every search. weft_rt_search,
// in cont.cpp, is what looks at it. The root block is shared by all threads: it is not written, and
// has no handlers to hide.
#include "cont.h"

using namespace weft;

extern "C" {

const weft_handlers *weft_rt_barrier_enter(const weft_barrier *at) {
  weft_cb *me = weft_current();
  if (me == &weft_root_cb)
    return nullptr;
  const weft_handlers *before = me->on;
  me->on = &at->on;
  return before;
}

void weft_rt_barrier_leave(const weft_handlers *before) {
  if (before)
    weft_current()->on = before;
}

const weft_barrier *weft_rt_barrier(void) {
  for (weft_cb *cb = weft_current(); cb != &weft_root_cb; cb = cb->parent) {
    auto *on =
        reinterpret_cast<const weft_handlers *>(reinterpret_cast<uintptr_t>(cb->on) & ~UINT64_C(1));
    if (on->flags & WEFT_HANDLERS_BARRIER)
      return reinterpret_cast<const weft_barrier *>(on);
  }
  return nullptr;
}

} // extern "C"
