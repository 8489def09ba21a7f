// Walking values: methods first (Error, String), then by kind, as Go's fmt/print.go does; and the
// format string.
#include "fmt.h"
#include "map.h"
#include <algorithm>
#include <cstring>
#include <vector>

namespace minigo::rt {

static Iface as_iface(const TypeDesc *t, const void *p) {
  return {t, t->flags & FDirect ? *static_cast<void *const *>(p) : const_cast<void *>(p)};
}

void Printer::bad_verb(Iface v, char32_t verb) {
  erroring = true;
  out += "%!";
  put_rune(out, int32_t(verb));
  out += '(';
  if (v.type) {
    out += type_name(v.type);
    out += '=';
    bool p = plus_v, s = sharp_v, w = has_width;
    has_width = false;
    value(v.type, iface_ptr(v), 'v', 0, true);
    plus_v = p, sharp_v = s, has_width = w;
  } else
    out += "<nil>";
  out += ')';
  erroring = false;
}

namespace {
struct MethodCall {
  void *code, *data;
  String result;
};
} // namespace

bool Printer::methods(Iface v, char32_t verb) {
  if (erroring || !v.type)
    return false;
  if (verb == 'w') {
    if (!wraps || !method(v.type, SelError)) {
      bad_verb(v, verb);
      return true;
    }
    verb = 'v';
  }
  if (sharp_v || !(verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q'))
    return false;
  const char *name = "Error";
  void *m = method(v.type, SelError);
  if (!m) {
    name = "String";
    m = method(v.type, SelString);
  }
  if (!m)
    return false;
  MethodCall call{m, v.data, {}};
  Iface panic;
  if (protected_call(
          [](void *p) {
            auto *c = static_cast<MethodCall *>(p);
            c->result = reinterpret_cast<String (*)(void *)>(c->code)(c->data);
          },
          &call, &panic)) {
    string(view(call.result), v, verb);
    return true;
  }
  // A nil receiver is what most such panics mean.
  if (v.type->kind == KPointer && !v.data) {
    out += "<nil>";
    return true;
  }
  Printer inner;
  inner.erroring = false;
  inner.print_arg(panic, 'v');
  out += "%!";
  put_rune(out, int32_t(verb));
  out += std::string("(PANIC=") + name + " method: " + inner.out + ")";
  return true;
}

void Printer::print_arg(Iface v, char32_t verb) {
  if (!v.type) {
    if (verb == 'T' || verb == 'v')
      pad("<nil>");
    else
      bad_verb(v, verb);
    return;
  }
  if (verb == 'T') {
    string(type_name(v.type), v, 's');
    return;
  }
  if (verb == 'p') {
    switch (v.type->kind) {
    case KPointer: case KMap: case KChan: case KFunc: case KUnsafePointer:
      return pointer(v, reinterpret_cast<uint64_t>(v.data), verb);
    case KSlice: return pointer(v, reinterpret_cast<uint64_t>(static_cast<const Slice *>(v.data)->ptr), verb);
    default: return bad_verb(v, verb);
    }
  }
  if (v.type->flags & FNamed || v.type->kind > KUnsafePointer)
    if (methods(v, verb))
      return;
  value(v.type, iface_ptr(v), verb, 0, true);
}

// readable: Go may call methods on it, which it may not on what it reached through unexported fields.
void Printer::value(const TypeDesc *t, const void *p, char32_t verb, int depth, bool readable) {
  Iface v = as_iface(t, p);
  if (depth > 0 && readable && t->kind != KInterface && methods(v, verb))
    return;
  switch (t->kind) {
  case KBool: return boolean(*static_cast<const bool *>(p), v, verb);
  case KInt: case KInt64: return integer(*static_cast<const uint64_t *>(p), true, v, verb);
  case KInt8: return integer(uint64_t(int64_t(*static_cast<const int8_t *>(p))), true, v, verb);
  case KInt16: return integer(uint64_t(int64_t(*static_cast<const int16_t *>(p))), true, v, verb);
  case KInt32: return integer(uint64_t(int64_t(*static_cast<const int32_t *>(p))), true, v, verb);
  case KUint: case KUint64: case KUintptr: return integer(*static_cast<const uint64_t *>(p), false, v, verb);
  case KUint8: return integer(*static_cast<const uint8_t *>(p), false, v, verb);
  case KUint16: return integer(*static_cast<const uint16_t *>(p), false, v, verb);
  case KUint32: return integer(*static_cast<const uint32_t *>(p), false, v, verb);
  case KFloat32: return floating(double(*static_cast<const float *>(p)), 32, v, verb);
  case KFloat64: return floating(*static_cast<const double *>(p), 64, v, verb);
  case KString: return string(view(*static_cast<const String *>(p)), v, verb);
  case KMap: return map(t, p, verb, depth, readable);
  case KStruct: {
    if (sharp_v)
      out += type_name(t);
    out += '{';
    for (int64_t k = 0; k < t->field_count; ++k) {
      auto &f = t->fields[k];
      if (k)
        out += sharp_v ? ", " : " ";
      if (plus_v || sharp_v)
        out.append(f.name, size_t(f.name_len)) += ':';
      bool exported = f.name[0] >= 'A' && f.name[0] <= 'Z';
      const void *fp = static_cast<const char *>(p) + f.offset;
      const TypeDesc *ft = f.type;
      if (ft->kind == KInterface) {
        auto &i = *static_cast<const Iface *>(fp);
        if (i.type) {
          value(i.type, iface_ptr(i), verb, depth + 1, readable && exported);
          continue;
        }
      }
      value(ft, fp, verb, depth + 1, readable && exported);
    }
    out += '}';
    return;
  }
  case KInterface: {
    auto &i = *static_cast<const Iface *>(p);
    if (i.type)
      return value(i.type, iface_ptr(i), verb, depth + 1, readable);
    if (sharp_v) {
      out += type_name(t);
      out += "(nil)";
    } else
      out += "<nil>";
    return;
  }
  case KArray: case KSlice: {
    const char *at = static_cast<const char *>(p);
    int64_t n = t->len;
    if (t->kind == KSlice) {
      auto &s = *static_cast<const Slice *>(p);
      at = s.ptr;
      n = s.len;
    }
    if (t->elem->kind == KUint8 && (verb == 's' || verb == 'q' || verb == 'x' || verb == 'X'))
      return bytes(t, {at, size_t(n)}, v, verb);
    if (t->elem->kind == KUint8 && depth == 0 && t->kind == KSlice && !(t->flags & FNamed) && (verb == 'v' || verb == 'd') &&
        !sharp_v)
      return bytes(t, {at, size_t(n)}, v, verb);
    if (sharp_v) {
      out += type_name(t);
      if (t->kind == KSlice && !at) {
        out += "(nil)";
        return;
      }
    }
    out += sharp_v ? '{' : '[';
    for (int64_t k = 0; k < n; ++k) {
      if (k)
        out += sharp_v ? ", " : " ";
      value(t->elem, at + k * t->elem->size, verb, depth + 1, readable);
    }
    out += sharp_v ? '}' : ']';
    return;
  }
  case KPointer: {
    void *to = *static_cast<void *const *>(p);
    if (depth == 0 && to)
      switch (t->elem->kind) {
      case KArray: case KSlice: case KStruct: case KMap:
        out += '&';
        return value(t->elem, to, verb, depth + 1, readable);
      default: break;
      }
    return pointer(v, reinterpret_cast<uint64_t>(to), verb);
  }
  default: return pointer(v, *static_cast<const uint64_t *>(p), verb);
  }
}

static int compare_keys(const TypeDesc *t, const void *a, const void *b) {
  auto three = [](auto x, auto y) { return x < y ? -1 : x > y; };
  switch (t->kind) {
  case KBool: return three(*static_cast<const bool *>(a), *static_cast<const bool *>(b));
  case KInt: case KInt64: return three(*static_cast<const int64_t *>(a), *static_cast<const int64_t *>(b));
  case KInt8: return three(*static_cast<const int8_t *>(a), *static_cast<const int8_t *>(b));
  case KInt16: return three(*static_cast<const int16_t *>(a), *static_cast<const int16_t *>(b));
  case KInt32: return three(*static_cast<const int32_t *>(a), *static_cast<const int32_t *>(b));
  case KUint8: return three(*static_cast<const uint8_t *>(a), *static_cast<const uint8_t *>(b));
  case KUint16: return three(*static_cast<const uint16_t *>(a), *static_cast<const uint16_t *>(b));
  case KUint32: return three(*static_cast<const uint32_t *>(a), *static_cast<const uint32_t *>(b));
  case KFloat32: return three(*static_cast<const float *>(a), *static_cast<const float *>(b));
  case KFloat64: return three(*static_cast<const double *>(a), *static_cast<const double *>(b));
  case KString: return view(*static_cast<const String *>(a)).compare(view(*static_cast<const String *>(b)));
  case KStruct:
    for (int64_t k = 0; k < t->field_count; ++k) {
      auto &f = t->fields[k];
      if (int c = compare_keys(f.type, static_cast<const char *>(a) + f.offset, static_cast<const char *>(b) + f.offset))
        return c;
    }
    return 0;
  case KArray:
    for (int64_t k = 0; k < t->len; ++k)
      if (int c = compare_keys(t->elem, static_cast<const char *>(a) + k * t->elem->size,
                               static_cast<const char *>(b) + k * t->elem->size))
        return c;
    return 0;
  case KInterface: {
    auto &x = *static_cast<const Iface *>(a), &y = *static_cast<const Iface *>(b);
    if (!x.type || !y.type)
      return three(x.type != nullptr, y.type != nullptr);
    if (x.type != y.type)
      return three(x.type->kind, y.type->kind);
    return compare_keys(x.type, iface_ptr(x), iface_ptr(y));
  }
  default: return three(*static_cast<const uint64_t *>(a), *static_cast<const uint64_t *>(b));
  }
}

void Printer::map(const TypeDesc *t, const void *p, char32_t verb, int depth, bool readable) {
  auto *m = *static_cast<Map *const *>(p);
  if (sharp_v) {
    out += type_name(t);
    if (!m) {
      out += "(nil)";
      return;
    }
    out += '{';
  } else
    out += "map[";
  std::vector<std::pair<const void *, const void *>> all;
  MapIter it;
  mg_map_iter(m, &it);
  while (void *k = mg_map_next(&it))
    all.push_back({k, it.value});
  std::sort(all.begin(), all.end(), [&](auto &a, auto &b) { return compare_keys(t->key, a.first, b.first) < 0; });
  for (size_t k = 0; k < all.size(); ++k) {
    if (k)
      out += sharp_v ? ", " : " ";
    value(t->key, all[k].first, verb, depth + 1, readable);
    out += ':';
    value(t->elem, all[k].second, verb, depth + 1, readable);
  }
  out += sharp_v ? '}' : ']';
}

void Printer::print(const Iface *args, int64_t n) {
  bool previous_string = false;
  for (int64_t k = 0; k < n; ++k) {
    bool is_string = args[k].type && args[k].type->kind == KString;
    if (k && !is_string && !previous_string)
      out += ' ';
    print_arg(args[k], 'v');
    previous_string = is_string;
  }
}

void Printer::println(const Iface *args, int64_t n) {
  for (int64_t k = 0; k < n; ++k) {
    if (k)
      out += ' ';
    print_arg(args[k], 'v');
  }
  out += '\n';
}

static bool int_arg(const Iface *args, int64_t n, int64_t at, int *v) {
  if (at >= n || !args[at].type)
    return false;
  const void *p = iface_ptr(args[at]);
  int64_t x;
  switch (args[at].type->kind) {
  case KInt: case KInt64: case KUint: case KUint64: case KUintptr: x = *static_cast<const int64_t *>(p); break;
  case KInt32: x = *static_cast<const int32_t *>(p); break;
  case KUint32: x = *static_cast<const uint32_t *>(p); break;
  case KInt16: x = *static_cast<const int16_t *>(p); break;
  case KUint16: x = *static_cast<const uint16_t *>(p); break;
  case KInt8: x = *static_cast<const int8_t *>(p); break;
  case KUint8: x = *static_cast<const uint8_t *>(p); break;
  default: return false;
  }
  if (x > 1000000 || x < -1000000)
    return false;
  *v = int(x);
  return true;
}

void Printer::format(std::string_view f, const Iface *args, int64_t n) {
  int64_t arg = 0;
  bool reordered = false;
  size_t end = f.size();
  for (size_t i = 0; i < end;) {
    size_t at = f.find('%', i);
    if (at == f.npos)
      at = end;
    out += f.substr(i, at - i);
    i = at;
    if (i >= end)
      break;
    ++i;
    clear_flags();
    for (bool more = true; more && i < end;) {
      switch (f[i]) {
      case '#': sharp = true; break;
      case '0': zero = !minus; break;
      case '+': plus = true; break;
      case '-': minus = true; zero = false; break;
      case ' ': space = true; break;
      default: more = false;
      }
      if (more)
        ++i;
    }
    bool bad_index = false, after_index = false;
    auto index = [&] { // [n]
      if (i >= end || f[i] != '[')
        return;
      reordered = true;
      size_t close = f.find(']', i);
      int64_t k = 0;
      bool good = close != f.npos && close > i + 1;
      for (size_t j = i + 1; good && j < close; ++j) {
        if (f[j] < '0' || f[j] > '9')
          good = false;
        else
          k = k * 10 + f[j] - '0';
      }
      if (good && k >= 1 && k <= n) {
        arg = k - 1;
        after_index = true;
      } else
        bad_index = true;
      i = close == f.npos ? i + 1 : close + 1;
    };
    auto number = [&](int *v) {
      bool any = false;
      *v = 0;
      while (i < end && f[i] >= '0' && f[i] <= '9') {
        any = true;
        if (*v < 1000000)
          *v = *v * 10 + f[i] - '0';
        ++i;
      }
      return any;
    };
    index();
    if (i < end && f[i] == '*') {
      ++i;
      has_width = int_arg(args, n, arg, &width);
      if (!has_width)
        out += "%!(BADWIDTH)";
      ++arg;
      if (width < 0) {
        width = -width;
        minus = true;
        zero = false;
      }
      after_index = false;
    } else {
      has_width = number(&width);
      if (after_index && has_width)
        bad_index = true;
    }
    if (i + 1 <= end && i < end && f[i] == '.') {
      ++i;
      if (after_index)
        bad_index = true;
      index();
      if (i < end && f[i] == '*') {
        ++i;
        has_precision = int_arg(args, n, arg, &precision);
        if (precision < 0) {
          precision = 0;
          has_precision = false;
        }
        if (!has_precision)
          out += "%!(BADPREC)";
        ++arg;
        after_index = false;
      } else {
        number(&precision);
        has_precision = true;
      }
    }
    if (!after_index)
      index();
    if (i >= end) {
      out += "%!(NOVERB)";
      break;
    }
    int64_t next;
    int32_t verb = decode_rune(f.data(), int64_t(end), int64_t(i), &next);
    i = size_t(next);
    if (verb == '%') {
      out += '%';
    } else if (bad_index) {
      out += "%!";
      put_rune(out, verb);
      out += "(BADINDEX)";
    } else if (arg >= n) {
      out += "%!";
      put_rune(out, verb);
      out += "(MISSING)";
    } else {
      if (verb == 'w' && wraps && wrapped < 0)
        wrapped = int(arg);
      if (verb == 'v') {
        if (sharp) {
          sharp = false;
          sharp_v = true;
        }
        if (plus) {
          plus = false;
          plus_v = true;
        }
      }
      print_arg(args[arg++], char32_t(verb));
    }
  }
  if (!reordered && arg < n) {
    clear_flags();
    out += "%!(EXTRA ";
    for (int64_t k = arg; k < n; ++k) {
      if (k > arg)
        out += ", ";
      if (!args[k].type)
        out += "<nil>";
      else {
        out += type_name(args[k].type);
        out += '=';
        print_arg(args[k], 'v');
      }
    }
    out += ')';
  }
}

std::string print_value(Iface v) {
  Printer p;
  p.erroring = true; // no methods
  p.print_arg(v, 'v');
  return p.out;
}

// --- what the Go side of package fmt calls (lib/fmt.go) ---

static const Iface *ifaces(const Slice *s) { return reinterpret_cast<const Iface *>(s->ptr); }

struct IntError {
  int64_t n;
  Iface err;
};

extern "C" {
void mg_fmt_Println(IntError *r, const Slice *a) {
  Printer p;
  p.println(ifaces(a), a->len);
  out_write(p.out.data(), p.out.size());
  *r = {int64_t(p.out.size()), {}};
}
void mg_fmt_Print(IntError *r, const Slice *a) {
  Printer p;
  p.print(ifaces(a), a->len);
  out_write(p.out.data(), p.out.size());
  *r = {int64_t(p.out.size()), {}};
}
void mg_fmt_Printf(IntError *r, const String *f, const Slice *a) {
  Printer p;
  p.format(view(*f), ifaces(a), a->len);
  out_write(p.out.data(), p.out.size());
  *r = {int64_t(p.out.size()), {}};
}
void mg_fmt_Sprintln(String *r, const Slice *a) {
  Printer p;
  p.println(ifaces(a), a->len);
  *r = new_string(p.out);
}
void mg_fmt_Sprint(String *r, const Slice *a) {
  Printer p;
  p.print(ifaces(a), a->len);
  *r = new_string(p.out);
}
void mg_fmt_Sprintf(String *r, const String *f, const Slice *a) {
  Printer p;
  p.format(view(*f), ifaces(a), a->len);
  *r = new_string(p.out);
}
struct StringInt {
  String s;
  int64_t n;
};
void mg_fmt_errorf(StringInt *r, const String *f, const Slice *a) {
  Printer p;
  p.wraps = true;
  p.format(view(*f), ifaces(a), a->len);
  *r = {new_string(p.out), p.wrapped};
}
}

} // namespace minigo::rt
