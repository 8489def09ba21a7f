// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Ending a suspended continuation by unwinding it, and what happens when any unwinding leaves one.
//
// A drop resumes the chain once more, but at weft_rt_raise_entry: there a forced unwind starts on the
// innermost stack as if the suspension point had called it. It runs each frame's clean-ups outwards,
// crosses from a child to its resumer by the trampolines' CFI, and stops at the outermost trampoline,
// where the drop returns like any body. The trampolines' personality does the bookkeeping for drops and
// exceptions alike: the continuation that is left is dead, its resumer is current. Its stack may still
// carry the unwinder's frames, so it is freed later.
//
// An exception's handler is found before anything is unwound, and what the unwinder and C++ keep of it is a
// frame and a landing pad. A clean-up that suspends may be resumed by somebody else, or elsewhere in that frame. So the
// personality notes where the search came through; when the unwinding comes through elsewhere the handler is looked for
// again from there on. A chain's handle moves on with each resume, so it tells one from the next.
#include "arch/switch.h"
#include "collect.h"
#include "cont.h"
#include "fatal.h"
#include "raise.h"

#include <cstring>
#include <exception>
#include <unwind.h>

extern "C" {
void weft_rt_entry();
extern char weft_rt_entry_end[];
void weft_rt_raise_outside();
[[noreturn]] void weft_rt_search_again(void *exception);
}

namespace weft {
namespace {

// Dead blocks whose stacks may still be stood on; freed by the next drop or slow allocation of the thread.
thread_local weft_cb *dead;

// What a catch (...) of the dropped code has in its hand. One of C++'s own exceptions, because the C++ runtime
// ends the process when a foreign one is caught in the middle of another's handler, and because scope guards
// that ask std::uncaught_exceptions take this for a failure, which it is.
struct continuation_dropped {
  struct Drop *by;
};

// On the dropper's stack: clean-ups run over the part of the dropped stack where the unwinder started.
struct Drop {
  weft_cb *outermost;
  std::exception_ptr owner = std::make_exception_ptr(continuation_dropped{this});
  bool unwound = false;

  // In front of the object, in all C++ runtimes of this ABI.
  _Unwind_Exception *exception() const {
    static_assert(sizeof owner == sizeof(void *));
    _Unwind_Exception *object;
    memcpy(&object, &owner, sizeof object);
    return object - 1;
  }
};

bool at_trampoline(_Unwind_Context *context) {
  uintptr_t ip = _Unwind_GetIP(context);
  return ip > reinterpret_cast<uintptr_t>(weft_rt_entry) &&
         ip <= reinterpret_cast<uintptr_t>(weft_rt_entry_end);
}

// In a trampoline, whose stack pointer is the callee's CFA: see arch/.
weft_cb *trampolines_block(_Unwind_Context *context) {
  return reinterpret_cast<weft_cb **>(_Unwind_GetCFA(context))[1];
}

BodyWords *words_of(weft_cb *cb) { return reinterpret_cast<BodyWords *>(cold(cb)->stack_top); }

void drop_cleanup(_Unwind_Reason_Code, _Unwind_Exception *) {
  // Only a catch(...) that does not rethrow ends a forced unwind this way. (libc++abi does not tell: there the
  // body's return is noticed.)
  weft_trap(WEFT_RULE_DROP, 0, nullptr);
}

// Everything inside is unwound: the outermost ends like a body that returned nothing.
[[noreturn]] void end(Drop *drop) {
  drop->unwound = true;
  asm volatile(WEFT_X86_64_RETURN("%%", "$") ::: "memory");
  __builtin_unreachable();
}

// The drop that an exception belongs to, if it is one of ours.
Drop *drop_of(_Unwind_Exception *exception) {
  if (exception->exception_cleanup != drop_cleanup)
    return nullptr;
  return reinterpret_cast<continuation_dropped *>(exception + 1)->by;
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
  end(drop);
}

[[noreturn]] void unwind(void *arg) {
  auto *drop = static_cast<Drop *>(arg);
  arch::san::after_entry(); // in place of the suspension point, which never comes back
  arch::san::abandon_frames(__builtin_frame_address(0));
  exceptions_of(weft_current()).uncaught += 1;
  _Unwind_Exception *exception = drop->exception();
  exception->exception_cleanup = drop_cleanup;
  _Unwind_ForcedUnwind(exception, stop, drop);
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
    weft_tls.current = me->parent;
    arch::san::after_entry();
    arch::san::abandon_frames(outside); // ASan's own part in a throw sees to the thrower's stack alone
    me->parent = dead;
    dead = me;
    if (moved) {
      _Unwind_SetGR(context, __builtin_eh_return_data_regno(0), reinterpret_cast<_Unwind_Word>(exception));
      _Unwind_SetGR(context, __builtin_eh_return_data_regno(1), reinterpret_cast<_Unwind_Word>(outside));
      _Unwind_SetIP(context, reinterpret_cast<_Unwind_Ptr>(weft_rt_raise_outside));
      return _URC_INSTALL_CONTEXT;
    }
  }
  return _URC_CONTINUE_UNWIND;
}

void weft_rt_search_again(void *exception) { raise_object(exception); }

void weft_rt_cont_drop(weft_cont k) {
  weft_cb *cb = arch::consume(k);
  if (!cb)
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  if (is_fresh(cb)) {
    free_block(cb);
    return;
  }
  free_dead_blocks();
  Drop drop;
  drop.outermost = cb;
  hide_handlers(cb);
  weft_cont next = 0;
  uint32_t which = resume_block(cb, nullptr, raise_in(cb, unwind, &drop), nullptr, &next);
  if (which != 0 || !drop.unwound)
    weft_trap(WEFT_RULE_DROP, next, nullptr);
  free_dead_blocks();
}

} // extern "C"
