// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Ending a suspended continuation by unwinding it, and what happens when any unwinding leaves one.
//
// A drop resumes the chain once more, but with a raise: a forced unwind starts on the innermost stack as if the
// suspension point had called it. It runs each frame's clean-ups outwards, crosses from a child to its resumer as
// every exception does (each port's unwind.cpp), and ends at the outermost's start, where the drop returns like any body.
// A continuation that is left so is dead, and its resumer current. Its stack may still carry the unwinder's frames, so
// it is freed later.
#include "arch/switch.h"
#include "collect.h"
#include "cont.h"
#include "drop.h"
#include "fatal.h"

#include <cstring>
#include <exception>
#include <unwind.h>

namespace weft {
namespace {

// Dead blocks whose stacks may still be stood on; freed by the next drop or slow allocation of the thread.
thread_local weft_cb *dead;

// What a catch (...) of the dropped code has in its hand. One of C++'s own exceptions, because the C++ runtime
// ends the process when a foreign one is caught in the middle of another's handler, and because scope guards
// that ask std::uncaught_exceptions take this for a failure, which it is.
struct continuation_dropped {
  Drop *by;
};

std::exception_ptr object_of(Drop *drop) { return std::make_exception_ptr(continuation_dropped{drop}); }

// In front of the object, in all C++ runtimes of this ABI.
_Unwind_Exception *exception_of(const Drop &drop) {
  static_assert(sizeof drop.owner == sizeof(void *));
  _Unwind_Exception *object;
  memcpy(&object, &drop.owner, sizeof object);
  return object - 1;
}

void drop_cleanup(_Unwind_Reason_Code, _Unwind_Exception *) {
  // Only a catch(...) that does not rethrow ends a forced unwind this way. (libc++abi does not tell: there the
  // body's return is noticed.)
  weft_trap(WEFT_RULE_DROP, 0, nullptr);
}

[[noreturn]] void unwind(void *arg) {
  auto *drop = static_cast<Drop *>(arg);
  arch::san::after_entry(); // in place of the suspension point, which never comes back
  arch::san::abandon_frames(__builtin_frame_address(0));
  exceptions_of(weft_current()).uncaught += 1;
  _Unwind_Exception *exception = exception_of(*drop);
  exception->exception_cleanup = drop_cleanup;
  _Unwind_ForcedUnwind(exception, arch::stop_at_drops_end, drop);
  fatal("weft: cannot unwind a dropped continuation (CONT-03)");
}

// A chain's own handlers are code that is to be unwound. If a clean-up of the chain could suspend to one of them, that would go
// on, and the unwinding be left on a stack that waits, with a Drop that is gone when somebody resumes it. So none is
// found. A suspended chain has no barrier in it that could put a table back.
void hide_handlers(weft_cb *outermost) {
  for (weft_cb *cb = innermost(outermost); cb != outermost; cb = cb->parent) {
    cb->on = &weft_no_handlers;
    cb->flags |= kCbDropping;
  }
  outermost->flags |= kCbDropping;
}

} // namespace

void end(Drop *drop) {
  drop->unwound = true;
  arch::end_body();
}

Drop *drop_of(_Unwind_Exception *exception) {
  if (exception->exception_cleanup != drop_cleanup)
    return nullptr;
  return reinterpret_cast<continuation_dropped *>(exception + 1)->by;
}

void leave_unwound(weft_cb *me) {
  weft_tls.current = me->parent;
  me->parent = dead;
  dead = me;
}

void note_dead_blocks() {
  for (weft_cb *cb = dead; cb; cb = cb->parent)
    cb->ip = as_ip(kIpRunning);
}

void free_dead_blocks() {
  while (weft_cb *cb = dead) {
    dead = cb->parent;
    free_block(cb);
  }
}

} // namespace weft

using namespace weft;

extern "C" {

void weft_rt_cont_drop(weft_cont k) {
  weft_cb *cb = arch::consume(k);
  if (!cb)
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  if (is_fresh(cb)) {
    free_block(cb);
    return;
  }
  free_dead_blocks();
  Drop drop{cb, object_of(&drop)};
  hide_handlers(cb);
  weft_cont next = 0;
  uint32_t which = arch::resume_raising(cb, nullptr, unwind, &drop, nullptr, &next);
  if (which != 0 || !drop.unwound)
    weft_trap(WEFT_RULE_DROP, next, nullptr);
  free_dead_blocks();
}

} // extern "C"
