// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The first frame of a continuation in the portable port, and what happens to unwinding that reaches it.
//
// No unwinder knows how Boost.Context keeps a resumer's registers, so unwinding ends at the frame weft_rt_start. Its
// personality says that it catches everything; when all inside is unwound it does not land, but jumps to the resumer,
// who raises the same exception object anew (switch.cpp). So an exception costs a search for each continuation that it
// leaves; one that nobody catches has unwound the inner ones before it is known; and a search never goes past a
// resumer that may be another one by the time the clean-ups have run. Forced unwinding (a drop, pthread_exit)
// goes on there by _Unwind_Resume, with its own stop function.
//
// Rejected: catch (...) and std::exception_ptr, which know C++'s exceptions only; CFI for each target's layout of a
// context, which would be an inline port's work.
//
// The functions whose personality is ours say so in their own CFI: a compiler gives one only to functions that
// land somewhere, and these do not.
#include "arch/switch.h"
#include "drop.h"
#include "fatal.h"
#include "port.h"
#include "raise.h"

#include <csetjmp>

#define CAUGHT_BY(personality)                                                                     \
  asm volatile(".cfi_personality 0x1b, " #personality) // pc-relative, 4 bytes

extern "C" {
_Unwind_Reason_Code weft_rt_start_personality(int, _Unwind_Action, _Unwind_Exception_Class,
                                              _Unwind_Exception *, _Unwind_Context *);
_Unwind_Reason_Code weft_rt_root_personality(int, _Unwind_Action, _Unwind_Exception_Class,
                                             _Unwind_Exception *, _Unwind_Context *);
_Unwind_Reason_Code weft_rt_guard_personality(int, _Unwind_Action, _Unwind_Exception_Class,
                                              _Unwind_Exception *, _Unwind_Context *);
void weft_rt_guarded(void (*run)(void *), void *arg);
void weft_rt_after_entry();
}

namespace weft {
namespace arch {
namespace {

using Body = void(void *env, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double,
                  double, double, double, double, double);

// A body takes as many of these as it has parameters; its type is not known here.
#ifdef __clang__
[[clang::no_sanitize("function")]]
#endif
[[gnu::always_inline]] inline void begin(transfer_t t) {
  const Message &m = message_of(t);
  *m.left = t.fctx;
  auto *frame = reinterpret_cast<void **>(cold(weft_current())->stack_top) - 3;
  const weft_payload in = *m.payload;
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
  weft_rt_after_entry();
#endif
  reinterpret_cast<Body *>(frame[0])(frame[1], in.i[0], in.i[1], in.i[2], in.i[3], in.i[4], in.i[5],
                                     in.f[0], in.f[1], in.f[2], in.f[3], in.f[4], in.f[5]);
  __builtin_trap(); // bodies end by weft_rt_return_mem
}

// Not in a fake frame of ASan's: it is gone behind before_return.
[[noreturn]] WEFT_NOT_SEEN void leave_by(_Unwind_Exception *exception, bool forced) {
  weft_cb *me = weft_current();
  if (is_cxx_exception(exception->exception_class)) // in flight in the resumer from here on
    exceptions_of(me->parent).uncaught += 1;
  san::before_return();
  Message m = {};
  m.kind = Message::Unwound;
  m.left = &no_context;
  m.thrown = exception;
  m.forced = forced;
  fcontext_t resumer = me->psp;
  leave_unwound(me);
  boost::context::detail::jump_fcontext(resumer, &m);
  __builtin_trap();
}

// Where run_guarded is, innermost first.
struct Guard {
  jmp_buf back;
  _Unwind_Exception *volatile thrown;
  volatile bool forced;
  Guard *outer;
};
thread_local Guard *guards;

} // namespace

WEFT_NOT_SEEN _Unwind_Exception *run_guarded(void (*run)(void *), void *arg, bool &forced) {
  Guard guard;
  guard.thrown = nullptr;
  guard.forced = false;
  guard.outer = guards;
  guards = &guard;
  if (!_setjmp(guard.back))
    weft_rt_guarded(run, arg);
  guards = guard.outer;
  forced = guard.forced;
  return guard.thrown;
}

void go_on_unwinding(_Unwind_Exception *exception, bool forced) {
  if (forced)
    _Unwind_Resume(exception);
  raise_object(exception);
}

_Unwind_Reason_Code stop_at_drops_end(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                      _Unwind_Exception *, _Unwind_Context *context, void *) {
  if (actions & _UA_END_OF_STACK) // a start comes first
    fatal("weft: cannot unwind a dropped continuation: the frame at %p has no unwind information "
          "(CONT-03)",
          reinterpret_cast<void *>(_Unwind_GetIP(context)));
  return _URC_NO_REASON;
}

} // namespace arch
} // namespace weft

using namespace weft;
using weft::arch::transfer_t;

extern "C" {

WEFT_NOT_SEEN void weft_rt_start(transfer_t t) {
  CAUGHT_BY(weft_rt_start_personality);
  arch::begin(t);
}

WEFT_NOT_SEEN void weft_rt_start_root(transfer_t t) {
  CAUGHT_BY(weft_rt_root_personality);
  arch::begin(t);
}

WEFT_NOT_SEEN void weft_rt_guarded(void (*run)(void *), void *arg) {
  CAUGHT_BY(weft_rt_guard_personality);
  run(arg);
  asm volatile(""); // not a tail call: the frame must stay
}

WEFT_NOT_SEEN _Unwind_Reason_Code weft_rt_start_personality(int, _Unwind_Action actions,
                                                            _Unwind_Exception_Class,
                                                            _Unwind_Exception *exception,
                                                            _Unwind_Context *) {
  if (actions & _UA_SEARCH_PHASE)
    return _URC_HANDLER_FOUND;
  if (Drop *drop = drop_of(exception); drop && drop->outermost == weft_current())
    end(drop);
  arch::leave_by(exception, actions & _UA_FORCE_UNWIND);
}

// Nothing above a root is its: there is no handler, and only a drop of it itself ends here.
WEFT_NOT_SEEN _Unwind_Reason_Code weft_rt_root_personality(int, _Unwind_Action actions,
                                                           _Unwind_Exception_Class,
                                                           _Unwind_Exception *exception,
                                                           _Unwind_Context *) {
  if (actions & _UA_SEARCH_PHASE)
    return _URC_FATAL_PHASE1_ERROR;
  if (Drop *drop = drop_of(exception); drop && drop->outermost == weft_current())
    end(drop);
  return _URC_CONTINUE_UNWIND;
}

WEFT_NOT_SEEN _Unwind_Reason_Code weft_rt_guard_personality(int, _Unwind_Action actions,
                                                            _Unwind_Exception_Class,
                                                            _Unwind_Exception *exception,
                                                            _Unwind_Context *) {
  if (actions & _UA_SEARCH_PHASE)
    return _URC_HANDLER_FOUND;
  arch::Guard *guard = arch::guards;
  guard->thrown = exception;
  guard->forced = actions & _UA_FORCE_UNWIND;
  longjmp(guard->back, 1);
}

} // extern "C"
