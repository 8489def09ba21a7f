// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A case in a process of its own, so that an adapter that crashes, aborts or sleeps for ever ends only that. What the case
// expects and finds it writes into memory that both processes see: it is there whatever becomes of the case.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace host_conformance {

// Trivial, because it is mapped, not made.
struct Report {
  std::atomic<uint64_t> progress; // changes while the case goes on
  std::atomic<bool> failed;       // by the first who finds something, on whatever thread
  std::atomic<bool> told;         // rule and text are written
  std::atomic<const char *> expected; // what is waited for: a literal, which both processes have; NULL
  bool skipped, done;
  char rule[16];      // that was broken
  char text[1000];
};

struct Ended {
  std::string how;  // "": it returned; else such as "ended by SIGSEGV"
  std::string said; // the end of what it wrote
};

// One thread is in this process. `patience`: seconds without progress that are taken for never, and a tenth of the most that it may take.
Ended run_apart(Report *report, unsigned patience, const std::function<void()> &run);

// Memory for a report, all zeros; it is never given back.
Report *new_report();
void clear(Report *report);

} // namespace host_conformance
