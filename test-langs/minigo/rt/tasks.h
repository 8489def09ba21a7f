// What main.cpp and guest.cpp, of which a program has one, need of tasks.cpp.
#pragma once
#include "rt.h"
#include "weft/task.h"

extern "C" void mg_program(void *); // the compiler's: initialises the packages and calls main

namespace minigo::rt {

struct Process {
  int arg_count;
  char **arg_values;
  bool virtual_time; // the runtime's clock is the program's
};
extern Process process;

/// As the task of goroutine 1. False: main ended by runtime.Goexit.
bool run_program();
/// The last that goroutine 1 does in a process that goes on.
void end_main();
/// Detached, as goroutine 1; `domain` null: the root.
weft_status spawn_main(weft_runtime *rt, weft_domain *domain, void (*fn)(void *), void *arg,
                       uint32_t stack);

} // namespace minigo::rt
