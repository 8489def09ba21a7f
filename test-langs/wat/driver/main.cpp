// The command line: wat run f.wast, wat check f.wast, wat dump f.wat.
#include "driver/bench.h"
#include "driver/build.h"
#include "driver/check.h"
#include "driver/file.h"
#include "driver/run.h"
#include "rt/settings.h"
#include "syntax/binary.h"
#include "syntax/parse.h"
#include "valid/validate.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

using namespace wat;

static const char usage[] =
    "wat: WebAssembly text with stack switching, on Weft\n"
    "\n"
    "  wat check f.wast..   read scripts: modules must be valid, assert_malformed and "
    "assert_invalid must hold\n"
    "  wat run [flags] f.wast..           compile and execute scripts\n"
    "  wat build [flags] f.wat [-o prog]  compile a module, text or binary, to an executable\n"
    "  wat build --library [flags] f.wat [-o f.o|f.a] [--name n]   for wat/wat.h: wat_module_n\n"
    "  wat emit-llvm [flags] f.wat        print a module's LLVM IR before any pass\n"
    "  wat dump f.wat       print a module as the compiler sees it; f.wasm for the binary format\n"
    "  wat bench [flags] f.wat..          call exports as weft-bench asks on standard input\n"
    "  wat assemble f.wat -o f.wasm       write a module in the binary format, without names\n"
    "\n"
    "flags:\n"
    "  -O0 -O1 -O2 -O3   optimisation, -O2 when not given\n"
    "  -g                debug information\n"
    "  --emit-llvm       build: LLVM IR before any pass; to standard output without -o\n"
    "\n"
    "An executable runs the start function, then the function exported as _start or main: arguments are\n"
    "main's parameters, its results are printed. It ends with 1 after a trap, 2 for wrong\n"
    "arguments or a wrong WEFT_STACK, WAT_MEMORY or WAT_GC.\n";

[[noreturn]] static void bad_usage(const std::string &m) {
  fprintf(stderr, "wat: %s\nsee wat --help\n", m.c_str());
  exit(2);
}

/// For the commands that read text alone.
static std::string read_text(const char *path) {
  std::string text = read_file(path);
  if (is_binary(text)) {
    fprintf(stderr, "wat: %s: this is a binary module: build and dump read those\n", path);
    exit(2);
  }
  return text;
}

/// What was printed must have arrived.
static int ended(int code) {
  errno = 0;
  if (!fflush(stdout) && !ferror(stdout))
    return code;
  fprintf(stderr, "wat: cannot write to standard output%s%s\n", errno ? ": " : "", errno ? strerror(errno) : "");
  return code ? code : 1;
}

template <class F> static int each(char **files, F judge) {
  CheckResult sum;
  for (; *files; ++files) {
    CheckResult r = judge(*files, read_text(*files));
    sum.add(r);
  }
  printf("%u passed, %u failed", sum.passed, sum.failed);
  if (sum.skipped)
    printf(", %u not supported", sum.skipped);
  puts("");
  return sum.failed != 0;
}

static int dump_file(const char *path) {
  Definition d;
  d.bytes = read_file(path);
  d.form = is_binary(d.bytes) ? Definition::Binary : Definition::Quote;
  try {
    fputs(dump(load(d)).c_str(), stdout);
    return 0;
  } catch (const Error &e) {
    if (e.pos.line)
      fprintf(stderr, "%s:%u:%u: %s\n", path, e.pos.line, e.pos.column, e.message.c_str());
    else
      fprintf(stderr, "%s: offset %u: %s\n", path, e.pos.column, e.message.c_str());
    return 1;
  }
}

static int assemble(const char *path, const std::string &to) {
  try {
    Module m = parse_module(read_text(path));
    CanonicalTypes types;
    validate(m, types);
    if (would_overwrite(to, path))
      return 1;
    std::string bytes = encode_binary(m);
    std::ofstream out(to, std::ios::binary);
    out << bytes;
    if (out.flush())
      return 0;
    fprintf(stderr, "wat: cannot write %s: %s\n", to.c_str(), strerror(errno));
  } catch (const Error &e) {
    fprintf(stderr, "%s:%u:%u: %s\n", path, e.pos.line, e.pos.column, e.message.c_str());
  }
  return 1;
}

static int serve(char **files, const CompileOptions &o) {
  std::vector<std::string> texts;
  for (char **f = files; *f; ++f)
    texts.push_back(read_text(*f));
  try {
    return !bench(texts, o);
  } catch (const Error &e) {
    fprintf(stderr, "wat: %u:%u: %s\n", e.pos.line, e.pos.column, e.message.c_str());
  } catch (const WriteFailed &w) {
    fprintf(stderr, "wat: %s\n", w.message.c_str());
  }
  return 1;
}

static const char commands[] = "run, build, check, dump, assemble, bench and emit-llvm are there";

static int perform(int argc, char **argv) {
  if (argc < 2)
    bad_usage(std::string("no command; ") + commands);
  std::string command = argv[1];
  if (command == "--help" || command == "-h" || command == "help") {
    fputs(usage, stdout);
    return 0;
  }
  if (command != "run" && command != "build" && command != "check" && command != "dump" &&
      command != "assemble" && command != "bench" && command != "emit-llvm")
    bad_usage("unknown command " + command + "; " + commands);
  bool is_build = command == "build", compiles = is_build || command == "run" || command == "bench" || command == "emit-llvm";
  BuildOptions o;
  std::vector<char *> files;
  for (char **at = argv + 2; *at; ++at) {
    std::string_view a = *at;
    auto value = [&] {
      if (!*++at || !**at)
        bad_usage(std::string(a) + " needs a name");
      return std::string(*at);
    };
    if (a == "--help" || a == "-h") {
      fputs(usage, stdout);
      return 0;
    }
    if (a.size() < 2 || a[0] != '-')
      files.push_back(*at);
    else if (compiles && a.size() == 3 && a[1] == 'O' && a[2] >= '0' && a[2] <= '3')
      o.compile.level = a[2] - '0';
    else if (compiles && a == "-g")
      o.compile.debug = true;
    else if (is_build && a == "--library")
      o.library = true;
    else if (is_build && a == "--emit-llvm")
      o.emit_llvm = true;
    else if (is_build && a == "--name") {
      o.name = value();
      for (char c : o.name)
        if (!isalnum(static_cast<unsigned char>(c)) && c != '_')
          bad_usage("--name is a part of a C name: " + o.name);
    } else if ((is_build || command == "assemble") && a == "-o")
      o.output = value();
    else
      bad_usage("unknown flag " + std::string(a) + " of " + command);
  }
  if (!o.name.empty() && !o.library)
    bad_usage("--name is for --library");
  if (files.empty())
    bad_usage(command + " needs a file");
  files.push_back(nullptr);
  if (command == "run" || command == "bench")
    if (const char *wrong = wrong_setting()) {
      fprintf(stderr, "wat: %s\n", wrong);
      return 2;
    }
  if (command == "run")
    return each(files.data(), [&](const char *f, const std::string &text) {
      o.compile.file = f;
      return run(text, o.compile);
    });
  if (command == "check")
    return each(files.data(), [](const char *f, const std::string &text) { return check(f, parse_script(text)); });
  if (command == "bench")
    return serve(files.data(), o.compile);
  if (files[1])
    bad_usage(command + " takes one file");
  if (command == "assemble") {
    if (o.output.empty())
      bad_usage("assemble needs -o and a file for the binary");
    return assemble(files[0], o.output);
  }
  if (command == "dump")
    return dump_file(files[0]);
  o.compile.file = files[0];
  if (command == "emit-llvm")
    o.library = o.emit_llvm = true;
  return !build(o);
}

int main(int argc, char **argv) { return ended(perform(argc, argv)); }
