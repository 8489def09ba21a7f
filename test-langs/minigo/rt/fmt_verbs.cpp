// Verbs on basic values: padding, integers, floats, strings. Follows the structure of Go's
// fmt/format.go, whose corner cases are the specification.
#include "fmt.h"
#include <cmath>
#include <cstdio>

namespace minigo::rt {

void Printer::clear_flags() {
  plus = minus = sharp = space = zero = plus_v = sharp_v = has_width = has_precision = false;
  width = precision = 0;
}

static int64_t rune_count(std::string_view s) {
  int64_t n = 0;
  for (int64_t i = 0; i < int64_t(s.size()); ++n)
    decode_rune(s.data(), int64_t(s.size()), i, &i);
  return n;
}

void Printer::pad(std::string_view s) {
  int64_t n = has_width ? width - rune_count(s) : 0;
  if (n <= 0) {
    out += s;
    return;
  }
  if (minus)
    (out += s).append(size_t(n), ' ');
  else
    out.append(size_t(n), zero ? '0' : ' ') += s;
}

void Printer::boolean(bool b, Iface v, char32_t verb) {
  if (verb == 't' || verb == 'v')
    pad(b ? "true" : "false");
  else
    bad_verb(v, verb);
}

void Printer::integer_text(uint64_t u, int base, bool is_signed, char32_t verb, bool upper) {
  bool negative = is_signed && int64_t(u) < 0;
  if (negative)
    u = -u;
  int prec = 0;
  if (has_precision) {
    prec = precision;
    if (prec == 0 && u == 0) {
      bool z = zero;
      zero = false;
      if (has_width)
        out.append(size_t(std::max(width, 0)), ' ');
      zero = z;
      return;
    }
  } else if (zero && has_width && !minus) {
    prec = width;
    if (negative || plus || space)
      --prec;
  }
  std::string s; // reversed
  const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  do
    s += digits[u % uint64_t(base)];
  while (u /= uint64_t(base));
  while (int(s.size()) < prec)
    s += '0';
  if (sharp) {
    if (base == 2)
      s += "b0";
    else if (base == 8 && s.back() != '0')
      s += '0';
    else if (base == 16)
      (s += upper ? 'X' : 'x') += '0';
  }
  if (verb == 'O')
    s += "o0";
  if (negative)
    s += '-';
  else if (plus)
    s += '+';
  else if (space)
    s += ' ';
  bool z = zero;
  zero = false;
  pad(std::string(s.rbegin(), s.rend()));
  zero = z;
}

void Printer::hex0x(uint64_t u, bool prefix) {
  bool s = sharp;
  sharp = prefix;
  integer_text(u, 16, false, 'v', false);
  sharp = s;
}

void Printer::rune(uint64_t u) {
  std::string s;
  put_rune(s, u > 0x10FFFF ? -1 : int32_t(u));
  pad(s);
}

std::string quote(std::string_view s, char q, bool ascii) {
  std::string r(1, q);
  char buf[16];
  for (int64_t i = 0; i < int64_t(s.size());) {
    int64_t next;
    int32_t c = decode_rune(s.data(), int64_t(s.size()), i, &next);
    if (c == 0xFFFD && next == i + 1) {
      snprintf(buf, sizeof buf, "\\x%02x", (unsigned char)s[size_t(i)]);
      r += buf;
    } else if (c == q || c == '\\')
      (r += '\\') += char(c);
    else if (c >= 0x20 && c < 0x7F)
      r += char(c);
    else if (c < 0x20 || c == 0x7F) {
      static const char *const names = "abtnvfr"; // 7..13
      if (c >= 7 && c <= 13)
        (r += '\\') += names[c - 7];
      else {
        snprintf(buf, sizeof buf, "\\x%02x", unsigned(c));
        r += buf;
      }
    } else if (ascii || (c >= 0x80 && c < 0xA1) || c == 0xAD || c == 0xFEFF ||
               (c >= 0x2028 && c <= 0x202F) || (c >= 0x200B && c <= 0x200F) ||
               (c >= 0xE000 && c <= 0xF8FF)) {
      snprintf(buf, sizeof buf, c < 0x10000 ? "\\u%04x" : "\\U%08x", unsigned(c));
      r += buf;
    } else
      r.append(s.substr(size_t(i), size_t(next - i)));
    i = next;
  }
  return r + q;
}

void Printer::integer(uint64_t u, bool is_signed, Iface v, char32_t verb) {
  switch (verb) {
  case 'v':
    if (sharp_v && !is_signed)
      hex0x(u, true);
    else
      integer_text(u, 10, is_signed, verb, false);
    return;
  case 'd':
    return integer_text(u, 10, is_signed, verb, false);
  case 'b':
    return integer_text(u, 2, is_signed, verb, false);
  case 'o':
  case 'O':
    return integer_text(u, 8, is_signed, verb, false);
  case 'x':
    return integer_text(u, 16, is_signed, verb, false);
  case 'X':
    return integer_text(u, 16, is_signed, verb, true);
  case 'c':
    return rune(u);
  case 'q': {
    std::string s;
    put_rune(s, u > 0x10FFFF ? -1 : int32_t(u));
    return pad(quote(s, '\'', plus));
  }
  case 'U': {
    char buf[32];
    snprintf(buf, sizeof buf, "U+%0*lX", has_precision && precision > 4 ? precision : 4,
             (unsigned long)u);
    std::string s = buf;
    if (sharp && u <= 0x10FFFF) {
      s += " '";
      put_rune(s, int32_t(u));
      s += "'";
    }
    bool z = zero;
    zero = false;
    pad(s);
    zero = z;
    return;
  }
  default:
    bad_verb(v, verb);
  }
}

void Printer::float_text(double d, int bits, char verb, int prec) {
  if (has_precision)
    prec = precision;
  std::string num = format_float(d, verb, prec, bits);
  if (num[0] != '-' && num[0] != '+')
    num = "+" + num;
  if (space && num[0] == '+' && !plus)
    num[0] = ' ';
  if (num[1] == 'I' || num[1] == 'N') {
    bool z = zero;
    zero = false;
    if (num[1] == 'N' && !space && !plus)
      num = num.substr(1);
    else if (num[0] == '+' && !plus && num[1] == 'I')
      num = "+Inf";
    pad(num);
    zero = z;
    return;
  }
  if (sharp && verb != 'b') {
    int digits = 0;
    switch (verb) {
    case 'v':
    case 'g':
    case 'G':
    case 'x':
      digits = prec;
      if (digits < 0)
        digits = verb == 'x' ? 6 : 6;
      break;
    default:
      break;
    }
    std::string tail;
    bool point = false, nonzero = false;
    size_t k = 1;
    for (; k < num.size(); ++k) {
      char c = num[k];
      if (c == '.')
        point = true;
      else if (c == 'e' || c == 'E') {
        tail = num.substr(k);
        num.resize(k);
        break;
      } else {
        nonzero |= c != '0';
        if (nonzero)
          --digits;
      }
    }
    if (!point) {
      if (num.size() == 2 && num[1] == '0')
        --digits;
      num += '.';
    }
    while (digits-- > 0)
      num += '0';
    num += tail;
  }
  if (plus || num[0] != '+') {
    if (zero && has_width && !minus && width > int(num.size())) {
      out += num[0];
      out.append(size_t(width) - num.size(), '0');
      out += num.substr(1);
      return;
    }
    pad(num);
    return;
  }
  pad(num.substr(1));
}

void Printer::floating(double d, int bits, Iface v, char32_t verb) {
  switch (verb) {
  case 'v':
    return float_text(d, bits, 'g', -1);
  case 'g':
  case 'G':
    return float_text(d, bits, char(verb), -1);
  case 'f':
  case 'e':
  case 'E':
    return float_text(d, bits, char(verb), 6);
  case 'F':
    return float_text(d, bits, 'f', 6);
  default:
    bad_verb(v, verb);
  }
}

void Printer::hex_text(std::string_view s, bool upper) {
  const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string r;
  size_t n = has_precision ? std::min(s.size(), size_t(precision)) : s.size();
  if (n && sharp)
    r += upper ? "0X" : "0x";
  for (size_t k = 0; k < n; ++k) {
    if (space && k) {
      r += ' ';
      if (sharp)
        r += upper ? "0X" : "0x";
    }
    (r += digits[(unsigned char)s[k] >> 4]) += digits[s[k] & 15];
  }
  pad(r);
}

static std::string_view truncate(std::string_view s, int n) {
  int64_t i = 0;
  while (n-- > 0 && i < int64_t(s.size()))
    decode_rune(s.data(), int64_t(s.size()), i, &i);
  return s.substr(0, size_t(i));
}

void Printer::string(std::string_view s, Iface v, char32_t verb) {
  if ((verb == 'v' || verb == 's' || verb == 'q') && has_precision)
    s = truncate(s, precision);
  switch (verb) {
  case 'v':
    if (sharp_v) {
      pad(quote(s, '"', false));
      return;
    }
    [[fallthrough]];
  case 's':
    return pad(s);
  case 'x':
    return hex_text(s, false);
  case 'X':
    return hex_text(s, true);
  case 'q':
    if (sharp && s.find('`') == s.npos && s.find('\n') == s.npos)
      return pad("`" + std::string(s) + "`");
    return pad(quote(s, '"', plus));
  default:
    bad_verb(v, verb);
  }
}

void Printer::bytes(const TypeDesc *t, std::string_view s, Iface v, char32_t verb) {
  switch (verb) {
  case 'v':
  case 'd':
    if (sharp_v) {
      out += type_name(t);
      out += "{";
      for (size_t k = 0; k < s.size(); ++k) {
        if (k)
          out += ", ";
        hex0x((unsigned char)s[k], true);
      }
      out += "}";
    } else {
      out += '[';
      for (size_t k = 0; k < s.size(); ++k) {
        if (k)
          out += ' ';
        integer_text((unsigned char)s[k], 10, false, verb, false);
      }
      out += ']';
    }
    return;
  default:
    string(s, v, verb);
  }
}

void Printer::pointer(Iface v, uint64_t u, char32_t verb) {
  switch (verb) {
  case 'v':
    if (sharp_v) {
      out += "(";
      out += type_name(v.type);
      out += ")(";
      if (u)
        hex0x(u, true);
      else
        out += "nil";
      out += ")";
    } else if (!u)
      pad("<nil>");
    else
      hex0x(u, !sharp);
    return;
  case 'p':
    return hex0x(u, !sharp);
  case 'b':
  case 'o':
  case 'd':
  case 'x':
  case 'X':
    return integer(u, false, v, verb);
  default:
    bad_verb(v, verb);
  }
}

} // namespace minigo::rt
