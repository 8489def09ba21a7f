// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What drop.cpp and the ports, which know how unwinding leaves a continuation, have in common.
#pragma once

#include "cont.h"

#include <exception>
#include <unwind.h>

namespace weft {

// On the dropper's stack: clean-ups run over the part of the dropped stack where the unwinder started.
struct Drop {
  weft_cb *outermost;
  std::exception_ptr owner; // of the exception that unwinds
  bool unwound = false;
};

// The drop that an exception belongs to, if it is one of ours.
Drop *drop_of(_Unwind_Exception *exception);

// Everything inside is unwound: the outermost ends like a body that returned nothing.
[[noreturn]] void end(Drop *drop);

// The running continuation is unwound: its resumer is current, and it is freed when nobody can stand on its stack.
void leave_unwound(weft_cb *me);

} // namespace weft

namespace weft::arch {

// The stop function of a drop's forced unwind, by the port. `arg` is the Drop.
_Unwind_Reason_Code stop_at_drops_end(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                      _Unwind_Exception *, _Unwind_Context *context, void *arg);

} // namespace weft::arch
