// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the files of the portable port share: the state of a block that waits, and the ways by which unwinding leaves a
// stack.
#pragma once

#include "cont.h"
#include "message.h"

namespace weft::arch {

// A waiting block's ip: above collect.h's notes, and no address.
enum State : uintptr_t { kSuspended = 2, kFresh = 4, kFreshRoot = 5, kBound = 8 };
inline void *state(uintptr_t s) { return reinterpret_cast<void *>(s); }
inline uintptr_t state_of(const weft_cb *cb) { return reinterpret_cast<uintptr_t>(cb->ip); }

inline Bound &bound_of(const weft_cb *cb) {
  return reinterpret_cast<BodyWords *>(cold(const_cast<weft_cb *>(cb))->stack_top)->bound;
}

// Lets who waits at `context`, of the calling thread, run(arg), if there is a run, fill the ucontext_t `registers`
// with those of its stack, if that is wanted, and come back. It waits on, in `context` again. *low: nothing of the
// caller's stack is alive below it meanwhile. A `thrown` in the answer was let out by run.
Message ask(void *&context, void (*run)(void *), void *arg, void *registers, const void **low);

// run(arg). What it throws or unwinds by is caught, and answered.
_Unwind_Exception *run_guarded(void (*run)(void *), void *arg, bool &forced);

[[noreturn]] void go_on_unwinding(_Unwind_Exception *exception, bool forced);

} // namespace weft::arch

extern "C" {
// The first frames of continuations, and of roots.
void weft_rt_start(boost::context::detail::transfer_t);
void weft_rt_start_root(boost::context::detail::transfer_t);
void weft_rt_before_return(weft_cb *cb);
[[noreturn]] void weft_rt_raise_returned();
}
