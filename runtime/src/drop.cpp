// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Ending a suspended continuation by unwinding it, and what happens when any unwinding leaves one.
//
// A drop resumes the chain once more, but at weft_rt_raise_entry: there a forced unwind starts on the
// innermost stack as if the suspension point had called it. It runs each frame's clean-ups outwards,
// crosses from a child to its resumer by the trampolines' CFI, and stops at the outermost trampoline,
// where the drop returns like any body. The trampolines' personality does the bookkeeping for drops and
// exceptions alike: the continuation that is left is dead, its resumer is current. Its stack may still
// carry the unwinder's frames, so it is freed later.
#include "arch/switch.h"
#include "cont.h"
#include "fatal.h"
#include "raise.h"

#include <unwind.h>

extern "C" {
void weft_rt_entry();
extern char weft_rt_entry_end[];
}

namespace weft {
namespace {

// Dead blocks whose stacks may still be stood on; freed by the next drop or slow allocation of the thread.
thread_local weft_cb *dead;

// On the dropper's stack: clean-ups run over the part of the dropped stack where the unwinder started.
struct Drop {
  weft_cb *outermost;
  _Unwind_Exception exception;
};

bool at_trampoline(_Unwind_Context *context) {
  uintptr_t ip = _Unwind_GetIP(context);
  return ip > reinterpret_cast<uintptr_t>(weft_rt_entry) &&
         ip <= reinterpret_cast<uintptr_t>(weft_rt_entry_end);
}

void drop_cleanup(_Unwind_Reason_Code, _Unwind_Exception *) {
  // Only a catch(...) that does not rethrow ends a forced unwind this way.
  weft_trap(WEFT_RULE_DROP, 0, nullptr);
}

_Unwind_Reason_Code stop(int, _Unwind_Action actions, _Unwind_Exception_Class,
                         _Unwind_Exception *, _Unwind_Context *context, void *arg) {
  auto *drop = static_cast<Drop *>(arg);
  bool outermost = weft_current() == drop->outermost;
  if (actions & _UA_END_OF_STACK) {
    // A root's trampoline has no return address. Anything else is a frame that cannot be unwound.
    if (_Unwind_GetIP(context) != 0 || !outermost)
      fatal("weft: cannot unwind a dropped continuation: the frame at %p has no unwind information "
            "(CONT-03)",
            reinterpret_cast<void *>(_Unwind_GetIP(context)));
  } else if (!at_trampoline(context) || !outermost) {
    return _URC_NO_REASON;
  }
  // Everything inside is unwound: the outermost ends like a body that returned nothing.
  asm volatile(WEFT_X86_64_RETURN("%%", "$") ::: "memory");
  __builtin_unreachable();
}

[[noreturn]] void unwind(void *arg) {
  auto *drop = static_cast<Drop *>(arg);
  arch::san::after_entry(); // in place of the suspension point, which never comes back
  drop->exception.exception_class = 0x5745465444524f50; // "WEFTDROP"
  drop->exception.exception_cleanup = drop_cleanup;
  _Unwind_ForcedUnwind(&drop->exception, stop, drop);
  fatal("weft: cannot unwind a dropped continuation (CONT-03)");
}

} // namespace

void free_dead_blocks() {
  while (weft_cb *cb = dead) {
    dead = cb->parent;
    free_block(cb);
  }
}

} // namespace weft

using namespace weft;

extern "C" {

WEFT_NOT_SEEN _Unwind_Reason_Code weft_rt_personality(int, _Unwind_Action actions,
                                                      _Unwind_Exception_Class exception_class,
                                                      _Unwind_Exception *, _Unwind_Context *) {
  if (actions & _UA_CLEANUP_PHASE) {
    weft_cb *me = weft_current();
    if (is_cxx_exception(exception_class)) // in flight in the resumer from here on
      exceptions_of(me->parent).uncaught += 1;
    arch::san::before_return();
    weft_tls.current = me->parent;
    arch::san::after_entry();
    me->parent = dead;
    dead = me;
  }
  return _URC_CONTINUE_UNWIND;
}

void weft_rt_cont_drop(weft_cont k) {
  weft_cb *cb = arch::consume(k);
  if (!cb)
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  if (is_fresh(cb)) {
    free_block(cb);
    return;
  }
  free_dead_blocks();
  Drop drop = {cb, {}};
  cb->flags |= kCbDropping;
  weft_cont next = 0;
  uint32_t which = resume_block(cb, nullptr, raise_in(cb, unwind, &drop), nullptr, &next);
  if (which != 0)
    weft_trap(WEFT_RULE_DROP, next, nullptr);
  free_dead_blocks();
}

} // extern "C"
