// The system `wat` of weft-bench, in the words of benchmarks/systems/serve.h: `run wasm-NAME PARAM OPS` on standard input
// calls the export NAME of one of the modules and prints OPS, nanoseconds and the result. A command of wat and no
// program in benchmarks/, so that what is measured is what `wat run` compiles.
#include "driver/bench.h"
#include "driver/compile.h"
#include "rt/call.h"
#include "syntax/parse.h"
#include "valid/validate.h"
#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <ctime>
#include <deque>

namespace wat {

// The process's own time, as all systems measure it.
static uint64_t now() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return uint64_t(t.tv_sec) * 1'000'000'000 + uint64_t(t.tv_nsec);
}

bool bench(const std::vector<std::string> &texts, const CompileOptions &options) {
  Code code(options);
  std::deque<Module> modules;
  std::vector<size_t> numbers;
  for (const std::string &text : texts) {
    modules.push_back(parse_module(text));
    CanonicalTypes types;
    validate(modules.back(), types);
    numbers.push_back(code.add(modules.back(), options.file));
  }
  if (!code.load())
    return false;
  std::vector<Instance *> instances;
  for (size_t n : numbers)
    instances.push_back(
        instantiate(code.compiled(n), [](void *, const auto &) { return Extern{}; }, nullptr));

  printf("system wat -O%d\n", options.level);
  fflush(stdout);
  char line[256], name[64];
  uint64_t param, ops;
  while (fgets(line, sizeof line, stdin)) {
    FuncRef *f = nullptr;
    if (sscanf(line, "run wasm-%58s %" SCNu64 " %" SCNu64, name, &param, &ops) == 3)
      for (Instance *i : instances)
        if (Extern e = exported(i, name); e.object && e.kind == ExternKind::Func)
          f = static_cast<FuncRef *>(e.object);
    if (f) {
      auto run = [&](uint64_t n) {
        uint64_t values[] = {param, n};
        call(f, values);
        return values[0];
      };
      run(std::min<uint64_t>(ops, 10000)); // touches stacks and memories
      uint64_t start = now(), answer = run(ops);
      printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", ops, now() - start, answer);
    } else
      puts("none");
    fflush(stdout);
  }
  return true;
}

} // namespace wat
