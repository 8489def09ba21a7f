// Addresses to places in a module's text, for backtraces: a reader of the line tables that `-g` leaves.
#pragma once
#include "syntax/types.h"
#include <string>

namespace wat {

/// Reads the line tables of a file that is loaded (a library's path, "" for the program) and keeps them, so
/// that the file may go. For libraries that go; others are read when they are first asked for.
void keep_lines(const std::string &file);

/// The place that an instruction at `address` in this process was made for. False when none is known.
bool line_of(uintptr_t address, Pos &place);

} // namespace wat
