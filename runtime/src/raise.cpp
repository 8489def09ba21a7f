// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// resume.throw: a resume that arrives as an exception.
//
// A suspended continuation is entered so that the exception is raised as if the
// suspension point had called somebody who throws (arch/switch.h); so it meets the landing pads of the suspension's own
// call and nothing was prepared for it. A fresh one starts as always, but with a body that does nothing
// else: the exception leaves by its trampoline. Either way it is raised on the continuation's own stack.
#include "arch/switch.h"
#include "cont.h"
#include "fatal.h"
#include "raise.h"
#include "weft/exceptions.h"

#include <exception>
#include <unwind.h>

extern "C" {
void *__cxa_begin_catch(void *) noexcept;
[[noreturn]] void weft_rt_raise_returned();
}

namespace weft {

// These run on the continuation's stack, current in it.

void raise_object(void *exception) {
  auto *e = static_cast<_Unwind_Exception *>(exception);
  _Unwind_RaiseException(e);
  // Nobody catches it: the frames are as they were.
  if (is_cxx_exception(e->exception_class)) {
    __cxa_begin_catch(e); // so that a terminate handler sees it
    std::terminate();
  }
  weft_trap(WEFT_RULE_ESCAPE, weft_current()->handle, nullptr);
}

namespace {

// What to call there. Directly: the unwinder walks each frame twice.
struct Raiser {
  void (*raise)(void *);
  void *arg;
};

Raiser raiser_of(void *exception) {
  auto *raise = static_cast<weft_raise *>(exception);
  if (raise->exception_class == WEFT_RAISE_CLASS)
    return {raise->raise, raise->arg};
  return {raise_object, exception};
}

[[noreturn]] void raise_and_trap(void *exception) {
  Raiser r = raiser_of(exception);
  r.raise(r.arg);
  weft_rt_raise_returned();
}

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
// In place of the suspension point, which never comes back.
[[noreturn]] void tell_and_raise(void *exception) {
  arch::san::after_entry();
  raise_and_trap(exception);
}
Raiser raiser_at_suspension(void *exception) { return {tell_and_raise, exception}; }
#else
Raiser raiser_at_suspension(void *exception) { return raiser_of(exception); }
#endif

} // namespace

} // namespace weft

using namespace weft;

extern "C" {

void weft_rt_raise_returned() {
  fatal("weft: raise() of a weft_raise came back instead of throwing (CONT-12)");
}

void weft_rt_raise_cxx(void *owner) {
  // The owner's reference becomes that of the exception in flight.
  auto **object = static_cast<_Unwind_Exception **>(owner);
  _Unwind_Exception *exception = *object - 1;
  *object = nullptr;
  exceptions_of(weft_current()).uncaught += 1;
  raise_object(exception);
}

uint32_t weft_rt_resume_throw(weft_cont k, const weft_handlers *on, void *exception,
                                         weft_payload *out, weft_cont *next) {
  if (__builtin_expect(!exception, 0))
    fatal("weft: resume.throw without an exception (CONT-12)");
  weft_cb *cb = arch::consume(k);
  if (__builtin_expect(!cb, 0))
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  auto *e = static_cast<_Unwind_Exception *>(exception);
  if (is_cxx_exception(e->exception_class)) {
    // In flight here until now; from now on there.
    ExceptionGlobals &mine = exceptions_of(weft_current());
    if (mine.uncaught)
      mine.uncaught -= 1;
    exceptions_of(innermost(cb)).uncaught += 1;
  }
  if (is_fresh(cb)) {
    arch::start_raising(cb, raise_and_trap, exception);
    return resume_block(cb, on, {}, out, next);
  }
  Raiser r = raiser_at_suspension(exception);
  return arch::resume_raising(cb, on, r.raise, r.arg, out, next);
}

} // extern "C"
