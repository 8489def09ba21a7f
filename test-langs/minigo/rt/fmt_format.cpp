// The format string: flags, widths, argument indexes, and what is said of arguments that are missing
// or left over.
#include "fmt.h"

namespace minigo::rt {

static bool int_arg(const Iface *args, int64_t n, int64_t at, int *v) {
  if (at >= n || !args[at].type)
    return false;
  const void *p = iface_ptr(args[at]);
  int64_t x;
  switch (args[at].type->kind) {
  case KInt:
  case KInt64:
  case KUint:
  case KUint64:
  case KUintptr:
    x = *static_cast<const int64_t *>(p);
    break;
  case KInt32:
    x = *static_cast<const int32_t *>(p);
    break;
  case KUint32:
    x = *static_cast<const uint32_t *>(p);
    break;
  case KInt16:
    x = *static_cast<const int16_t *>(p);
    break;
  case KUint16:
    x = *static_cast<const uint16_t *>(p);
    break;
  case KInt8:
    x = *static_cast<const int8_t *>(p);
    break;
  case KUint8:
    x = *static_cast<const uint8_t *>(p);
    break;
  default:
    return false;
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
      case '#':
        sharp = true;
        break;
      case '0':
        zero = !minus;
        break;
      case '+':
        plus = true;
        break;
      case '-':
        minus = true;
        zero = false;
        break;
      case ' ':
        space = true;
        break;
      default:
        more = false;
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
