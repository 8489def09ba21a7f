// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft-sched-check PLUGIN[:key=val,..]: tries a scheduler against the rules SCHED-nn, each in processes of its own, and says
// which it breaks, by a schedule that replays. Exit 0: none; 1: some; 2: it could not be tried.
#include "conformance/suite.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>

using namespace conformance;

namespace {

const char *word_of(Verdict v) { return v == Verdict::Passed ? "passed" : v == Verdict::Failed ? "FAILED" : "SKIPPED"; }

std::string indented(const std::string &text, const char *by) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);)
    out += std::string(by) + line + "\n";
  return out;
}

// What a failure may depend on, as it was asked for.
std::string asked_for(const Options &o) {
  const Options usual;
  std::string out;
  for (auto [name, value, as_usual] : {std::tuple<const char *, uint64_t, uint64_t>{"steps", o.steps, usual.steps},
                                       {"threads-steps", o.threads_steps, usual.threads_steps},
                                       {"bound", o.bound, usual.bound},
                                       {"timeout", o.patience, usual.patience}})
    if (value != as_usual)
      out += std::string(" --") + name + " " + std::to_string(value);
  return out;
}

void print(const char *self, const Result &r, const Options &options) {
  // A test may find that another rule than its own is broken.
  const std::string id = r.test.empty() ? r.rule + "/" + r.name : r.test;
  printf("%-8s %s: %s\n", word_of(r.verdict), id.c_str(), r.shows.c_str());
  if (r.verdict == Verdict::Failed && id.compare(0, r.rule.size() + 1, r.rule + "/") != 0)
    printf("           %s is broken\n", r.rule.c_str());
  if (r.verdict == Verdict::Skipped)
    printf("           %s\n", r.why.c_str());
  if (r.verdict == Verdict::Failed) {
    printf("%s", indented(r.why, "           ").c_str());
    if (r.seed != 0)
      printf("           again: %s '%s' --only %s --seed %llu --seeds 1%s\n", self, options.spec.c_str(), r.test.c_str(),
             (unsigned long long)r.seed, asked_for(options).c_str());
    if (!r.schedule.empty())
      printf("           as a schedule, %zu of %zu steps (--save FILE, --replay FILE):\n%s", r.steps, r.of, indented(r.schedule, "             ").c_str());
  }
  fflush(stdout);
}

std::string read_file(const std::string &name) {
  std::ostringstream text;
  if (name == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream in(name);
  text << in.rdbuf();
  return text.str();
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  std::string replayed, save;
  std::vector<std::string> commands;
  bool listing = false, json = false, whole = false;
  constexpr int64_t kMost = 1'000'000'000'000'000'000; // what is more, CLI11 would cut off
  CLI::App app{"Tries a scheduler plug-in against the rules SCHED-nn (abi/rules.md): each test in a process of its own, from many seeds.\n"
               "What the plug-in does not claim is skipped, by name. Exit 0: no rule is broken; 1: one is; 2: it could not be tried."};
  app.add_option("plugin", options.spec, "as WEFT_SCHED takes it: path[:key=val,...]; or the name of one that comes with Weft");
  app.add_flag("--list", listing, "the tests, by rule");
  CLI::Option *only = app.add_option("--only", options.only, "these rules or tests: SCHED-05, SCHED-15/attr-order");
  app.add_option("--seeds", options.seeds, "how many, for each test")->capture_default_str()->check(CLI::Range(1, 1000000000));
  app.add_option("--seed", options.first_seed, "the first of them")->capture_default_str()->check(CLI::Range(int64_t{1}, kMost));
  app.add_option("--steps", options.steps, "of a schedule")->capture_default_str()->check(CLI::Range(1, 4000));
  app.add_option("--threads-steps", options.threads_steps, "picks by threads, for each seed (SCHED-09)")->capture_default_str();
  app.add_option("--bound", options.bound, "SCHED-05: picks for each entity that is ready; else 256 (n + 256)")->check(CLI::Range(1, 1000000));
  app.add_option("--timeout", options.patience, "seconds in one call that are taken for never")->capture_default_str()->check(CLI::Range(1, 1000000));
  app.add_option("--run", commands, "a program, with its arguments: answers under the plug-in as under fifo");
  app.add_option("--replay", replayed, "a schedule, as a failure prints it; - is standard input")->check(CLI::ExistingFile | CLI::IsMember({"-"}))
      ->excludes(only);
  app.add_option("--save", save, "writes the first failure's schedule to this file");
  app.add_flag("--whole", whole, "does not make schedules shorter");
  app.add_flag("--json", json, "results as one JSON object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  options.shrink = !whole;
  if (listing) {
    for (const Listed &l : list())
      printf("%-22s %s\n", (l.rule + "/" + l.name).c_str(), l.shows.c_str());
    return 0;
  }
  for (const std::string &one : options.only) {
    bool known = false;
    for (const Listed &l : list())
      known |= one == l.rule || one == l.rule + "/" + l.name;
    if (!known) {
      fprintf(stderr, "weft-sched-check: --only %s: no such rule or test; --list names them\n", one.c_str());
      return 2;
    }
  }
  std::string error = options.spec.empty() ? "which plug-in? (--help)" : "";
  if (error.empty())
    options.spec = find_plugin(options.spec, error);
  if (error.empty())
    error = cannot_be_tried(options);
  if (!error.empty()) {
    fprintf(stderr, "weft-sched-check: %s\n", error.c_str());
    return 2;
  }

  std::vector<std::string> answers;
  for (const std::string &command : commands) {
    answers.push_back(answer_under_fifo(options, command, error));
    if (!error.empty()) {
      fprintf(stderr, "weft-sched-check: --run %s: %s\n", command.empty() ? "''" : command.c_str(), error.c_str());
      return 2;
    }
  }

  std::vector<Result> results;
  auto tell = [&](const Result &r) {
    if (!json)
      print(argv[0], r, options);
  };
  if (!replayed.empty()) {
    try {
      results.push_back(replay(options, read_file(replayed)));
      tell(results.back());
    } catch (const std::runtime_error &e) {
      fprintf(stderr, "weft-sched-check: %s: %s\n", replayed.c_str(), e.what());
      return 2;
    }
  } else {
    results = check(options, tell);
    for (size_t i = 0; i < commands.size(); ++i) {
      results.push_back(run_program(options, commands[i], answers[i]));
      tell(results.back());
    }
  }
  size_t count[3] = {};
  nlohmann::json all = nlohmann::json::array();
  for (const Result &r : results) {
    count[static_cast<int>(r.verdict)]++;
    nlohmann::json one = {{"rule", r.rule}, {"test", r.name}, {"shows", r.shows}, {"verdict", word_of(r.verdict)}};
    if (r.verdict != Verdict::Passed)
      one["why"] = r.why;
    if (r.verdict == Verdict::Failed) {
      one["seed"] = r.seed;
      one["schedule"] = r.schedule;
      if (!save.empty() && !r.schedule.empty()) {
        if (!(std::ofstream(save) << r.schedule << std::flush)) {
          fprintf(stderr, "weft-sched-check: --save %s: %s\n", save.c_str(), strerror(errno));
          return 2;
        }
        save.clear();
      }
    }
    all.push_back(one);
  }
  if (json)
    printf("%s\n", nlohmann::json({{"plugin", options.spec}, {"results", all}}).dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  else
    printf("%zu passed, %zu failed, %zu skipped\n", count[0], count[1], count[2]);
  return count[1] != 0;
}
