// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Stack overflow as a clear death: who, how big, a backtrace, SIGABRT (STACK-01).
#pragma once

namespace weft {
// An alternate signal stack for this thread, and, once per process, the handler of guard faults. A fault
// that is not in one of our guards goes to the handler that was there before.
void install_overflow_handler();

// A language that has its own way to die: called on the signal stack instead of the default text. It may not
// return. Null: the default. `text` is the default's first line.
void set_overflow_hook(void (*hook)(const char *text));
} // namespace weft
