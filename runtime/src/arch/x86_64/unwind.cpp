// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What happens when unwinding leaves a continuation on x86-64: the trampoline's CFI (entry.cpp) leads the unwinder on to the
// resumer, and its personality does the bookkeeping, for drops and exceptions alike.
//
// An exception's handler is found before anything is unwound, and what the unwinder and C++ keep of it is a
// frame and a landing pad. A clean-up that suspends may be resumed by somebody else, or elsewhere in that frame. So the
// personality notes where the search came through; when the unwinding comes through elsewhere the handler is looked for
// again from there on. A chain's handle moves on with each resume, so it tells one from the next.
#include "arch/switch.h"
#include "drop.h"
#include "fatal.h"
#include "raise.h"

extern "C" {
extern char weft_rt_entry_end[];
void weft_rt_raise_outside();
[[noreturn]] void weft_rt_search_again(void *exception);
}

namespace weft {
namespace {

bool at_trampoline(_Unwind_Context *context) {
  uintptr_t ip = _Unwind_GetIP(context);
  return ip > reinterpret_cast<uintptr_t>(weft_rt_entry) &&
         ip <= reinterpret_cast<uintptr_t>(weft_rt_entry_end);
}

// In a trampoline, whose stack pointer is the callee's CFA: see entry.cpp.
weft_cb *trampolines_block(_Unwind_Context *context) {
  return reinterpret_cast<weft_cb **>(_Unwind_GetCFA(context))[1];
}

BodyWords *words_of(weft_cb *cb) { return reinterpret_cast<BodyWords *>(cold(cb)->stack_top); }

} // namespace

_Unwind_Reason_Code arch::stop_at_drops_end(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                            _Unwind_Exception *, _Unwind_Context *context,
                                            void *arg) {
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
  end(drop);
}

} // namespace weft

using namespace weft;

extern "C" {

WEFT_NOT_SEEN _Unwind_Reason_Code weft_rt_personality(int, _Unwind_Action actions,
                                                      _Unwind_Exception_Class exception_class,
                                                      _Unwind_Exception *exception,
                                                      _Unwind_Context *context) {
  // libc++abi's `throw;` makes an ordinary exception of a forced unwind. Then it is caught here.
  if (__builtin_expect(!(actions & _UA_FORCE_UNWIND), 1))
    if (Drop *drop = drop_of(exception)) {
      if (actions & _UA_HANDLER_FRAME)
        end(drop);
      // The search sees all trampolines on its way without anything being unwound.
      if ((actions & _UA_SEARCH_PHASE) && trampolines_block(context) == drop->outermost)
        return _URC_HANDLER_FOUND;
    }
  if (actions & _UA_SEARCH_PHASE) {
    weft_cb *cb = trampolines_block(context);
    words_of(cb)->searched_as = cb->handle;
    words_of(cb)->searched_to = cb->psp;
  }
  if (actions & _UA_CLEANUP_PHASE) {
    weft_cb *me = weft_current();
    void *outside = me->psp;
    bool moved = !(actions & _UA_FORCE_UNWIND) &&
                 (words_of(me)->searched_as != me->handle || words_of(me)->searched_to != outside);
    if (is_cxx_exception(exception_class)) // in flight in the resumer from here on
      exceptions_of(me->parent).uncaught += 1;
    arch::san::before_return();
    leave_unwound(me);
    arch::san::after_entry();
    arch::san::abandon_frames(
        outside); // ASan's own part in a throw sees to the thrower's stack alone
    if (moved) {
      _Unwind_SetGR(context, __builtin_eh_return_data_regno(0),
                    reinterpret_cast<_Unwind_Word>(exception));
      _Unwind_SetGR(context, __builtin_eh_return_data_regno(1),
                    reinterpret_cast<_Unwind_Word>(outside));
      _Unwind_SetIP(context, reinterpret_cast<_Unwind_Ptr>(weft_rt_raise_outside));
      return _URC_INSTALL_CONTEXT;
    }
  }
  return _URC_CONTINUE_UNWIND;
}

void weft_rt_search_again(void *exception) { raise_object(exception); }

} // extern "C"
