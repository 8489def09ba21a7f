// `wat run`: scripts, executed.
#pragma once
#include "driver/check.h"

namespace wat {

/// Compiles every module of \p text, then executes its commands. An assertion is a case; so is a module or
/// an action that should work and does not. Prints each failure, beginning with \p file and a line.
CheckResult run(const std::string &file, std::string_view text, int level);

} // namespace wat
