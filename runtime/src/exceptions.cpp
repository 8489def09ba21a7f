// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Which C++ exceptions are being handled, and how many are in flight, belongs to the continuation.
//
// The C++ runtime keeps both in a record for each thread, and asks __cxa_get_globals for it every time. So
// that function is defined here: it answers the running continuation's record, and no switch has anything
// to save, restore or test. A catch clause that suspends finds its exception again on whatever thread and
// from whatever frame it is resumed.
//
// What makes it ours: a program's own definition comes before a shared library's, and an archive's member is
// not taken for a symbol that is defined. A libstdc++.a that comes before libweft.a is a second definition,
// which the linker refuses. A library that dlopen brought comes too late for that; then, when it is first used, the C++ runtime's
// calls are redirected where they are made, in its table of imported functions (os::redirect_calls).
//
// Rejected: saving the record at each switch (docs/decisions/0010-exceptions-in-continuations.md).
#include "exceptions.h"

#include "cont.h"
#include "os/os.h"

#include <exception>

namespace weft {
namespace {

using GetGlobals = ExceptionGlobals *();

thread_local ExceptionGlobals threads_own;
// The C++ runtime's, where ours was put in its place while handlers may have been running.
GetGlobals *replaced;
bool follow;

// By the thread that runs it: those who ask never keep it over a switch.
ExceptionGlobals *of_current() { return &exceptions_of(weft_tls.current); }

} // namespace

ExceptionGlobals &exceptions_of(weft_cb *cb) {
  if (__builtin_expect(cb == &weft_root_cb, 0))
    return replaced ? *replaced() : threads_own;
  return reinterpret_cast<BodyWords *>(cold(cb)->stack_top)->exceptions;
}

bool is_cxx_exception(_Unwind_Exception_Class exception_class) {
  // GCC's and LLVM's; the last byte tells a dependent exception, which exception_ptr makes.
  uint64_t kind = exception_class & ~UINT64_C(0xff);
  return kind == 0x474e5543432b2b00 || kind == 0x434c4e47432b2b00;
}

bool exceptions_follow_continuations() { return follow; }

} // namespace weft

using namespace weft;

extern "C" {

WEFT_API ExceptionGlobals *__cxa_get_globals() { return of_current(); }
WEFT_API ExceptionGlobals *__cxa_get_globals_fast() { return of_current(); }
}

namespace weft {
namespace {

thread_local bool probing;
GetGlobals *behind_probe;

ExceptionGlobals *probe() {
  static ExceptionGlobals marked = {nullptr, 0x5745, 0};
  return probing ? &marked : behind_probe ? behind_probe() : &threads_own;
}

// Whether the C++ runtime asks us.
bool is_asked() {
  behind_probe = replaced;
  probing = true;
  replaced = probe;
  bool asked = std::uncaught_exceptions() == 0x5745;
  replaced = behind_probe;
  probing = false;
  return asked;
}

} // namespace

void take_over_exceptions() {
  follow = is_asked();
  if (follow)
    return;
  // What comes back is known before the first call is redirected: a thread may be in the middle of a handler,
  // which is on the old record.
  void **definition = reinterpret_cast<void **>(&replaced);
  // Not by the exported names, which may be the C++ runtime's here.
  void *ours = reinterpret_cast<void *>(of_current);
  if (!os::redirect_calls("__cxa_get_globals", ours, definition))
    return;
  void *same = nullptr;
  os::redirect_calls("__cxa_get_globals_fast", ours, &same);
  follow = is_asked();
}

} // namespace weft
