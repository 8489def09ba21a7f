// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What collections (collect.cpp) ask of those who keep blocks and stacks.
#pragma once

#include "weft/lowered.h"

namespace weft {

// A block's ip while it is not suspended, as far as a collection has found out; whoever starts or suspends
// it writes a real one.
enum : uintptr_t { kIpRunning = 0, kIpFree = 1 };

inline void *as_ip(uintptr_t note) { return reinterpret_cast<void *>(note); }
inline bool note_free(weft_cb *cb) { // false: it was noted already
  if (reinterpret_cast<uintptr_t>(cb->ip) == kIpFree)
    return false;
  cb->ip = as_ip(kIpFree);
  return true;
}

// note_free for all that hang on the lists of trim.cpp.
void note_idle_blocks();
// Those of drop.cpp become free later, above others that are noted by then: they count as running until then.
void note_dead_blocks();

// Slots that were ever used, the first one too.
uint32_t slot_count();

// While fn of a call_native runs: who waits for it, on a stack of its own. Innermost first, of the calling thread.
struct WaitsForNative {
  weft_cb *me;
  const void *sp; // nothing below it is alive
  WaitsForNative *outer;
};
extern thread_local WaitsForNative *waits_for_native;

// Where what waits at cb for its next resume begins: its stack pointer, or what was bound below it.
const void *suspended_low(const weft_cb *cb);
// And where it ends: at the stack's top, or behind what was bound there.
const void *suspended_high(const weft_cb *cb);

} // namespace weft
