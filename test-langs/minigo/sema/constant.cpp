// Arithmetic on constants; see constant.h for the precision.
#include "sema/constant.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"

namespace minigo {
using llvm::APFloat;
using llvm::APInt;

static constexpr unsigned width = 1152;

ConstVal ConstVal::of_bool(bool v) {
  ConstVal c;
  c.kind = Bool;
  c.b = v;
  return c;
}
ConstVal ConstVal::of_int(int64_t v) {
  ConstVal c;
  c.i = APInt(width, uint64_t(v), true);
  return c;
}
ConstVal ConstVal::of_uint(uint64_t v) {
  ConstVal c;
  c.i = APInt(width, v);
  return c;
}
ConstVal ConstVal::of_big(const APInt &v) {
  ConstVal c;
  c.i = v;
  return c;
}
ConstVal ConstVal::of_float(const APFloat &v) {
  ConstVal c;
  c.kind = Float;
  c.f = v;
  return c;
}
ConstVal ConstVal::of_string(std::string v) {
  ConstVal c;
  c.kind = String;
  c.s = std::move(v);
  return c;
}

bool ConstVal::fits(int bits, bool is_signed) const {
  return is_signed ? i.isSignedIntN(unsigned(bits)) : !i.isNegative() && i.isIntN(unsigned(bits));
}

double ConstVal::as_double() const {
  APFloat v = to_float().f;
  bool lost;
  v.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
  return v.convertToDouble();
}

ConstVal ConstVal::to_float() const {
  if (kind == Float)
    return *this;
  APFloat v(APFloat::IEEEquad());
  v.convertFromAPInt(i, true, APFloat::rmNearestTiesToEven);
  return of_float(v);
}

std::optional<ConstVal> ConstVal::to_int() const {
  if (kind == Int)
    return *this;
  if (kind != Float)
    return std::nullopt;
  APFloat f = this->f;
  if (!f.isInteger()) {
    // Go computes in rationals: 0.001 * 1e9 is an integer. Forgive what our precision lost.
    APFloat near = f, error = f;
    near.roundToIntegral(APFloat::rmNearestTiesToEven);
    error.subtract(near, APFloat::rmNearestTiesToEven);
    error.clearSign();
    APFloat limit = scalbn(f, -100, APFloat::rmNearestTiesToEven);
    limit.clearSign();
    if (error.compare(limit) == APFloat::cmpGreaterThan)
      return std::nullopt;
    f = near;
  }
  llvm::APSInt v(width, false);
  bool exact;
  if (f.convertToInteger(v, APFloat::rmTowardZero, &exact) != APFloat::opOK)
    return std::nullopt;
  return of_big(v);
}

std::optional<ConstVal> ConstVal::rounded(bool single) const {
  APFloat v = to_float().f;
  bool lost;
  v.convert(single ? APFloat::IEEEsingle() : APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
            &lost);
  if (v.isInfinity())
    return std::nullopt;
  v.convert(APFloat::IEEEquad(), APFloat::rmNearestTiesToEven, &lost);
  if (v.isZero() && v.isNegative())
    v.clearSign();
  return of_float(v);
}

std::string ConstVal::text() const {
  llvm::SmallString<64> out;
  switch (kind) {
  case Bool:
    return b ? "true" : "false";
  case Int:
    i.toString(out, 10, true);
    return out.str().str();
  case Float: {
    char buf[64];
    snprintf(buf, sizeof buf, "%.6g", as_double());
    return buf;
  }
  case String: {
    std::string q = "\"";
    for (char ch : s) {
      if (ch == '\n')
        q += "\\n";
      else if (ch == '\t')
        q += "\\t";
      else if (ch == '"' || ch == '\\')
        (q += '\\') += ch;
      else
        q += ch;
    }
    return q + "\"";
  }
  }
  return "";
}

std::optional<ConstVal> parse_number(const std::string &raw, bool is_float) {
  if (is_float) {
    APFloat v(APFloat::IEEEquad());
    auto st = v.convertFromString(raw, APFloat::rmNearestTiesToEven);
    if (!st) {
      llvm::consumeError(st.takeError());
      return std::nullopt;
    }
    return ConstVal::of_float(v);
  }
  unsigned radix = 10;
  size_t start = 0;
  if (raw.size() > 1 && raw[0] == '0') {
    char p = char(tolower(raw[1]));
    radix = p == 'x' ? 16 : p == 'b' ? 2 : 8;
    start = p == 'x' || p == 'b' || p == 'o' ? 2 : 1;
  }
  llvm::StringRef digits = llvm::StringRef(raw).drop_front(start);
  if (APInt::getBitsNeeded(digits, uint8_t(radix)) > 512)
    return std::nullopt;
  return ConstVal::of_big(APInt(width, digits, uint8_t(radix)));
}

void const_match(ConstVal &x, ConstVal &y) {
  if (x.kind == ConstVal::Float && y.kind == ConstVal::Int)
    y = y.to_float();
  else if (y.kind == ConstVal::Float && x.kind == ConstVal::Int)
    x = x.to_float();
}

ConstVal const_binary(Tok op, const ConstVal &x, const ConstVal &y, bool integer_division) {
  switch (x.kind) {
  case ConstVal::Bool:
    return ConstVal::of_bool(op == Tok::LAnd ? x.b && y.b : x.b || y.b);
  case ConstVal::String:
    return ConstVal::of_string(x.s + y.s);
  case ConstVal::Int:
    switch (op) {
    case Tok::Add:
      return ConstVal::of_big(x.i + y.i);
    case Tok::Sub:
      return ConstVal::of_big(x.i - y.i);
    case Tok::Mul:
      return ConstVal::of_big(x.i * y.i);
    case Tok::Quo:
      if (integer_division)
        return ConstVal::of_big(x.i.sdiv(y.i));
      return const_binary(op, x.to_float(), y.to_float(), false);
    case Tok::Rem:
      return ConstVal::of_big(x.i.srem(y.i));
    case Tok::And:
      return ConstVal::of_big(x.i & y.i);
    case Tok::Or:
      return ConstVal::of_big(x.i | y.i);
    case Tok::Xor:
      return ConstVal::of_big(x.i ^ y.i);
    case Tok::AndNot:
      return ConstVal::of_big(x.i & ~y.i);
    case Tok::Shl:
      return ConstVal::of_big(x.i.shl(unsigned(y.as_int64())));
    case Tok::Shr:
      return ConstVal::of_big(
          x.i.ashr(unsigned(std::min<uint64_t>(uint64_t(y.as_int64()), width - 1))));
    default:
      break;
    }
    break;
  case ConstVal::Float: {
    APFloat v = x.f;
    auto rm = APFloat::rmNearestTiesToEven;
    switch (op) {
    case Tok::Add:
      v.add(y.f, rm);
      break;
    case Tok::Sub:
      v.subtract(y.f, rm);
      break;
    case Tok::Mul:
      v.multiply(y.f, rm);
      break;
    case Tok::Quo:
      v.divide(y.f, rm);
      break;
    default:
      break;
    }
    return ConstVal::of_float(v);
  }
  }
  return x;
}

bool const_compare(Tok op, const ConstVal &x, const ConstVal &y) {
  int c = 0;
  switch (x.kind) {
  case ConstVal::Bool:
    c = int(x.b) - int(y.b);
    break;
  case ConstVal::Int:
    c = x.i.slt(y.i) ? -1 : x.i == y.i ? 0 : 1;
    break;
  case ConstVal::Float: {
    auto r = x.f.compare(y.f);
    c = r == APFloat::cmpLessThan ? -1 : r == APFloat::cmpEqual ? 0 : 1;
    break;
  }
  case ConstVal::String:
    c = x.s.compare(y.s);
    break;
  }
  switch (op) {
  case Tok::Eql:
    return c == 0;
  case Tok::Neq:
    return c != 0;
  case Tok::Lss:
    return c < 0;
  case Tok::Leq:
    return c <= 0;
  case Tok::Gtr:
    return c > 0;
  default:
    return c >= 0;
  }
}

} // namespace minigo
