// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Backtraces over stacks: from a continuation into its resumer, ending cleanly at a task's root. The public
// calls are those of weft/backtrace.h.
//
// libunwind walks, loaded privately: linked in, it takes over C++ exceptions and makes a throw ten times
// slower. Where it is missing, libgcc's unwinder walks by the same CFI, without names of static functions.
#pragma once

#include "weft/lowered.h"

#include <cstddef>

namespace weft {

// Calls line(arg, text) for each frame, innermost first. context: a ucontext_t whose frame comes first, or
// null for the caller, whose own first `skip` frames are left out. At most `limit` frames.
void backtrace(void *context, size_t skip, size_t limit, void (*line)(void *arg, const char *text), void *arg);


// The same for a suspended chain, from its innermost suspension point outwards to its own start.
// WEFT_E_NOTFOUND without libunwind.
weft_status backtrace_suspended(weft_cb *outer, size_t limit, void (*line)(void *arg, const char *text),
                                void *arg);

} // namespace weft
