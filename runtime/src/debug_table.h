// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Where everything is that a debugger shows, by name: offsets of fields, addresses of lists, values of states. gdb's
// commands (tools/gdb) read it from memory, so they need no debug info of libweft, work on a core and on a stripped
// program, and can never disagree with the layout: the compiler fills it in. docs/decisions/0027.
#pragma once

#include <cstdint>

namespace weft {

struct DebugEntry {
  char name[24]; // "task.cb"; the last one's is ""
  union {
    uint64_t value;
    const volatile void *address; // the linker fills it in
  };
};
static_assert(sizeof(DebugEntry) == 32, "tools/gdb/weft_gdb/table.py");
#define WEFT_DEBUG_ADDRESS(name, at)                                                               \
  {                                                                                                \
    name, { .address = at }                                                                        \
  }

// The tables lie in a section of their own, so that they are found where a program has no symbols either.
#define WEFT_DEBUG_TABLE [[gnu::used, gnu::section(".weft_debug")]]

// trim.cpp: where its lists of free blocks are, each an array by class; the first two as offsets from the thread's pointer.
struct IdleLists {
  int64_t rested, cold;
  const void *left_behind, *trimmed;
};
IdleLists idle_lists();

} // namespace weft

extern "C" weft::DebugEntry weft_debug_table[], weft_debug_tasks[];
