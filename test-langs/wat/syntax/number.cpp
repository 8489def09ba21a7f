// The lexer has checked the form, underscores included; here it is about range and rounding, which
// strtof and strtod do correctly for decimal and hexadecimal alike.
#include "syntax/number.h"
#include <bit>
#include <cmath>
#include <cstdlib>
#include <string>

namespace wat {

static uint64_t mask(unsigned bits) {
  return bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
}

bool parse_nat(std::string_view text, unsigned bits, uint64_t &out) {
  unsigned base = text.starts_with("0x") ? 16 : 10;
  if (base == 16)
    text.remove_prefix(2);
  uint64_t max = mask(bits), n = 0;
  for (char c : text) {
    if (c == '_')
      continue;
    unsigned d = c >= '0' && c <= '9' ? unsigned(c - '0') : (unsigned(c) | 32) - 'a' + 10;
    if (d >= base || n > (max - d) / base)
      return false; // a float where an integer should be, or too big
    n = n * base + d;
  }
  out = n;
  return true;
}

bool parse_int(std::string_view text, unsigned bits, uint64_t &out) {
  bool negative = text[0] == '-';
  if (negative || text[0] == '+')
    text.remove_prefix(1);
  if (!parse_nat(text, bits, out))
    return false;
  if (negative && out > uint64_t(1) << (bits - 1))
    return false;
  if (negative)
    out = (0 - out) & mask(bits);
  return true;
}

template <class F, class Bits, unsigned mantissa, F (*convert)(const char *, char **)>
static bool parse_float(std::string_view text, uint64_t &out) {
  bool negative = text[0] == '-';
  std::string_view magnitude = text.substr(negative || text[0] == '+');
  Bits sign = Bits(negative) << (sizeof(Bits) * 8 - 1);
  Bits inf = ((Bits(1) << (sizeof(Bits) * 8 - 1 - mantissa)) - 1) << mantissa;
  if (magnitude == "inf")
    return out = sign | inf, true;
  if (magnitude == "nan")
    return out = sign | inf | Bits(1) << (mantissa - 1), true;
  if (magnitude.starts_with("nan:")) {
    uint64_t payload;
    if (!parse_nat(magnitude.substr(4), mantissa, payload) || payload == 0)
      return false;
    return out = sign | inf | Bits(payload), true;
  }
  std::string clean;
  for (char c : text)
    if (c != '_')
      clean += c;
  F value = convert(clean.c_str(), nullptr);
  if (std::isinf(value))
    return false;
  return out = std::bit_cast<Bits>(value), true;
}

bool parse_f32(std::string_view text, uint64_t &out) {
  return parse_float<float, uint32_t, 23, strtof>(text, out);
}
bool parse_f64(std::string_view text, uint64_t &out) {
  return parse_float<double, uint64_t, 52, strtod>(text, out);
}

} // namespace wat
