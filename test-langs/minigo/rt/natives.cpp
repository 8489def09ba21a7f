// The parts of library packages that are not worth writing in Go: math on libm, number parsing,
// sort's reflective swap, print and println.
#include "fmt.h"
#include "rt.h"
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace minigo::rt {

extern "C" {

#define MATH1(go, c)                                                                               \
  double mg_math_##go(double x) { return c(x); }
// clang-format off: it takes them for one declaration with what follows
MATH1(Sin, sin)
MATH1(Cos, cos)
MATH1(Tan, tan)
MATH1(Asin, asin)
MATH1(Acos, acos)
MATH1(Atan, atan)
MATH1(Sinh, sinh)
MATH1(Cosh, cosh)
MATH1(Tanh, tanh)
MATH1(Exp, exp)
MATH1(Exp2, exp2)
MATH1(Log, log)
MATH1(Log2, log2)
MATH1(Log10, log10)
MATH1(Log1p, log1p)
MATH1(Cbrt, cbrt)
MATH1(Round, round)
MATH1(RoundToEven, nearbyint)
// clang-format on

double mg_math_Atan2(double y, double x) { return atan2(y, x); }
double mg_math_Pow(double x, double y) { return pow(x, y); }
double mg_math_Mod(double x, double y) { return fmod(x, y); }
double mg_math_Hypot(double x, double y) { return hypot(x, y); }
uint64_t mg_math_Float64bits(double x) {
  uint64_t u;
  memcpy(&u, &x, 8);
  return u;
}
double mg_math_Float64frombits(uint64_t u) {
  double x;
  memcpy(&x, &u, 8);
  return x;
}
uint32_t mg_math_Float32bits(float x) {
  uint32_t u;
  memcpy(&u, &x, 4);
  return u;
}
float mg_math_Float32frombits(uint32_t u) {
  float x;
  memcpy(&x, &u, 4);
  return x;
}

struct FloatInt {
  double v;
  int64_t code; // 0 good, 1 syntax, 2 range
};
void mg_strconv_parseFloat(FloatInt *r, const String *s) {
  std::string t;
  for (char c : view(*s))
    if (c != '_')
      t += c;
  char *end;
  errno = 0;
  r->v = strtod(t.c_str(), &end);
  r->code = t.empty() || *end || isspace((unsigned char)t[0]) ? 1
            : errno == ERANGE && std::isinf(r->v)             ? 2
                                                              : 0;
}
void mg_strconv_formatFloat(String *r, double v, int64_t verb, int64_t precision, int64_t bits) {
  *r = new_string(format_float(v, char(verb), int(precision), int(bits)));
}
void mg_strconv_Quote(String *r, const String *s) { *r = new_string(quote(view(*s), '"', false)); }

int64_t mg_sort_length(const Iface *x) {
  if (!x->type || x->type->kind != KSlice)
    panic_text("reflect: call of Swapper on non-slice value");
  return static_cast<const Slice *>(x->data)->len;
}
void mg_sort_swap(const Iface *x, int64_t i, int64_t j) {
  auto *s = static_cast<const Slice *>(x->data);
  size_t n = size_t(x->type->elem->size);
  char *a = s->ptr + i * int64_t(n), *b = s->ptr + j * int64_t(n);
  for (size_t k = 0; k < n; ++k)
    std::swap(a[k], b[k]);
}

bool mg_errors_comparable(const Iface *x) { return !x->type || (x->type->flags & FComparable); }
void mg_errors_unwrap(Iface *out, const Iface *x) {
  void *m = x->type ? method(x->type, SelUnwrap) : nullptr;
  *out = m ? reinterpret_cast<Iface (*)(void *)>(m)(x->data) : Iface{nullptr, nullptr};
}

// print and println: to standard error, in their own float format.
void mg_print(const Iface *args, int64_t n, int64_t line) {
  std::string out;
  for (int64_t k = 0; k < n; ++k) {
    if (k && line)
      out += ' ';
    const Iface &v = args[k];
    if (v.type && (v.type->kind == KFloat64 || v.type->kind == KFloat32)) {
      double d = v.type->kind == KFloat32 ? double(*static_cast<const float *>(v.data))
                                          : *static_cast<const double *>(v.data);
      char buf[40];
      if (std::isnan(d))
        out += "NaN";
      else if (std::isinf(d))
        out += d > 0 ? "+Inf" : "-Inf";
      else {
        snprintf(buf, sizeof buf, "%+.6e", d);
        std::string s = buf;
        size_t e = s.find('e');
        if (s.size() - e == 4)
          s.insert(e + 2, "0");
        out += s;
      }
    } else if (!v.type)
      out += "(0x0,0x0)";
    else if (v.type->kind == KSlice) {
      auto *s = static_cast<const Slice *>(v.data);
      char buf[80];
      snprintf(buf, sizeof buf, "[%ld/%ld]0x%lx", long(s->len), long(s->cap),
               (unsigned long)s->ptr);
      out += buf;
    } else if (v.type->kind == KPointer || v.type->kind == KChan || v.type->kind == KMap ||
               v.type->kind == KFunc) {
      char buf[32];
      snprintf(buf, sizeof buf, "0x%lx", (unsigned long)v.data);
      out += buf;
    } else
      out += print_value(v);
  }
  if (line)
    out += '\n';
  err_write(out);
}
}

} // namespace minigo::rt
