// Package fmt's printer: Go's flags, widths and verbs, over type descriptors.
#pragma once
#include "rt.h"

namespace minigo::rt {

struct Printer {
  std::string out;
  // the flags of the verb being printed
  bool plus = false, minus = false, sharp = false, space = false, zero = false;
  bool plus_v = false, sharp_v = false, has_width = false, has_precision = false;
  int width = 0, precision = 0;
  bool erroring = false, wraps = false;
  int wrapped = -1; // argument of the first %w

  void clear_flags();
  void print_arg(Iface v, char32_t verb);
  void format(std::string_view f, const Iface *args, int64_t n);
  void print(const Iface *args, int64_t n);
  void println(const Iface *args, int64_t n);

private:
  void pad(std::string_view s);
  void value(const TypeDesc *t, const void *p, char32_t verb, int depth, bool readable);
  bool methods(Iface v, char32_t verb);
  void bad_verb(Iface v, char32_t verb);
  void boolean(bool b, Iface v, char32_t verb);
  void integer(uint64_t u, bool is_signed, Iface v, char32_t verb);
  void integer_text(uint64_t u, int base, bool is_signed, char32_t verb, bool upper);
  void hex0x(uint64_t u, bool prefix);
  void floating(double d, int bits, Iface v, char32_t verb);
  void float_text(double d, int bits, char verb, int precision);
  void string(std::string_view s, Iface v, char32_t verb);
  void bytes(const TypeDesc *t, std::string_view s, Iface v, char32_t verb);
  void hex_text(std::string_view s, bool upper);
  void pointer(Iface v, uint64_t u, char32_t verb);
  void map(const TypeDesc *t, const void *p, char32_t verb, int depth, bool readable);
  void rune(uint64_t u);
};

} // namespace minigo::rt
