// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The tests: what each shows, what it needs to be judged, and how it runs. Each runs in a process of its own (apart.h), from
// many seeds, and stops at the first that breaks a rule. A test may rely on what those before it show: one whose
// ground has gone is skipped, so that a policy that is wrong in one way fails in one place.
#pragma once

#include "generate.h"

namespace conformance {

struct Run {
  const weft_sched_ops &ops;
  const std::string &spec;
  const Params &params;
  Report *report;
  uint32_t most_workers; // that its create takes
  uint64_t first_seed, seeds;
  size_t steps;    // of a schedule
  uint64_t bound;  // picks that are taken for never, or 0
  uint64_t threads_steps;

  bool parallel() const { return ops.flags & WEFT_SCHED_PARALLEL; }
  void skip(const std::string &why) const;
  void fail(const std::string &rule, const std::string &text) const;
  void log(const Step &step) const;
};

enum Ground : uint32_t { kNothing = 0, kTable = 1, kQueue = 2, kFull = 4 };

struct Test {
  const char *rule, *name, *shows;
  Ground ground;
  const char *(*lacks)(const weft_sched_ops &ops); // NULL: nothing
  void (*run)(const Run &run, const Test &test, uint64_t seed);
  // NULL: it replays by its seed alone.
  void (*replay)(const Run &run, const Test &test, const Schedule &schedule);
  Profile profile = {};
  uint64_t most_seeds = UINT64_MAX;
  bool each = false; // most_seeds are cases of their own, of which none is left out
};

const std::vector<Test> &tests();
inline std::string id_of(const Test &t) { return std::string(t.rule) + "/" + t.name; }

// What became of a model, into the report, by this test's rule or the one that was broken.
void judge(const Run &run, const Test &test, Model &model);

// order.cpp
void run_line(const Run &run, const Test &test, uint64_t seed);
void replay_line(const Run &run, const Test &test, const Schedule &schedule);
void run_order(const Run &run, const Test &test, uint64_t seed);
void run_attr_order(const Run &run, const Test &test, uint64_t seed);
void replay_order(const Run &run, const Test &test, const Schedule &schedule);
// starvation.cpp
void run_starvation(const Run &run, const Test &test, uint64_t seed);
constexpr uint64_t kStarvations = 60;
// weights.cpp
void run_weights(const Run &run, const Test &test, uint64_t seed);
void run_idle(const Run &run, const Test &test, uint64_t seed);
// programs.cpp
void run_programs(const Run &run, const Test &test, uint64_t seed);
uint64_t programs();

} // namespace conformance
