// The validator: every rule of WebAssembly 3.0 without SIMD and threads, and of stack switching,
// with the reference interpreter's texts. It changes nothing in the module; what it found out on
// its way stands in Validated, so that an IR generator needs no second pass over types:
//
//   - numbers[i] is the canonical number of the module's type i (CanonicalTypes). Two types are one
//     type if their numbers are, for call_indirect, casts and linking alike, between modules too.
//   - for each instruction its operands' height and whether it can be reached. The height at which
//     a branch to a block leaves its operands is the height at the block's opening instruction
//     without its parameters (and an if's condition).
//   - where one opcode serves many types, the operand's type.
//
// All else (an instruction's immediate types, a block's parameters) is one look-up in the module,
// whose indices are now in range.
#pragma once
#include "valid/canonical.h"

namespace wat {

/// What holds just before an instruction runs.
struct InstrFacts {
  /// Operands in the function's frame, of which unreachable code may have fewer than it takes.
  uint32_t height = 0;
  /// False after br, return, unreachable, throw and the like, until the block's else or end.
  bool reachable = false;
  /// drop, select, ref.is_null, ref.as_non_null, br_on_null, br_on_non_null, ref.test, ref.cast,
  /// br_on_cast*, *.convert_*: the type of the operand (its heap type a canonical number), Bot if
  /// nothing is known in unreachable code. Else Bot.
  ValType operand;
};

struct FuncFacts {
  std::vector<InstrFacts> code; // as Func::body.code
  uint32_t max_height = 0;
};

struct Validated {
  std::vector<Index> numbers;   // as Module::types
  std::vector<FuncFacts> funcs; // as Module::funcs; empty for imports
};

/// Validates \p m.
///
/// Errors: throws Error (Invalid) for the first rule broken, in the reference interpreter's order.
/// State:  \p types gains the module's types, also if it turns out invalid.
/// Time:   linear in the module for types and instructions of bounded width.
Validated validate(const Module &m, CanonicalTypes &types);

} // namespace wat
