// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the measured programs share: the conversation with weft-bench, and the clock.
//
// Each system is one program, so that none can change another's allocator, predictors or signal
// handlers, and so that a Go program is measured like a C++ one. On start it prints
// `system NAME VERSION`; then for each line `run WORKLOAD PARAM OPS` on its standard input it does
// about OPS operations and prints `OPS-DONE FIGURE ANSWER [BUSY]`: the nanoseconds of all of them (bytes
// where the workload is about memory), the sum that proves that the work was done, and, where it is known,
// how many thousandths of its time the least busy worker was at work. `none` for a
// workload that it lacks. It ends at the end of its input.
//
// A run makes what it needs, warms it up, and reads the clock only around the operations.
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <initializer_list>

namespace bench {

struct Result {
  uint64_t ops;    // how many were done: a multiple of what the workload is made of
  uint64_t figure; // nanoseconds for all of them, or bytes
  uint64_t answer;
  uint64_t busy = 0; // thousandths; 0: not known
};

struct Workload {
  const char *name;
  Result (*run)(uint64_t param, uint64_t ops);
};

// The process's own time: what a run costs, not how often others were given the CPU meanwhile. No
// workload waits for anything but itself.
inline uint64_t read_clock(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}
inline uint64_t now() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
// Where several threads work on one thing.
inline uint64_t wall() { return read_clock(CLOCK_MONOTONIC); }

// VmRSS and VmPTE: stacks cost page tables as well as pages.
inline uint64_t resident_bytes() {
  std::FILE *f = std::fopen("/proc/self/status", "r");
  uint64_t kib = 0, total = 0;
  char line[256];
  while (f && std::fgets(line, sizeof line, f))
    if (std::sscanf(line, "VmRSS: %" SCNu64, &kib) == 1 ||
        std::sscanf(line, "VmPTE: %" SCNu64, &kib) == 1)
      total += kib << 10;
  if (f)
    std::fclose(f);
  return total;
}

inline int serve(const char *system, const char *version,
                 std::initializer_list<Workload> workloads) {
  std::printf("system %s %s\n", system, version);
  std::fflush(stdout);
  char line[256], name[64];
  uint64_t param, ops;
  while (std::fgets(line, sizeof line, stdin)) {
    const Workload *found = nullptr;
    if (std::sscanf(line, "run %63s %" SCNu64 " %" SCNu64, name, &param, &ops) == 3)
      for (const Workload &w : workloads)
        if (!std::strcmp(w.name, name))
          found = &w;
    if (found) {
      Result r = found->run(param, ops);
      std::printf("%" PRIu64 " %" PRIu64 " %" PRIu64, r.ops, r.figure, r.answer);
      if (r.busy)
        std::printf(" %" PRIu64, r.busy);
      std::putchar('\n');
    } else {
      std::puts("none");
    }
    std::fflush(stdout);
  }
  return 0;
}

} // namespace bench
