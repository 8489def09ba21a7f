// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The conformance suite for schedulers: does a plug-in keep the rules SCHED-nn of abi/rules.md? weft-sched-check is its
// command. No function of a plug-in is called in the calling process, which must have one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace conformance {

enum class Verdict { Passed, Failed, Skipped };

struct Result {
  std::string rule, name, shows; // the rule that was broken may be another one than the test's
  Verdict verdict = Verdict::Passed;
  std::string why;      // it failed, or was skipped
  uint64_t seed = 0;    // it failed with
  std::string schedule; // that replays the failure; "" where the seed alone does
  size_t steps = 0, of = 0; // in it, and before it was made shorter
  std::string test = {};    // as --only takes it
};

struct Options {
  std::string spec; // path[:key=val,..]; see find_plugin
  std::vector<std::string> only; // rules, or RULE/test
  uint64_t first_seed = 1, seeds = 50;
  size_t steps = 400;   // of a schedule
  uint64_t bound = 0;   // of SCHED-05, picks for each entity that is ready; 0: 256 (n + 256)
  uint64_t threads_steps = 40'000;
  unsigned patience = 20; // seconds in one call of the policy that are taken for never
  bool shrink = true;
};

struct Listed {
  std::string rule, name, shows;
};
std::vector<Listed> list();

// As soon as each is known.
std::vector<Result> check(const Options &options, const std::function<void(const Result &)> &tell);

// The text of a Result's schedule again. Throws std::runtime_error when it is none.
Result replay(const Options &options, const std::string &schedule);

// What a program writes under `fifo`, and its exit code; error: why nothing can be judged by it.
std::string answer_under_fifo(const Options &options, const std::string &command, std::string &error);
// Runs it by the plug-in, with one worker and with three: the same output and exit code.
Result run_program(const Options &options, const std::string &command, const std::string &expected);

// What the user wrote, as WEFT_SCHED takes it: a file of this folder gets its ./, and the name of one that comes with Weft
// its path, from where the running program lies. "" and why not.
std::string find_plugin(const std::string &spec, std::string &error);

// "" or why there is nothing to judge: the file is no library, or the plug-in refuses the parameters that the user wrote.
std::string cannot_be_tried(const Options &options);

} // namespace conformance
