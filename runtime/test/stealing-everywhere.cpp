// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// With this source a program's runtimes have work_stealing where they name no scheduler: with several workers the root's
// tasks then run without the runtime's lock (runtime/src/parallel.h).
#include <cstdlib>

[[gnu::constructor]] static void choose_work_stealing() { setenv("WEFT_SCHED", "work_stealing", 1); }
