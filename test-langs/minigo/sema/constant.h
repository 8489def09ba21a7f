// Constant values. Integers are exact to 512 bits, gc's own limit, and checked; floats are IEEE
// quad, enough that rounding to float64 agrees with Go in all but adversarial cases.
#pragma once
#include "syntax/lexer.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include <optional>
#include <string>

namespace minigo {

struct ConstVal {
  enum Kind : uint8_t { Bool, Int, Float, String } kind = Int;
  bool b = false;
  llvm::APInt i{1152, 0}; // signed; wide enough that no single operation overflows it
  llvm::APFloat f{llvm::APFloat::IEEEquad()};
  std::string s;

  static ConstVal of_bool(bool v);
  static ConstVal of_int(int64_t v);
  static ConstVal of_uint(uint64_t v);
  static ConstVal of_big(const llvm::APInt &v);
  static ConstVal of_float(const llvm::APFloat &v);
  static ConstVal of_string(std::string v);

  bool fits(int bits, bool is_signed) const; // Int
  int64_t as_int64() const { return int64_t(i.getLoBits(64).trunc(64).getZExtValue()); }
  bool too_big() const { return kind == Int && i.getSignificantBits() > 513; }
  double as_double() const;
  /// As Float, from Int or Float.
  ConstVal to_float() const;
  /// As Int if it is integral.
  std::optional<ConstVal> to_int() const;
  /// Rounded to float32 or float64; nullopt on overflow.
  std::optional<ConstVal> rounded(bool single) const;
  /// As messages print it.
  std::string text() const;
};

std::optional<ConstVal> parse_number(const std::string &raw, bool is_float);
/// Both of one kind. Division by zero must have been excluded. integer_division: '/' truncates.
ConstVal const_binary(Tok op, const ConstVal &x, const ConstVal &y, bool integer_division);
bool const_compare(Tok op, const ConstVal &x, const ConstVal &y);
/// Brings a pair of numeric constants to one kind.
void const_match(ConstVal &x, ConstVal &y);

} // namespace minigo
