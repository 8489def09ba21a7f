// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A test in a process of its own, so that a policy that crashes, aborts or never returns ends only that. What the test finds
// and does, it writes into memory that both processes see: it is there whatever becomes of the test.
#pragma once

#include "schedule.h"

#include <atomic>
#include <functional>

namespace conformance {

constexpr size_t kMaxSteps = 4000;

// Trivial, because it is mapped, not made.
struct Report {
  std::atomic<uint64_t> progress; // changes while the test goes on
  char call[24];                  // the policy's function that is running
  uint64_t seed;
  uint32_t workers;
  uint32_t step_count; // those begun
  Step steps[kMaxSteps];
  bool failed, skipped, slow, done;
  char rule[16]; // that was broken
  char text[1000];
};

struct Ended {
  std::string how;  // "": it returned; else such as "SIGSEGV in pick"
  std::string said; // the end of what it wrote
  bool hung = false;
};

// One thread is in this process. `patience`: seconds without progress that are taken for never.
Ended run_apart(Report *report, unsigned patience, const std::function<void()> &test);

// Memory for reports, all zeros; it is never given back.
Report *new_report();
void clear(Report *report);

} // namespace conformance
