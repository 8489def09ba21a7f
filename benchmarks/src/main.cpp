// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft-bench: workloads x systems, side by side in one run. `./dev bench` builds and runs it.
//
// It fails only when an answer is wrong or a program dies. A reach that is missed is a line in the
// table: figures depend on the machine, so no build may hang on them.
#include "report.h"
#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <regex>

int main(int argc, char **argv) {
  bench::Options options;
  std::string json, markdown;
  bool list = false;
  CLI::App app("Measures Weft beside other systems, interleaved, after checking their answers.");
  app.add_option("--json", json, "Write all samples, the machine and versions to this file")
      ->type_name("FILE");
  app.add_option("--markdown", markdown, "Write the table to this file (docs/benchmarks.md)")
      ->type_name("FILE");
  app.add_option("--filter", options.filter,
                 "Only rows whose name or title matches this regular expression")
      ->type_name("REGEX")
      ->check([](const std::string &pattern) {
        try {
          std::regex unused(pattern);
          return std::string();
        } catch (const std::regex_error &e) {
          return std::string(e.what());
        }
      });
  app.add_option("--rounds", options.rounds, "How often each system runs each row")
      ->type_name("N")
      ->check(CLI::Range(1u, 10000u))
      ->capture_default_str();
  app.add_option("--round-ms", options.round_ms, "About how long one run takes")
      ->check(CLI::Range(0.1, 10000.))
      ->capture_default_str();
  app.add_flag("--quick", options.quick, "Only check the answers on the small inputs");
  app.add_flag("--list", list, "List the rows and what they are");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? 0 : 2; // as our other programs; CLI11 has a number for each mistake
  }

  if (list) {
    for (const bench::Row &row : bench::rows())
      std::printf("%-18s %6llu  %s\n    %s\n", row.workload,
                  static_cast<unsigned long long>(row.param), row.title, row.about);
    return 0;
  }

  std::signal(SIGPIPE, SIG_IGN); // a system that died is told of by its missing answer
  bench::Machine machine = bench::look_at_machine(argc, argv);
  auto self = std::filesystem::read_symlink("/proc/self/exe");
  auto build = self.parent_path().parent_path();
  setenv("WEFT_SCHED", (build / "lib/weft-sched-fifo.so").c_str(), 0);
  unsetenv("WEFT_TRACE");
  unsetenv("WEFT_STATS");
  unsetenv("WEFT_MIGRATE");

  bench::Session session;
  std::vector<std::string> wrong;
  try {
    bench::start_systems(session, build, machine.all_cpus);
    if (!session.find(bench::kWeft) || !session.find(bench::kYardstick)) {
      std::fprintf(stderr, "weft-bench: no programs in %s\n",
                   (build / "benchmarks/systems").c_str());
      return 1;
    }
    std::vector<bench::Measured> all = bench::measure(session, options, wrong);
    if (all.empty()) {
      std::fprintf(stderr, "weft-bench: no row matches '%s' (--list shows them)\n",
                   options.filter.c_str());
      return 1;
    }
    if (!options.quick)
      bench::print_table(session, machine, all);
    size_t checked = 0;
    for (const bench::Measured &m : all)
      checked += m.figures.size();
    std::printf("answers: %zu right, %zu wrong\n", checked, wrong.size());
    if (!json.empty() && !bench::write_json(json, session, machine, options, all, wrong)) {
      std::fprintf(stderr, "weft-bench: cannot write %s\n", json.c_str());
      return 1;
    }
    if (!markdown.empty() && !bench::write_markdown(markdown, session, machine, options, all)) {
      std::fprintf(stderr, "weft-bench: cannot write %s\n", markdown.c_str());
      return 1;
    }
  } catch (const std::exception &e) {
    std::fprintf(stderr, "weft-bench: %s\n", e.what());
    return 1;
  }
  for (const std::string &line : wrong)
    std::fprintf(stderr, "weft-bench: wrong: %s\n", line.c_str());
  return wrong.empty() ? 0 : 1;
}
