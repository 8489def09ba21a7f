// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Dumps by a signal, what the runtime's other files have to do with them (dump_signal.cpp).
#pragma once

#include <csetjmp>
#include <cstddef>

struct weft_runtime;

namespace weft {

// From a runtime's creation to its destruction, which waits for handlers that use it; the loop's thread.
void open_to_dumps(weft_runtime *rt);
void close_to_dumps(weft_runtime *rt);
// The turn saw rt->dump_wanted.
void serve_dump(weft_runtime *rt);
// Installs what WEFT_DUMP_SIGNAL says, unless the program was first. False: no such value.
bool dump_on_signal_named(const char *text);

extern constinit long dump_grace_ns; // tests shorten it, so that handlers dump at any instruction

// While a handler walks a stack that may be half of another: a fault leads here instead of ending the process.
extern constinit thread_local sigjmp_buf *fault_returns_to;

} // namespace weft
