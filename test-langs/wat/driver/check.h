// `wat check`: what can be said of a script without running it.
#pragma once
#include "syntax/script.h"
#include <span>

namespace wat {

struct CheckResult {
  unsigned passed = 0, failed = 0, skipped = 0; // skipped: what is not supported
  void add(const CheckResult &r) {
    passed += r.passed;
    failed += r.failed;
    skipped += r.skipped;
  }
};

/// Reads and validates every module of \p commands and judges assert_malformed and assert_invalid; other
/// commands must only parse. Prints each failure, beginning with \p file and a line.
CheckResult check(const std::string &file, std::span<const Command> commands);

/// The module of \p d, in whatever form; throws Error when it is malformed or not supported.
Module load(const Definition &d);

/// Where an error is, in words that hold for the form of the module, whose script is \p file.
std::string place(const std::string &file, const Definition &d, const Error &e);

} // namespace wat
