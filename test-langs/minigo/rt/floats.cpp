// Floating-point text exactly as Go's strconv makes it: shortest digits by to_chars, correctly
// rounded digits by printf, laid out by Go's rules.
#include "rt.h"
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace minigo::rt {

// Digits d1d2d3... and exponent dp: value = 0.d1d2d3... * 10^dp.
static void shortest(double v, int bits, std::string &digits, int &dp) {
  char buf[64];
  auto r = bits == 32
               ? std::to_chars(buf, buf + sizeof buf, float(v), std::chars_format::scientific)
               : std::to_chars(buf, buf + sizeof buf, v, std::chars_format::scientific);
  std::string s(buf, r.ptr);
  size_t e = s.find('e');
  dp = atoi(s.c_str() + e + 1) + 1;
  for (char c : s.substr(0, e))
    if (c != '.')
      digits += c;
  while (digits.size() > 1 && digits.back() == '0')
    digits.pop_back();
  if (v == 0)
    dp = 1, digits = "0";
}

static std::string exponent_form(const std::string &digits, int dp, int precision, char e,
                                 bool zero) {
  std::string out(1, digits[0]);
  if (precision > 0) {
    out += '.';
    for (int k = 1; k <= precision; ++k)
      out += size_t(k) < digits.size() ? digits[size_t(k)] : '0';
  }
  int x = zero ? 0 : dp - 1;
  out += e;
  out += x < 0 ? '-' : '+';
  x = std::abs(x);
  if (x < 10)
    out += '0';
  return out + std::to_string(x);
}

static std::string fixed_form(const std::string &digits, int dp, int precision) {
  std::string out;
  if (dp > 0) {
    for (int k = 0; k < dp; ++k)
      out += size_t(k) < digits.size() ? digits[size_t(k)] : '0';
  } else
    out = "0";
  if (precision > 0) {
    out += '.';
    for (int k = 0; k < precision; ++k) {
      int at = dp + k;
      out += at >= 0 && size_t(at) < digits.size() ? digits[size_t(at)] : '0';
    }
  }
  return out;
}

// precision < 0: the shortest that reads back the same. No sign for positive numbers.
std::string format_float(double v, char verb, int precision, int bits) {
  if (std::isnan(v))
    return "NaN";
  if (std::isinf(v))
    return v < 0 ? "-Inf" : "+Inf";
  std::string sign = std::signbit(v) ? "-" : "";
  v = std::fabs(v);
  char lower = char(tolower(verb)), e = isupper((unsigned char)verb) ? 'E' : 'e';
  std::string digits;
  int dp = 0;
  if (precision < 0) {
    shortest(v, bits, digits, dp);
    bool zero = v == 0;
    if (lower == 'e')
      return sign + exponent_form(digits, dp, int(digits.size()) - 1, e, zero);
    if (lower == 'f')
      return sign + fixed_form(digits, dp, std::max(int(digits.size()) - dp, 0));
    int threshold = 6; // of %e, for the shortest form
    int x = dp - 1;
    if (x < -4 || x >= threshold)
      return sign + exponent_form(digits, dp, int(digits.size()) - 1, e, zero);
    return sign + fixed_form(digits, dp, std::max(int(digits.size()) - dp, 0));
  }
  char buf[512];
  if (lower == 'f') {
    std::string s(512, 0);
    int n = snprintf(s.data(), s.size(), "%.*f", precision, v);
    if (size_t(n) >= s.size()) {
      s.resize(size_t(n) + 1);
      snprintf(s.data(), s.size(), "%.*f", precision, v);
    }
    s.resize(size_t(n));
    return sign + s;
  }
  if (lower == 'e') {
    snprintf(buf, sizeof buf, "%.*e", std::min(precision, 400), v);
    std::string s = buf;
    size_t at = s.find('e');
    digits = s.substr(0, at);
    return sign + digits + e + s.substr(at + 1);
  }
  // 'g' with a precision: that many significant digits, trailing zeros dropped.
  int p = precision == 0 ? 1 : precision;
  snprintf(buf, sizeof buf, "%.*e", std::min(p, 400) - 1, v);
  std::string s = buf;
  size_t at = s.find('e');
  dp = atoi(s.c_str() + at + 1) + 1;
  for (char c : s.substr(0, at))
    if (c != '.')
      digits += c;
  while (digits.size() > 1 && digits.back() == '0')
    digits.pop_back();
  int eprec = p;
  if (eprec > int(digits.size()) && int(digits.size()) >= dp)
    eprec = int(digits.size());
  int x = dp - 1;
  if (v != 0 && (x < -4 || x >= eprec))
    return sign + exponent_form(digits, dp, int(digits.size()) - 1, e, false);
  if (v == 0)
    dp = 1;
  return sign + fixed_form(digits, dp, std::max(int(digits.size()) - dp, 0));
}

} // namespace minigo::rt
