// `wat run`: scripts, executed.
#pragma once
#include "driver/check.h"
#include "driver/compile.h"

namespace wat {

/// Compiles every module of \p text, then executes its commands. An assertion is a case; so is a module or
/// an action that should work and does not. Prints each failure, beginning with o.file and a line.
CheckResult run(std::string_view text, const CompileOptions &o);

} // namespace wat
