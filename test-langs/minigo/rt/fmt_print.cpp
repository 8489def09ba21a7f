// Walking values: methods first (Error, String), then by kind, as Go's fmt/print.go does.
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
    case KPointer:
    case KMap:
    case KChan:
    case KFunc:
    case KUnsafePointer:
      return pointer(v, reinterpret_cast<uint64_t>(v.data), verb);
    case KSlice:
      return pointer(v, reinterpret_cast<uint64_t>(static_cast<const Slice *>(v.data)->ptr), verb);
    default:
      return bad_verb(v, verb);
    }
  }
  if (v.type->flags & FNamed || v.type->kind > KUnsafePointer)
    if (methods(v, verb))
      return;
  value(v.type, iface_ptr(v), verb, 0, true);
}

// readable: Go may call methods on it, which it may not on what it reached through unexported
// fields.
void Printer::value(const TypeDesc *t, const void *p, char32_t verb, int depth, bool readable) {
  Iface v = as_iface(t, p);
  if (depth > 0 && readable && t->kind != KInterface && methods(v, verb))
    return;
  switch (t->kind) {
  case KBool:
    return boolean(*static_cast<const bool *>(p), v, verb);
  case KInt:
  case KInt64:
    return integer(*static_cast<const uint64_t *>(p), true, v, verb);
  case KInt8:
    return integer(uint64_t(int64_t(*static_cast<const int8_t *>(p))), true, v, verb);
  case KInt16:
    return integer(uint64_t(int64_t(*static_cast<const int16_t *>(p))), true, v, verb);
  case KInt32:
    return integer(uint64_t(int64_t(*static_cast<const int32_t *>(p))), true, v, verb);
  case KUint:
  case KUint64:
  case KUintptr:
    return integer(*static_cast<const uint64_t *>(p), false, v, verb);
  case KUint8:
    return integer(*static_cast<const uint8_t *>(p), false, v, verb);
  case KUint16:
    return integer(*static_cast<const uint16_t *>(p), false, v, verb);
  case KUint32:
    return integer(*static_cast<const uint32_t *>(p), false, v, verb);
  case KFloat32:
    return floating(double(*static_cast<const float *>(p)), 32, v, verb);
  case KFloat64:
    return floating(*static_cast<const double *>(p), 64, v, verb);
  case KString:
    return string(view(*static_cast<const String *>(p)), v, verb);
  case KMap:
    return map(t, p, verb, depth, readable);
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
  case KArray:
  case KSlice: {
    const char *at = static_cast<const char *>(p);
    int64_t n = t->len;
    if (t->kind == KSlice) {
      auto &s = *static_cast<const Slice *>(p);
      at = s.ptr;
      n = s.len;
    }
    if (t->elem->kind == KUint8 && (verb == 's' || verb == 'q' || verb == 'x' || verb == 'X'))
      return bytes(t, {at, size_t(n)}, v, verb);
    if (t->elem->kind == KUint8 && depth == 0 && t->kind == KSlice && !(t->flags & FNamed) &&
        (verb == 'v' || verb == 'd') && !sharp_v)
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
      case KArray:
      case KSlice:
      case KStruct:
      case KMap:
        out += '&';
        return value(t->elem, to, verb, depth + 1, readable);
      default:
        break;
      }
    return pointer(v, reinterpret_cast<uint64_t>(to), verb);
  }
  default:
    return pointer(v, *static_cast<const uint64_t *>(p), verb);
  }
}

static int compare_keys(const TypeDesc *t, const void *a, const void *b) {
  auto three = [](auto x, auto y) { return x < y ? -1 : x > y; };
  switch (t->kind) {
  case KBool:
    return three(*static_cast<const bool *>(a), *static_cast<const bool *>(b));
  case KInt:
  case KInt64:
    return three(*static_cast<const int64_t *>(a), *static_cast<const int64_t *>(b));
  case KInt8:
    return three(*static_cast<const int8_t *>(a), *static_cast<const int8_t *>(b));
  case KInt16:
    return three(*static_cast<const int16_t *>(a), *static_cast<const int16_t *>(b));
  case KInt32:
    return three(*static_cast<const int32_t *>(a), *static_cast<const int32_t *>(b));
  case KUint8:
    return three(*static_cast<const uint8_t *>(a), *static_cast<const uint8_t *>(b));
  case KUint16:
    return three(*static_cast<const uint16_t *>(a), *static_cast<const uint16_t *>(b));
  case KUint32:
    return three(*static_cast<const uint32_t *>(a), *static_cast<const uint32_t *>(b));
  case KFloat32:
    return three(*static_cast<const float *>(a), *static_cast<const float *>(b));
  case KFloat64:
    return three(*static_cast<const double *>(a), *static_cast<const double *>(b));
  case KString:
    return view(*static_cast<const String *>(a)).compare(view(*static_cast<const String *>(b)));
  case KStruct:
    for (int64_t k = 0; k < t->field_count; ++k) {
      auto &f = t->fields[k];
      if (int c = compare_keys(f.type, static_cast<const char *>(a) + f.offset,
                               static_cast<const char *>(b) + f.offset))
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
  default:
    return three(*static_cast<const uint64_t *>(a), *static_cast<const uint64_t *>(b));
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
  std::sort(all.begin(), all.end(),
            [&](auto &a, auto &b) { return compare_keys(t->key, a.first, b.first) < 0; });
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

std::string print_value(Iface v) {
  Printer p;
  p.erroring = true; // no methods
  p.print_arg(v, 'v');
  return p.out;
}

} // namespace minigo::rt
