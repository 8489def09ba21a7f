// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "host_conformance/suite.hpp"

#include "cases.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace host_conformance {

namespace {

// What others stand on comes first.
const std::vector<Case> &cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> line;
    for (const std::vector<Case> *part : {&table_cases(), &post_cases(), &time_cases(), &interrupt_cases(), &busy_cases(), &worker_cases(), &descriptor_cases(), &told_cases(), &end_cases(), &block_cases(), &block_interrupt_cases()})
      line.insert(line.end(), part->begin(), part->end());
    return line;
  }();
  return all;
}

std::string id_of(const Case &one) { return std::string(one.what.rule) + "/" + one.what.name; }

// "" or why it cannot be judged. A turn inside a turn, and a loop that ends, are seen wherever they happen, and once is enough.
std::string ground_of(const Case &one, const std::set<std::string> &broken) {
  std::istringstream rules(std::string(one.stands_on) + " 03 16");
  for (std::string rule; rules >> rule;)
    if (broken.count("HOST-" + rule))
      return "HOST-" + rule + " is broken, on which it stands";
  return "";
}

const char *wrong_with(const weft_host_check_adapter &a) {
  return a.abi != WEFT_ABI                                     ? "its abi is not WEFT_ABI"
         : a.size != sizeof(weft_host_check_adapter)           ? "its size is not that of weft_host_check_adapter"
         : !a.ops                                              ? "it has no ops"
         : !a.make || !a.attach || !a.run || !a.destroy        ? "it lacks one of make, attach, run and destroy"
                                                               : nullptr;
}

} // namespace

std::string cannot_be_tried(const weft_host_check_adapter &adapter, const Options &options) {
  if (options.params.empty() || wrong_with(adapter))
    return "";
  Report *report = new_report();
  run_apart(report, options.patience, [&] {
    void *host = nullptr;
    char error[300] = "";
    weft_status status = adapter.make(options.params.c_str(), &host, error, sizeof error);
    if (status == WEFT_E_INVAL)
      snprintf(report->text, sizeof report->text, "%s", error[0] ? error : weft_status_text(status));
  });
  return report->text; // who crashes or hangs in it is judged by the cases
}

std::vector<Result> check(const weft_host_check_adapter &adapter, const Options &options, const std::function<void(const Result &)> &tell) {
  std::vector<Result> results;
  Report *report = new_report();
  std::set<std::string> broken;
  const char *wrong = wrong_with(adapter);
  for (const Case &one : cases()) {
    std::string id = id_of(one);
    if (!options.only.empty() && std::none_of(options.only.begin(), options.only.end(), [&](const std::string &o) { return o == one.what.rule || o == id; }))
      continue;
    Result r = {id, one.what.rule, one.what.shows, WEFT_HOST_CHECK_PASSED, ""};
    if (wrong) {
      r.rule = "HOST-01";
      r.verdict = WEFT_HOST_CHECK_FAILED;
      r.why = std::string("weft_host_check_adapter: ") + wrong;
      results.push_back(r);
      tell(r);
      return results;
    }
    r.why = ground_of(one, broken);
    if (r.why.empty() && one.lacks && one.lacks(adapter))
      r.why = one.lacks(adapter);
    if (!r.why.empty()) {
      r.verdict = WEFT_HOST_CHECK_SKIPPED;
    } else {
      clear(report);
      Context context{adapter, options.params.c_str(), one.what.rule, options.seed, options.rounds, report};
      Ended ended = run_apart(report, options.patience, [&] { one.run(context); });
      if (report->told) { // also by who then hung
        r.verdict = WEFT_HOST_CHECK_FAILED;
        r.rule = report->rule;
        r.why = report->text;
      } else if (!ended.how.empty()) {
        r.verdict = WEFT_HOST_CHECK_FAILED;
        r.why = std::string("expected: ") + (report->expected ? report->expected.load() : one.what.shows) + "; seen: " + ended.how + (ended.said.empty() ? "" : "\n" + ended.said);
      } else if (report->skipped) {
        r.verdict = WEFT_HOST_CHECK_SKIPPED;
        r.why = report->text;
      }
      if (r.verdict == WEFT_HOST_CHECK_FAILED)
        broken.insert(r.rule);
    }
    results.push_back(r);
    tell(r);
  }
  return results;
}

} // namespace host_conformance

// --- In a process that has the loop already -------------------------------------------------------

using namespace host_conformance;

extern "C" {

size_t weft_host_check_cases(void) { return cases().size(); }

const weft_host_check_case *weft_host_check_case_at(size_t index) { return index < cases().size() ? &cases()[index].what : nullptr; }

weft_status weft_host_check_run(const weft_host_check_adapter *adapter, const char *params, const char *which, uint64_t seed, uint64_t rounds, unsigned seconds,
                                weft_host_check_result *result) {
  if (!adapter || wrong_with(*adapter) || !result || result->size < sizeof *result)
    return WEFT_E_INVAL;
  for (const Case &one : cases()) {
    if (id_of(one) != which)
      continue;
    result->verdict = WEFT_HOST_CHECK_PASSED;
    snprintf(result->rule, sizeof result->rule, "%s", one.what.rule);
    result->text[0] = '\0';
    if (const char *why = one.lacks ? one.lacks(*adapter) : nullptr) {
      result->verdict = WEFT_HOST_CHECK_SKIPPED;
      snprintf(result->text, sizeof result->text, "%s", why);
      return WEFT_OK;
    }
    static Report *report = new_report();
    clear(report);
    Context context{*adapter, params ? params : "", one.what.rule, seed, rounds, report};
    std::mutex lock;
    std::condition_variable ends;
    bool over = false;
    std::thread watch;
    if (seconds)
      watch = std::thread([&] {
        std::unique_lock<std::mutex> hold(lock);
        if (ends.wait_for(hold, std::chrono::seconds(seconds), [&] { return over; }))
          return;
        if (report->told)
          fprintf(stderr, "FAILED %s: %s: %s\n", report->rule, which, report->text);
        else
          fprintf(stderr, "FAILED %s: %s: expected: %s; seen: nothing of it within %u s\n", one.what.rule, which, report->expected ? report->expected.load() : one.what.shows, seconds);
        _exit(1);
      });
    one.run(context);
    {
      std::lock_guard<std::mutex> hold(lock);
      over = true;
    }
    ends.notify_all();
    if (watch.joinable())
      watch.join();
    if (report->told) {
      result->verdict = WEFT_HOST_CHECK_FAILED;
      snprintf(result->rule, sizeof result->rule, "%s", report->rule);
    } else if (report->skipped) {
      result->verdict = WEFT_HOST_CHECK_SKIPPED;
    }
    snprintf(result->text, sizeof result->text, "%s", report->text);
    return WEFT_OK;
  }
  return WEFT_E_NOTFOUND;
}
}
