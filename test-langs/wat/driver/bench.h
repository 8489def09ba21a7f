// Called by the command line alone.
#pragma once
#include "driver/compile.h"

namespace wat {

/// Serves weft-bench until its input ends; false when the modules do not link. Throws Error and WriteFailed.
bool bench(const std::vector<std::string> &texts, const CompileOptions &options);

} // namespace wat
