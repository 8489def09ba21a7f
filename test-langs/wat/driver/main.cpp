// The command line: wat check f.wast, wat dump f.wat.
#include "driver/check.h"
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

static int check_files(char **files) {
  CheckResult sum;
  for (; *files; ++files) {
    CheckResult r = check(*files, read_file(*files));
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

int main(int argc, char **argv) {
  if (argc < 2)
    bad_usage("no command; check and dump are there");
  std::string command = argv[1];
  if (command == "--help" || command == "-h" || command == "help") {
    fputs(usage, stdout);
    return 0;
  }
  if (command != "check" && command != "dump")
    bad_usage("unknown command " + command + "; check and dump are there");
  for (int k = 2; k < argc; ++k)
    if (argv[k][0] == '-' && argv[k][1])
      bad_usage(std::string("unknown flag ") + argv[k] + "; there are none");
  if (argc < 3)
    bad_usage(command + " needs a file");
  if (command == "check")
    return check_files(argv + 2);
  if (argc > 3)
    bad_usage("dump takes one file");
  return dump_file(argv[2]);
}
