// Defer frames and panics.
//
// A function that defers links a DeferFrame, on its own stack, into its goroutine's list and hangs
// its deferred calls onto it. Returning runs them, last first. A panic runs them on top of the
// panicking stack, frame by frame from the innermost; nothing is unwound. When a deferred call
// recovers, control longjmps to the frame's setjmp, which runs what is left of that frame and
// returns from its function with the results as they stand in memory.
//
//   stack   main ... f [frame] ... g [frame] ... panics
//   list    goroutine -> g's frame -> f's frame
//
// Panics nest: each lies on the stack in mg_panic, deeper ones later; those deeper than a frame
// that is returned to are over.
#pragma once
#include "rt.h"
#include <csetjmp>

namespace minigo::rt {

struct DeferRecord {
  DeferRecord *next;
  Closure *call;
  int64_t thunk; // the call goes through one frame of ours before the user's function
};

struct DeferFrame {
  DeferFrame *prev;
  DeferRecord *head;
  int64_t catches; // made by protected_call
  int64_t pad;
  jmp_buf back; // at offset 32: generated code knows
};
static_assert(offsetof(DeferFrame, back) == 32 && sizeof(DeferFrame) <= 256);

struct Panic {
  Panic *prev;
  Iface value;
  bool recovered;
  bool exiting; // runtime.Goexit
  bool deref;   // a nil pointer: Go prints a signal line
  void *frame;  // of the function that is running the deferred call
  bool thunk;
};

struct Goroutine {
  DeferFrame *frames;
  Panic *panics;
  int64_t id;
};

Goroutine *current_goroutine();

} // namespace minigo::rt
