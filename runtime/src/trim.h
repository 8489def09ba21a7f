// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Free blocks that nobody needs at present, and giving the pages of their stacks back to the
// system.
//
// The hot path owns a thread's free list and pays nothing for this. Only at a look, at most once a
// second and when the runtime is idle, a long free list moves aside as a whole; what is wanted
// again is taken from there by the slow way. What the next look still finds aside was not needed
// between the two: it is cold, and is trimmed a few stacks at a time. So the warm part of the
// cache, however big, keeps all its pages, and a look costs the same for ten stacks and a million.
//
// Rejected: a mark or count in each block (an instruction on the path that makes continuations, or
// a walk over all of them); MADV_FREE (docs/decisions/0008).
#pragma once

#include "weft/lowered.h"

namespace weft {

// A free block that is not on the calling thread's free list, warm ones first; null: there is none.
weft_cb *take_idle_block(uint32_t stack_class);
// Leaves all of the calling thread's free blocks to the others. It ends.
void leave_blocks();

enum class TrimWish : uint32_t {
  Nothing, // what is cached is not worth a turn of its own
  Look,    // in kTrimLookEvery
  Soon     // there is more to trim
};
constexpr uint64_t kTrimLookEvery = 1000000000; // ns
constexpr uint64_t kTrimPause = 1000000;        // between two steps that trim
// A look, or the next few cold stacks of the calling thread: some 60 us. Not on a stack
// that is being left by unwinding.
TrimWish trim_step();

// Is so much on the calling thread's free lists that an idle runtime shall come back for it? A
// short walk.
bool worth_a_look();

struct IdleCounts {
  uint64_t cached;  // free, with what pages they touched: the calling thread's and ended threads'
  uint64_t trimmed; // free, without pages
};
// Walks the calling thread's lists. Class 0: of all.
IdleCounts idle_counts(uint32_t stack_class = 0);

} // namespace weft
