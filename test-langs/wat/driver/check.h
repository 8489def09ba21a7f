// `wat check`: what can be said of a script without running it.
#pragma once
#include "syntax/script.h"

namespace wat {

struct CheckResult {
  unsigned passed = 0, failed = 0, skipped = 0; // skipped: what is not supported
};

/// Reads and validates every module of \p commands and judges assert_malformed and assert_invalid; other
/// commands must only parse. Prints each failure, beginning with \p file and a line.
CheckResult check(const std::string &file, const std::vector<Command> &commands);

/// The module of \p d, in whatever form; throws Error when it is malformed or not supported.
Module load(const Definition &d);

} // namespace wat
