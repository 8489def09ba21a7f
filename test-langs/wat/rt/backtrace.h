// Where running WebAssembly is, over all resumers, as addresses that are cheap to take and as text.
#pragma once
#include "rt/compiled.h"
#include <string>
#include <vector>

namespace wat {

constexpr size_t most_frames = 48;
/// The addresses of the frames from the caller outwards, at most most_frames; others than WebAssembly's are
/// among them.
std::vector<uintptr_t> frames();

/// One line for each frame of WebAssembly: `#0  $f (file.wat:3:5)`, without the place where there is no debug
/// information. `indent` begins each line.
std::string backtrace_text(const std::vector<uintptr_t> &frames, const char *indent);

/// Makes a module's functions known to the above; they stay. Any number of times.
void register_functions(const Compiled &c);

} // namespace wat
