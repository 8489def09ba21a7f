// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// C++'s notes on the exceptions being handled and in flight, one for each continuation (exceptions.cpp).
#pragma once

#include "weft/lowered.h"

#include <unwind.h>

namespace weft {

// What __cxa_get_globals points at, in libstdc++ and libc++abi alike.
struct ExceptionGlobals {
  void *caught;          // a stack: the exceptions whose handlers are running
  unsigned int uncaught; // how many are in flight
  // Padding to C++. Is the continuation a garbage collector's (collect.cpp)? Cleared with the rest at each start.
  unsigned int collected;
};

// The notes of a block; of the calling thread's own for the root block.
ExceptionGlobals &exceptions_of(weft_cb *cb);

// C++'s own exceptions are counted while they are in flight; other languages' are not.
bool is_cxx_exception(_Unwind_Exception_Class exception_class);

// Makes the C++ runtime ask for the running continuation's. Before the first continuation, once.
void take_over_exceptions();

// False where this process's C++ runtime keeps its own notes, one for each thread: then continuations share them.
bool exceptions_follow_continuations();

} // namespace weft
