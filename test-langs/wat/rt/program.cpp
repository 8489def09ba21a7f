// What an executable does: makes its one instance, whose start function runs, and calls `_start` or `main`.
// main's parameters are the command line's arguments; its results are printed, one a line.
#include "rt/backtrace.h"
#include "rt/call.h"
#include "rt/instance.h"
#include "rt/settings.h"
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace wat {
namespace {

// Exit codes.
constexpr int trapped = 1, misused = 2;

std::string show(ValType t, uint64_t bits) {
  char text[64];
  auto number = [&](auto v) { return std::string(text, std::to_chars(text, text + sizeof text, v).ptr); };
  auto as = [&](auto v) {
    memcpy(&v, &bits, sizeof v);
    return number(v);
  };
  switch (t.kind) {
  case ValType::I32:
    return number(int32_t(bits));
  case ValType::I64:
    return number(int64_t(bits));
  case ValType::F32:
    return as(float());
  case ValType::F64:
    return as(double());
  default:
    return bits ? "reference" : "null";
  }
}

/// Signed or unsigned, decimal or with 0x.
bool parse(const char *s, ValType t, uint64_t &bits) {
  char *end = nullptr;
  errno = 0;
  switch (t.kind) {
  case ValType::I32:
  case ValType::I64: {
    bool negative = *s == '-', narrow = t.kind == ValType::I32;
    bits = negative ? uint64_t(strtoll(s, &end, 0)) : strtoull(s, &end, 0);
    if (narrow && (negative ? int64_t(bits) < INT32_MIN : bits > UINT32_MAX))
      return false;
    if (narrow)
      bits = uint32_t(bits);
    break;
  }
  case ValType::F32: {
    float f = strtof(s, &end);
    memcpy(&bits, &f, 4);
    break;
  }
  default: {
    double d = strtod(s, &end);
    memcpy(&bits, &d, 8);
  }
  }
  return end != s && !*end && (errno != ERANGE || t.kind >= ValType::F32);
}

int run(const Compiled &c, int argc, char **argv) {
  const char *self = argc ? argv[0] : "wat";
  auto import = [](void *, const ImportInfo &im) {
    return im.module.view() == "spectest" ? spectest(im.field.view()) : Extern{};
  };
  const char *const types[] = {"i32", "i64", "f32", "f64"};
  Instance *i = instantiate(c, import, nullptr);
  Extern entry = exported(i, "_start");
  if (!entry.object)
    entry = exported(i, "main");
  if (!entry.object)
    return 0; // a start function was all
  auto *f = static_cast<FuncRef *>(entry.object);
  const SubType &t = f->type->sub;
  if (size_t(argc) != t.params.size() + 1) {
    fprintf(stderr, "usage: %s", self);
    for (ValType p : t.params)
      fprintf(stderr, " %s", types[p.kind]);
    fputs("\n", stderr);
    return misused;
  }
  std::vector<uint64_t> values(std::max({size_t(1), t.params.size(), t.results.size()}));
  for (size_t k = 0; k < t.params.size(); ++k)
    if (!parse(argv[k + 1], t.params[k], values[k])) {
      fprintf(stderr, "%s: argument %zu is not an %s: %s\n", self, k + 1, types[t.params[k].kind], argv[k + 1]);
      return misused;
    }
  call(f, values.data());
  for (size_t k = 0; k < t.results.size(); ++k)
    puts(show(t.results[k], values[k]).c_str());
  return 0;
}

} // namespace

extern "C" int wat_program(const Compiled *c, int argc, char **argv) {
  int code = trapped;
  std::string end;
  if (const char *wrong = wrong_setting()) {
    fprintf(stderr, "%s: %s\n", argc ? argv[0] : "wat", wrong);
    return misused;
  }
  try {
    code = run(*c, argc, argv);
  } catch (const Trap &t) {
    end = (t.suspension ? "" : "trap: ") + t.message + "\n" + backtrace_text(t.frames, "  ");
  } catch (const WasmException &e) {
    end = "uncaught exception";
    if (const char *name = e.exn->tag->tag.name; *name)
      end += std::string(" $") + name;
    for (uint64_t k = 0; k < e.exn->count; ++k)
      end += " " + show(e.exn->type->sub.params[k], e.exn->values[k]);
    end += "\n";
  } catch (const Unlinkable &u) {
    end = u.message + "\n";
  }
  if (fflush(stdout) || ferror(stdout)) {
    fprintf(stderr, "%s: cannot write to standard output\n", argc ? argv[0] : "wat");
    code = code ? code : trapped;
  }
  fputs(end.c_str(), stderr);
  return code;
}

} // namespace wat
