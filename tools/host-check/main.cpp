// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft-host-check ADAPTER[:params]: tries a host's adapter against the rules HOST-nn, each case in a process of its own, and says what was
// expected and what was seen. Exit 0: no rule is broken; 1: some; 2: it could not be tried.
#include "host_conformance/suite.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <dlfcn.h>
#include <nlohmann/json.hpp>
#include <sstream>

extern "C" const weft_host_check_adapter *weft_epoll_host_check(void);
extern "C" const weft_host_check_adapter *weft_manual_host_check(void);

using namespace host_conformance;

namespace {

const char *word_of(uint32_t verdict) { return verdict == WEFT_HOST_CHECK_PASSED ? "passed" : verdict == WEFT_HOST_CHECK_FAILED ? "FAILED" : "SKIPPED"; }

void print(const Result &r) {
  printf("%-8s %s: %s\n", word_of(r.verdict), r.id.c_str(), r.shows.c_str());
  std::istringstream why(r.why);
  if (r.verdict == WEFT_HOST_CHECK_FAILED)
    printf("           %s is broken\n", r.rule.c_str());
  for (std::string line; std::getline(why, line);)
    printf("           %s\n", line.c_str());
  fflush(stdout);
}

// The adapter that `spec` names, whose parameters are taken off; NULL and why not.
const weft_host_check_adapter *find_adapter(std::string spec, std::string &params, std::string &error) {
  if (size_t colon = spec.find(':', spec.rfind('/') == std::string::npos ? 0 : spec.rfind('/')); colon != std::string::npos) {
    params = spec.substr(colon + 1);
    spec.resize(colon);
  }
  if (spec == "epoll")
    return weft_epoll_host_check();
  if (spec == "manual")
    return weft_manual_host_check();
  if (spec.find('/') == std::string::npos)
    spec = "./" + spec;
  void *library = dlopen(spec.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *why = dlerror();
    error = std::string(why ? why : spec) + "; accepted: epoll, manual, or the path of an adapter";
    return nullptr;
  }
  auto *plugin = reinterpret_cast<const weft_host_check_adapter *(*)(void)>(dlsym(library, "weft_host_check_plugin"));
  if (!plugin) {
    error = spec + " exports no weft_host_check_plugin (weft/host_check.h)";
    return nullptr;
  }
  const weft_host_check_adapter *adapter = plugin();
  if (!adapter)
    error = spec + ": weft_host_check_plugin answered NULL";
  return adapter;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  std::string spec;
  bool listing = false, json = false;
  constexpr int64_t kMost = 1'000'000'000'000'000'000; // what is more, CLI11 would cut off
  CLI::App app{"Tries a host's adapter against the rules HOST-nn (abi/rules.md): each case in a process of its own, with a limit of time.\n"
               "What the adapter does not claim is skipped, by name. Exit 0: no rule is broken; 1: one is; 2: it could not be tried."};
  app.add_option("adapter", spec, "path[:params] of a library that exports weft_host_check_plugin; or epoll, manual");
  app.add_flag("--list", listing, "the cases, by rule, each of which stands on those before it");
  app.add_option("--rule,--only", options.only, "these rules or cases: HOST-05, HOST-17/close-race");
  app.add_option("--seed", options.seed, "for what is left to chance")->capture_default_str()->check(CLI::Range(int64_t{0}, kMost));
  app.add_option("--rounds", options.rounds, "of what is repeated; 0: the usual number of each case")->capture_default_str()->check(CLI::Range(int64_t{0}, kMost));
  app.add_option("--timeout", options.patience, "seconds without an iteration of the loop that are taken for never")->capture_default_str()->check(CLI::Range(1, 1000000));
  app.add_flag("--json", json, "results as one JSON object");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  std::vector<weft_host_check_case> all;
  for (size_t i = 0; const weft_host_check_case *one = weft_host_check_case_at(i); ++i)
    all.push_back(*one);
  if (listing) {
    for (const weft_host_check_case &one : all)
      printf("%-22s %s\n", (std::string(one.rule) + "/" + one.name).c_str(), one.shows);
    return 0;
  }
  for (const std::string &wanted : options.only)
    if (std::none_of(all.begin(), all.end(), [&](const weft_host_check_case &one) { return wanted == one.rule || wanted == std::string(one.rule) + "/" + one.name; })) {
      fprintf(stderr, "weft-host-check: --rule %s: no such rule or case; --list names them\n", wanted.c_str());
      return 2;
    }
  std::string error = spec.empty() ? "which adapter? (--help)" : "";
  const weft_host_check_adapter *adapter = error.empty() ? find_adapter(spec, options.params, error) : nullptr;
  if (adapter)
    error = cannot_be_tried(*adapter, options);
  if (!adapter || !error.empty()) {
    fprintf(stderr, "weft-host-check: %s\n", error.c_str());
    return 2;
  }
  std::vector<Result> results = check(*adapter, options, [&](const Result &r) {
    if (!json)
      print(r);
  });
  size_t count[3] = {};
  nlohmann::json list = nlohmann::json::array();
  for (const Result &r : results) {
    count[r.verdict]++;
    nlohmann::json one = {{"case", r.id}, {"rule", r.rule}, {"shows", r.shows}, {"verdict", word_of(r.verdict)}};
    if (r.verdict != WEFT_HOST_CHECK_PASSED)
      one["why"] = r.why;
    list.push_back(one);
  }
  if (json)
    printf("%s\n", nlohmann::json({{"adapter", spec}, {"results", list}}).dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  else
    printf("%zu passed, %zu failed, %zu skipped\n", count[0], count[1], count[2]);
  return count[1] != 0;
}
