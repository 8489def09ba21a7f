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

#include "os/os.h"

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

// Which guard stacks have, from the first question on: what WEFT_GUARD says, else the best there is. A wrong value is
// fatal, unless a runtime has refused it before.
os::Guard guard_kind();
// Decides it, if nobody has yet.
void set_guard_kind(os::Guard kind);
const char *guard_name(os::Guard kind); // "none", "mprotect", "MADV_GUARD_INSTALL"

struct StackCounts {
  uint64_t made;
  uint64_t unguarded; // the system refused their guards
  uint64_t mapped;    // bytes of address space
};
StackCounts stack_counts(uint32_t stack_class); // 0: of all
// What of a class's stacks is in memory, in bytes, and how deep the deepest of them was touched since it was made or
// trimmed. Looks at every page: a second for some 20 GiB of stacks.
struct StackDepths {
  uint64_t resident;
  uint64_t deepest;
};
StackDepths stack_depths(uint32_t stack_class);
// One line about a class, for people: "64K: 12 made, ..."; false, and nothing, for one without stacks. Allocates nothing.
bool describe_stacks(uint32_t stack_class, char *out, size_t size);

} // namespace weft
