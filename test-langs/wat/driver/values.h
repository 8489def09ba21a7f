// Values of scripts: how they are shown, and when a result is one that was expected.
#pragma once
#include "rt/instance.h"
#include "syntax/script.h"

namespace wat {

/// A value as it came. Its type names no defined type: their indices mean something in one module alone.
struct Result {
  ValType type;
  uint64_t bits = 0;
};

/// The type of a value for Result: of a defined type, what it is by kind.
ValType plain(ValType t, List<TypeInfo> types);

std::string show(const Result &r);
std::string show(const Value &v); // an argument, or what is expected
bool matches(const Value &want, const Result &r);

} // namespace wat
