// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft-trace-check FILE: reads a WEFT_TRACE file line by line and stops at the first that may not
// be. Exit 0: every run followed the picks. 1: one did not; its line is shown. 2: the file cannot
// be read or is no trace.
#include "checker.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

namespace {

constexpr const char *kUsage = "usage: weft-trace-check FILE\n"
                               "Checks a trace written under WEFT_TRACE=FILE: in one turn each run "
                               "of a task follows a pick of\n"
                               "each of its ancestor domains, and no fatal error ended the process. Exit 0: ok; 1: the line that is "
                               "wrong is shown; 2: not a trace.\n";

} // namespace

int main(int argc, char **argv) {
  if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
    fputs(kUsage, stdout);
    return 0;
  }
  if (argc != 2) {
    fputs(kUsage, stderr);
    return 2;
  }
  const char *file = argv[1];
  std::ifstream in(file);
  if (!in) {
    fprintf(stderr, "%s: %s\n", file, strerror(errno));
    return 2;
  }
  trace_check::Checker checker;
  std::string line;
  unsigned long long number = 0;
  while (std::getline(in, line)) {
    ++number;
    try {
      std::string wrong = checker.take(nlohmann::json::parse(line));
      if (!wrong.empty()) {
        fprintf(stderr, "%s:%llu: %s\n%s\n", file, number, wrong.c_str(), line.c_str());
        return 1;
      }
    } catch (const nlohmann::json::exception &) {
      fprintf(stderr, "%s:%llu: not JSON\n", file, number);
      return 2;
    } catch (const trace_check::Malformed &m) {
      fprintf(stderr, "%s:%llu: not an event: %s\n", file, number, m.why.c_str());
      return 2;
    }
  }
  if (in.bad()) {
    fprintf(stderr, "%s: %s\n", file, strerror(errno));
    return 2;
  }
  if (number == 0) {
    fprintf(stderr, "%s: empty: no trace\n", file);
    return 2;
  }
  printf("ok: %llu turns, %llu runs", (unsigned long long)checker.turns(), (unsigned long long)checker.runs());
  if (checker.workers() > 1)
    printf(", %zu workers", checker.workers());
  putchar('\n');
  return 0;
}
