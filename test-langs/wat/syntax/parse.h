// The text format's front door.
#pragma once
#include "syntax/module.h"

namespace wat {

/// The module in \p text: `(module ...)`, or its fields alone. Throws Error; its positions count from
/// the start of the text. Indices that are numbers are not checked: that is the validator's work.
Module parse_module(std::string_view text);

/// The model as text, one line for each item and instruction, for people and tests.
std::string dump(const Module &m);
std::string to_text(const ValType &t);
std::string to_text(const HeapType &t);
/// \p name as `$name`, or as `$"na me"` when it is no plain identifier.
std::string quoted_id(std::string_view name);

} // namespace wat
