// The command line: wat run f.wast, wat check f.wast, wat dump f.wat.
#include "driver/check.h"
#include "driver/compile.h"
#include "driver/run.h"
#include "syntax/parse.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace wat;

static const char usage[] =
    "wat: WebAssembly text with stack switching, on Weft\n"
    "\n"
    "  wat check f.wast..   read scripts: modules must be valid, assert_malformed and "
    "assert_invalid must hold\n"
    "  wat run [-O0 .. -O3] f.wast..   compile and execute scripts; -O2 when not given\n"
    "  wat emit-llvm f.wat  print a module's LLVM IR before any pass\n"
    "  wat dump f.wat       print a module as the compiler sees it; f.wasm for the binary format\n";

[[noreturn]] static void bad_usage(const std::string &m) {
  fprintf(stderr, "wat: %s\n%s", m.c_str(), usage);
  exit(2);
}

static std::string read_file(const char *path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) {
    fprintf(stderr, "wat: cannot read %s: %s\n", path, strerror(errno));
    exit(2);
  }
  return text;
}

template <class F> static int each(char **files, F judge) {
  CheckResult sum;
  for (; *files; ++files) {
    CheckResult r = judge(*files, read_file(*files));
    sum.passed += r.passed;
    sum.failed += r.failed;
    sum.skipped += r.skipped;
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
  d.form =
      d.bytes.starts_with(std::string_view("\0asm", 4)) ? Definition::Binary : Definition::Quote;
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

/// The IR that the passes get.
static int emit_llvm(const char *path) {
  try {
    Definition d;
    d.bytes = read_file(path);
    d.form = Definition::Quote;
    fputs(Code::emit_llvm(load(d)).c_str(), stdout);
    return 0;
  } catch (const Error &e) {
    fprintf(stderr, "%s:%u:%u: %s\n", path, e.pos.line, e.pos.column, e.message.c_str());
    return 1;
  }
}

int main(int argc, char **argv) {
  if (argc < 2)
    bad_usage("no command; run, check, dump and emit-llvm are there");
  std::string command = argv[1];
  if (command == "--help" || command == "-h" || command == "help") {
    fputs(usage, stdout);
    return 0;
  }
  if (command != "run" && command != "check" && command != "dump" && command != "emit-llvm")
    bad_usage("unknown command " + command + "; run, check, dump and emit-llvm are there");
  int level = 2;
  char **files = argv + 2;
  for (; *files && (*files)[0] == '-' && (*files)[1]; ++files) {
    std::string_view flag = *files;
    if (command != "run" || flag.size() != 3 || flag[1] != 'O' || flag[2] < '0' || flag[2] > '3')
      bad_usage("unknown flag " + std::string(flag) + "; run takes -O0 to -O3");
    level = flag[2] - '0';
  }
  if (!*files)
    bad_usage(command + " needs a file");
  if (command == "run")
    return each(files, [&](const char *f, const std::string &text) { return run(f, text, level); });
  if (command == "check")
    return each(files, [](const char *f, const std::string &text) { return check(f, parse_script(text)); });
  if (files[1])
    bad_usage(command + " takes one file");
  return command == "dump" ? dump_file(*files) : emit_llvm(*files);
}
