// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Backtraces over stacks: from a continuation into its resumer, ending cleanly at a task's root. The public
// calls are those of weft/backtrace.h.
//
// libunwind walks, loaded privately: linked in, it takes over C++ exceptions and makes a throw ten times
// slower. Where it is missing, libgcc's unwinder walks by the same CFI, without names of static functions.
#pragma once

#include "os/symbols.h"
#include "weft/lowered.h"

#include <cstddef>

namespace weft {

struct Frame {
  size_t number;
  bool start; // not a function: here a continuation's stack begins; nothing below is set
  uintptr_t ip;
  const char *name; // null: unknown; as the linker has it
  uintptr_t offset;
  const char *object;
  uintptr_t object_offset;
};
using FrameVisit = void (*)(void *arg, const Frame &);

// Loads libunwind if that has not been tried, which a signal's handler must not. False: there is none.
bool walk_ready();

// Frames, innermost first. context: a ucontext_t whose frame comes first, or null for the caller. The first
// `skip` frames are left out. At most `limit`. symbols: kept over several calls, or null. After walk_ready it
// allocates nothing and may be called by a signal's handler, on a stack with 64 KiB of room.
// goes_on: the process does, behind a signal that came anywhere. Then the portable port, which asks suspended frames where
// they are by going to them, ends at the running continuation's start: it may have been interrupted on its way to one.
void each_frame(void *context, size_t skip, size_t limit, FrameVisit visit, void *arg, os::Symbols *symbols,
                bool goes_on = false);
// The same for a suspended chain, from its innermost suspension point outwards to its own start. Nothing without
// libunwind.
void each_suspended_frame(weft_cb *outer, size_t limit, FrameVisit visit, void *arg, os::Symbols *symbols);

// A frame as a line, without "\n"; with C++ names readable when it may allocate.
void frame_line(const Frame &frame, bool may_allocate, char *out, size_t size);

// The same as lines.
void backtrace(void *context, size_t skip, size_t limit, void (*line)(void *arg, const char *text), void *arg);

// The same for a suspended chain, from its innermost suspension point outwards to its own start.
// WEFT_E_NOTFOUND without libunwind.
weft_status backtrace_suspended(weft_cb *outer, size_t limit, void (*line)(void *arg, const char *text),
                                void *arg);

} // namespace weft
