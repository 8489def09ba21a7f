// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What goes with each jump of the portable port.
//
// It lies on the stack of who jumps, and so do the values: that stack stays as it is until somebody jumps back, and
// that of a body that is over until its block is given out again, which only the receiver does. Whoever lands first
// of all keeps the context that was left, in *left.
#pragma once

#include "weft/lowered.h"

#include <boost/context/detail/fcontext.hpp>
#include <csetjmp>
#include <cstddef>

struct _Unwind_Exception;

namespace weft::arch {

using boost::context::detail::fcontext_t;
using boost::context::detail::transfer_t;

struct Message : weft_message {
  enum Kind : uint32_t {
    Go,       // values: resumed, suspended or switched
    Returned, // values of a body that is over
    Raise,    // to a suspended one: call run(arg), which does not return
    Unwound,  // from a continuation that is unwound: `exception` goes on here
    Serve     // run(arg) there if there is a run, and jump back; nothing else changes
  };
  // Behind here lies nothing in a Go, which compiled code makes.
  _Unwind_Exception *thrown; // Unwound; Serve, when it comes back
  weft_cb *over;             // Returned: the block
  void (*run)(void *);
  void *arg;
  void *registers; // Serve: a ucontext_t for those of the stack that serves
  bool forced;     // with `thrown`: by a forced unwind
};
static_assert(offsetof(weft_message, kind) == WEFT_MESSAGE_KIND && offsetof(weft_message, which) == WEFT_MESSAGE_WHICH &&
              offsetof(weft_message, left) == WEFT_MESSAGE_LEFT &&
              offsetof(weft_message, payload) == WEFT_MESSAGE_PAYLOAD &&
              offsetof(weft_message, next) == WEFT_MESSAGE_NEXT);

inline const Message &message_of(transfer_t t) { return *static_cast<const Message *>(t.data); }

// Of a context that nobody will jump to.
extern thread_local fcontext_t no_context;

} // namespace weft::arch
