// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Stacks: address space in arenas by size class, a guard below each, coloured tops.
//
// A stack is never given back alone; it stays with its control block (cont.h) and is reused warm, or, when
// nobody needs it, without its pages (trim.h). Tops
// are shifted by 64-byte steps within the page, because a thousand stacks with equal low address bits
// fight for the same cache sets (3x per switch); half a page of steps leaves a small task in one page.
// Rejected: growing by copying (frames hold addresses of frames); growing by segments (a slow call in
// the wrong loop). Growth is address space that is touched late, so big classes cost page tables only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft {

struct Stack {
  char *low; // lowest usable byte
  char *top; // 16-aligned, coloured
};

size_t stack_size(uint32_t stack_class); // guard included; class 1 .. WEFT_STACK_CLASSES-1
// A stack that was never used. Any thread. low is null when out of address space.
Stack make_stack(uint32_t stack_class);

// Is address in the guard of one of our stacks? Then that stack's class; else 0. Async-signal-safe.
uint32_t guard_hit(const void *address, char **low);

struct StackCounts {
  uint64_t made;
  uint64_t unguarded; // the system refused their guards
};
StackCounts stack_counts();

} // namespace weft
