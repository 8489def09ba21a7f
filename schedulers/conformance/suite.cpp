// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "conformance/suite.h"

#include "load.h"
#include "tests.h"
#include "weft/host.h"

#include <chrono>
#include <cstring>
#include <map>
#include <set>
#include <stdexcept>

namespace conformance {

namespace {

// SCHED-03 by the loader itself: what WEFT_SCHED would say.
std::string refused_by_runtime(const std::string &spec, Report *report, weft_status &status) {
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.sched = spec.c_str();
  config.flags = WEFT_RT_IGNORE_ENV;
  weft_runtime *rt = nullptr;
  char error[512] = "";
  strcpy(report->call, "create");
  status = weft_runtime_create(&config, &rt, error, sizeof error);
  if (status != WEFT_OK)
    return error[0] ? error : weft_status_text(status);
  strcpy(report->call, "destroy");
  weft_runtime_destroy(rt);
  report->call[0] = '\0';
  return "";
}

// How many workers its create takes, of four; `own`: the table of such an instance.
uint32_t workers_of(const weft_sched_ops &ops, const Params &params, Report *report, weft_sched_ops &own) {
  for (uint32_t workers : {4, 1}) {
    Made made = make_policy(ops, params, workers, report);
    own = made.ops;
    if (made.status != WEFT_OK)
      continue;
    strcpy(report->call, "destroy");
    own.destroy(made.self);
    report->call[0] = '\0';
    return workers;
  }
  return 1;
}

class Suite {
public:
  explicit Suite(const Options &options) : options_(options), params_(params_of(options.spec)), report_(new_report()) {}

  // One test, in its process; with a schedule that alone.
  Result run(const Test &test, const Schedule *schedule) {
    clear(report_);
    Ended ended = run_apart(report_, options_.patience, [&] { in_child(test, schedule); });
    Result r{test.rule, test.name, test.shows, Verdict::Passed, "", 0, "", 0, 0};
    slow_ = report_->slow || ended.hung;
    ended_ = !ended.how.empty();
    if (!ended.how.empty()) {
      r.verdict = Verdict::Failed;
      r.why = ended.how + (ended.said.empty() ? "" : "\n" + ended.said);
    } else if (report_->failed) {
      r.verdict = Verdict::Failed;
      r.rule = report_->rule;
      r.why = report_->text;
    } else if (report_->skipped) {
      r.verdict = Verdict::Skipped;
      r.why = report_->text;
    }
    if (r.verdict != Verdict::Failed)
      return r;
    r.seed = report_->seed;
    r.test = id_of(test);
    failing_ = {id_of(test), report_->seed, report_->workers, {report_->steps, report_->steps + report_->step_count}};
    return r;
  }

  // The schedule of the last failure, shorter if it can be.
  void explain(const Test &test, Result &r) {
    if (!test.replay || failing_.steps.empty())
      return;
    Schedule s = failing_;
    r.of = s.steps.size();
    const bool slow = slow_, ended = ended_;
    if (!slow && fails_so(test, s, r) && options_.shrink)
      shrink(test, s, r);
    slow_ = slow;
    ended_ = ended;
    r.steps = s.steps.size();
    r.schedule = text_of(s);
  }

  bool slow() const { return slow_; }         // the last failure makes the others wait, too
  bool ended() const { return ended_; } // by no answer of a check: it crashed, or never returned

private:
  void in_child(const Test &test, const Schedule *schedule) {
    Report *report = report_;
    std::string error;
    weft_status status = WEFT_OK;
    if (test.ground == kNothing)
      error = refused_by_runtime(options_.spec, report, status);
    const weft_sched_ops *ops = error.empty() ? load(path_of(options_.spec), error) : nullptr;
    Run run{ops ? *ops : none_, options_.spec, params_, report, 1, options_.first_seed, options_.seeds, options_.steps, options_.bound,
            options_.threads_steps};
    if (!error.empty())
      return run.fail("SCHED-03", error);
    if (const char *lacks = test.lacks ? test.lacks(*ops) : nullptr)
      return run.skip(std::string("without ") + lacks);
    weft_sched_ops own = *ops;
    run.most_workers = workers_of(*ops, params_, report, own);
    if (const char *lacks = test.lacks ? test.lacks(own) : nullptr)
      return run.skip(std::string("without ") + lacks);
    if (run.most_workers < 2 && (strcmp(test.rule, "SCHED-12") == 0 || strcmp(test.rule, "SCHED-09") == 0))
      return run.skip("without more than one worker, which its create refuses");
    if (schedule) {
      report->seed = schedule->seed;
      report->workers = schedule->workers;
      return test.replay(run, test, *schedule);
    }
    uint64_t seeds = test.each || test.most_seeds < options_.seeds ? test.most_seeds : options_.seeds;
    for (uint64_t i = 0; i < seeds && !report->failed && !report->skipped; ++i) {
      report->step_count = 0;
      report->seed = options_.first_seed + i;
      test.run(run, test, report->seed);
    }
  }

  bool fails_so(const Test &test, const Schedule &s, Result &r) {
    Result again = run(test, &s);
    if (again.verdict != Verdict::Failed || again.rule != r.rule)
      return false;
    r.why = again.why;
    return true;
  }

  // Leaves out what is not needed, in halves, quarters and so on, as long as the same rule breaks.
  void shrink(const Test &test, Schedule &s, Result &r) {
    using Clock = std::chrono::steady_clock;
    auto end = Clock::now() + std::chrono::seconds(8);
    s.steps.resize(failing_.steps.size()); // none after the one that failed
    for (size_t part = (s.steps.size() + 1) / 2; part != 0 && Clock::now() < end;) {
      bool shorter = false;
      for (size_t at = 0; at < s.steps.size() && Clock::now() < end;) {
        Schedule less = s;
        size_t n = part < s.steps.size() - at ? part : s.steps.size() - at;
        less.steps.erase(less.steps.begin() + static_cast<long>(at), less.steps.begin() + static_cast<long>(at + n));
        if (!less.steps.empty() && fails_so(test, less, r)) {
          s = less;
          shorter = true;
        } else {
          at += n;
        }
      }
      if (part > 1)
        part = (part + 1) / 2;
      else if (!shorter)
        break;
    }
    fails_so(test, s, r);
  }

  const Options &options_;
  Params params_;
  Report *report_;
  Schedule failing_;
  bool slow_ = false, ended_ = false;
  weft_sched_ops none_ = {};
};

const Test &once() {
  for (const Test &test : tests())
    if (strcmp(test.name, "once") == 0)
      return test;
  abort();
}

bool wanted(const Options &options, const Test &test) {
  for (const std::string &one : options.only)
    if (one == test.rule || one == id_of(test))
      return true;
  return options.only.empty();
}

} // namespace

std::vector<Listed> list() {
  std::vector<Listed> all;
  for (const Test &t : tests())
    all.push_back({t.rule, t.name, t.shows});
  return all;
}

std::string cannot_be_tried(const Options &options) {
  Report *report = new_report();
  const bool parameters = path_of(options.spec) != options.spec;
  run_apart(report, options.patience, [&] {
    weft_status status = WEFT_OK;
    std::string not_there, why = refused_by_runtime(options.spec, report, status);
    // A plug-in's own create may say not found, too: that is its answer, and judged.
    if ((status == WEFT_E_NOTFOUND && !load(path_of(options.spec), not_there)) || (status == WEFT_E_INVAL && parameters))
      snprintf(report->text, sizeof report->text, "%s", why.c_str());
  });
  return report->text; // who crashes or hangs in it is judged by the tests
}

std::vector<Result> check(const Options &options, const std::function<void(const Result &)> &tell) {
  Suite suite(options);
  std::vector<Result> results;
  std::set<std::string> broken;          // by a test of their own or another one's
  std::map<std::string, Result> by_others;
  std::string slow; // the rule that is broken so that no other test comes to an end in time, or at all
  auto add = [&](const Result &r) {
    results.push_back(r);
    tell(r);
  };
  for (const Test &test : tests()) {
    if (!wanted(options, test))
      continue;
    std::string ground;
    for (const std::string &rule : broken)
      if (rule == "SCHED-03" || test.ground == kFull ||
          (test.ground == kQueue && (rule == "SCHED-01" || rule == "SCHED-02" || rule == "SCHED-09" || rule == "SCHED-16" || rule == "SCHED-18")))
        ground = rule;
    if (!slow.empty())
      ground = slow;
    if (!ground.empty()) {
      add({test.rule, test.name, test.shows, Verdict::Skipped, "cannot be judged, as " + ground + " is broken", 0, "", 0, 0});
      continue;
    }
    Result r = suite.run(test, nullptr);
    if (r.verdict != Verdict::Failed) {
      add(r);
      continue;
    }
    // What became of a queue that something is in twice, say, is not what broke first.
    if (suite.ended() && test.ground == kTable) {
      Result first = suite.run(once(), nullptr);
      if (first.verdict == Verdict::Failed && !suite.ended()) {
        suite.explain(once(), first);
        broken.insert(first.rule);
        by_others.emplace(first.rule, first);
        add({test.rule, test.name, test.shows, Verdict::Skipped, "cannot be judged, as " + first.rule + " is broken", 0, "", 0, 0});
        continue;
      }
      slow = r.rule;
    } else {
      if (suite.slow())
        slow = r.rule;
      suite.explain(test, r);
    }
    broken.insert(r.rule);
    if (r.rule == test.rule) {
      add(r);
      continue;
    }
    by_others.emplace(r.rule, r);
    add({test.rule, test.name, test.shows, Verdict::Skipped, "cannot be judged, as " + r.rule + " is broken", 0, "", 0, 0});
  }
  for (auto &[rule, r] : by_others) {
    bool known = false;
    for (const Result &other : results)
      known |= other.verdict == Verdict::Failed && other.rule == rule;
    if (!known)
      add(r);
  }
  return results;
}

Result replay(const Options &options, const std::string &text) {
  Schedule schedule;
  if (std::string wrong = parse(text, schedule); !wrong.empty())
    throw std::runtime_error(wrong);
  for (const Test &test : tests()) {
    if (id_of(test) != schedule.rule)
      continue;
    if (!test.replay)
      throw std::runtime_error(schedule.rule + " replays by --only and --seed alone");
    Suite suite(options);
    Result r = suite.run(test, &schedule);
    r.schedule = text_of(schedule);
    r.steps = r.of = schedule.steps.size();
    return r;
  }
  throw std::runtime_error("there is no test '" + schedule.rule + "'; --list names them");
}

} // namespace conformance
