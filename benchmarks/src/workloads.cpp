// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "workloads.h"

namespace bench {

const char *const kWeft = "weft";
const char *const kLoaded = "loaded";
const char *const kExploring = "exploring";
const char *const kStealing = "stealing";
const char *const kStealing2 = "stealing/2";
const char *const kFifo2 = "fifo/2";
const char *const kGo2 = "go/2";
const char *const kYardstick = "call";

namespace {

// Values 0, 1, 2.. go in, each comes back plus one: 1 + 2 + .. + 1000.
constexpr uint64_t kSmall = 1000, kSum = 500500;

const std::vector<const char *> kSwitchPeers = {"weft", "fcontext"};
const std::vector<const char *> kWithCoroutine = {"weft", "fcontext", "coroutine"};
const std::vector<const char *> kTaskPeers = {"weft", "go", "fiber"};
constexpr double kHalf = 0.5, kOthers = 0.8;
// Beside V8: a pair of resume and suspend, and what has none.
constexpr double kThirtieth = 1 / 30., kEqual = 1.1;
const char *const kThreads = "WebAssembly: threads that only yield, under a scheduler with a queue in a table.";

Row elements(uint64_t depth, const char *title) {
  return {"elements",
          depth,
          title,
          "element",
          "The same with n generators around, each of which yields the elements of the next.",
          kSmall,
          kSum,
          {"weft", "coroutine"},
          {{"coroutine", 2}}};
}

Row driver(uint64_t n, const char *title) {
  return {"driver",
          n,
          title,
          "pair",
          "A function that is not inlined resumes one of n continuations and returns its next "
          "handle; a "
          "loop elsewhere calls it for each in turn.",
          kSmall,
          kSum,
          kWithCoroutine,
          {{"fcontext", kOthers}}};
}

// The same source compiled ahead of time and by LLVM's JIT: equally fast, but for the noise of short measurements.
Row jit(const char *workload, uint64_t param, const char *title, uint64_t small, uint64_t answer) {
  return {workload,
          param,
          title,
          "operation",
          "As the row of that name, by code that weft::createJit made of the same source.",
          small,
          answer,
          {"jit", kWeft},
          {{kWeft, 1.05}}};
}

// n rounds of 1 + 2 + .. + n, cut after 1000 switches.
Row ring(uint64_t n, const char *title, uint64_t small, uint64_t answer) {
  return {"ring",
          n,
          title,
          "switch",
          "n continuations, each hands over to the next by a symmetric switch, which brings the "
          "handle of the "
          "one that was left.",
          small,
          answer,
          kSwitchPeers,
          n == 4 ? std::vector<Reach>{{"fcontext", kOthers}, {"driver/4", 0.7}}
                 : std::vector<Reach>{{"fcontext", kOthers}}};
}

Row forward(uint64_t depth, const char *title) {
  return {"forward",
          depth,
          title,
          "pair",
          "The innermost of a chain of continuations suspends by a tag that only the outermost's "
          "resumer lists; "
          "the peer, which has no handlers, jumps there directly.",
          kSmall,
          kSum,
          kSwitchPeers,
          depth == 128 ? std::vector<Reach>{{"fcontext", kHalf}, {"forward/1", 1.3}}
                       : std::vector<Reach>{{"fcontext", kHalf}}};
}

// A function of benchmarks/modules, the same binary in wat and in Node.
Row wasm(const char *name, uint64_t param, const char *title, const char *operation, const char *about,
         uint64_t small, uint64_t answer, double reach) {
  if (!reach) // V8 has no switch
    return {name, param, title, operation, about, small, answer, {"wat"}, {}};
  return {name, param, title, operation, about, small, answer, {"wat", "node"}, {{"node", reach}}};
}

Row search(uint64_t depth, const char *title) {
  return {"search",
          depth,
          title,
          "pair",
          "Like forward, by two tags in turns, so that remembering the last handler found does not "
          "help.",
          kSmall,
          kSum,
          {"weft"},
          {}};
}

Row thrown(uint64_t depth, const char *title) {
  return {"throw",
          depth,
          title,
          "exception",
          "A C++ exception is thrown into a continuation by resume.throw, and caught there n frames above the "
          "suspension, which then suspends again; the peer throws and catches in n frames.",
          kSmall,
          kSum,
          {"weft", "throw"},
          {{"throw", 2}}};
}

// Each task yields so often at least, in any run: else first touches of stacks would be what is
// measured.
constexpr uint64_t kYields = 100;

Row yield(uint64_t n, const char *title, double most) {
  return {"yield",
          n,
          title,
          "yield",
          "n tasks yield in turns; weft's scheduler is fifo.",
          n * kYields,
          n * kYields,
          kTaskPeers,
          {{"go", most}, {"fiber", most}}};
}

Row yield_stealing(uint64_t n, const char *title, double most) {
  return {"yield-stealing",
          n,
          title,
          "yield",
          "n tasks yield in turns on one worker; weft's scheduler is work_stealing, loaded by its path.",
          n * kYields,
          n * kYields,
          {kStealing, "go"},
          {{"go", most}}};
}

// The built-in one is the same source.
Row yield_loaded(uint64_t n, const char *title) {
  return {"yield-loaded",
          n,
          title,
          "yield",
          "n tasks yield in turns under fifo loaded by its path; the peer is the built-in fifo.",
          n * kYields,
          n * kYields,
          {kLoaded, kWeft},
          {{kWeft, 1.05}}};
}

Row nesting(const char *workload, uint64_t depth, const char *title, const char *about) {
  constexpr uint64_t kYieldsInAll = 43008; // whole numbers for each shape
  return {workload, depth, title, "level", about, kYieldsInAll, kYieldsInAll, {kWeft}, {{kYardstick, 1.5}}};
}

// weft-tls beside the same code without it, which is a row of its own.
Row tls(const char *workload, const char *title, const char *about, const char *without, double most) {
  return {workload, 0,          title,
          "round",  about,      kSmall,
          kSmall,   {kWeft},    without ? std::vector<Reach>{{without, most}} : std::vector<Reach>{}};
}

Row complete(uint64_t n, const char *title, std::vector<Reach> reach) {
  return {"complete",
          n,
          title,
          "wait",
          "From the loop's thread: each of n parked tasks has its token completed, and one turn runs them all, each until it waits for the next.",
          1024,
          524800,
          {kWeft},
          reach};
}

// A run is one storm at least, as a storm of few is none.
constexpr uint64_t kStorm = 1'000'000;

Row storm(uint64_t spawners, const char *title) {
  return {"storm",
          spawners,
          title,
          "task",
          "n tasks spawn 1,000,000 in all, which do next to nothing, and wait for them by a wait group each.",
          kStorm,
          kStorm,
          {kStealing2, kGo2, kFifo2, kStealing},
          {{kGo2, 1 / 4.}},
          false,
          true,
          0.8};
}

} // namespace

const std::vector<Row> &rows() {
  static const std::vector<Row> table = {
      {"loop",
       0,
       "loop",
       "pair",
       "A loop resumes one continuation, which suspends in a loop of its own.",
       kSmall,
       kSum,
       kWithCoroutine,
       {{"fcontext", kHalf}, {"coroutine", 2.5}}},
      {"generator",
       0,
       "generator<T>",
       "element",
       "A loop over weft::generator<uint64_t>; the peer is made like C++23's std::generator.",
       kSmall,
       kSum,
       {"weft", "coroutine"},
       {{"coroutine", 2}}},
      elements(1, "generator<T>, elements_of 1 deep"),
      elements(10, "generator<T>, elements_of 10 deep"),
      {"generator-tree",
       10,
       "generator<T>, one for each node of a tree",
       "element",
       "In-order walk of a tree of 1023 nodes, 10 levels: each node makes a generator for each child and yields its "
       "elements.",
       1023,
       523776,
       {"weft", "coroutine"},
       {{"coroutine", 1}}},
      driver(4, "driver of 4"),
      driver(64, "driver of 64"),
      driver(1024, "driver of 1024"),
      ring(4, "ring of 4", 1000, 2500),
      ring(64, "ring of 64", 6400, 208000),
      ring(1024, "ring of 1024", 10240, 5248000),
      {"nested",
       4,
       "nested generators, 4 levels",
       "pair",
       "Each level resumes the next and passes its value up by a suspension of its own; a value "
       "costs 4 pairs.",
       4 * kSmall,
       503500,
       kSwitchPeers,
       {{"fcontext", kHalf}}},
      forward(1, "forwarded through 1"),
      forward(4, "forwarded through 4"),
      forward(16, "forwarded through 16"),
      forward(64, "forwarded through 64"),
      forward(128, "forwarded through 128"),
      {"suspend-in-callee",
       0,
       "suspend in a callee",
       "pair",
       "The suspension is in a function that is not inlined.",
       kSmall,
       kSum,
       kSwitchPeers,
       {{"fcontext", kOthers}}},
      {"resume-in-callee",
       0,
       "resume in a callee",
       "pair",
       "The resume is in a function that is not inlined.",
       kSmall,
       kSum,
       kSwitchPeers,
       {{"fcontext", kOthers}}},
      {"both-in-callees",
       0,
       "both in callees",
       "pair",
       "Both are in functions that are not inlined.",
       kSmall,
       kSum,
       kSwitchPeers,
       {{"fcontext", kOthers}}},
      {"both-by-jump",
       0,
       "both in callees, by jump",
       "pair",
       "The same, and Weft's two functions are told to return by a jump, as a front end may (decision 0007).",
       kSmall,
       kSum,
       kSwitchPeers,
       {{"fcontext", kOthers}}},
      {"tree",
       0,
       "tree generator",
       "pair",
       "A continuation walks a tree of height 20 by recursion and suspends at each node.",
       kSmall,
       1994,
       kSwitchPeers,
       {{"fcontext", kOthers}}},
      jit("jit-loop", 0, "loop, by the JIT", kSmall, kSum),
      jit("jit-ring", 4, "ring of 4, by the JIT", 1000, 2500),
      jit("jit-both-in-callees", 0, "both in callees, by the JIT", kSmall, kSum),
      jit("jit-tree", 0, "tree generator, by the JIT", kSmall, 1994),
      {"portable-loop",
       0,
       "loop, by the portable port",
       "pair",
       "As the row of that name, lowered for the portable port: by the same jump as the peer, with all checks.",
       kSmall,
       kSum,
       {"portable", "fcontext"},
       {{"fcontext", 1.5}}},
      {"create",
       0,
       "create, run, free",
       "continuation",
       "A continuation on a warm stack: made, run to its end by one resume, and gone.",
       kSmall,
       kSum,
       kWithCoroutine,
       {{"call", 7}}},
      search(4, "two tags through 4"),
      search(16, "two tags through 16"),
      search(64, "two tags through 64"),
      {"search-level",
       64,
       "two tags through 64, each level",
       "level",
       "Like two tags through 64, by the level that is searched and passed.",
       64 * kSmall,
       kSum,
       {"weft"},
       {{"call", 1.3}}},
      {"barrier",
       0,
       "call inside a barrier",
       "call",
       "In a continuation: the yardstick's call, through which no suspension may go.",
       kSmall,
       kSum,
       {"weft"},
       {{"call", 2}}},
      {"bind",
       0,
       "resume with a bound value",
       "pair",
       "Like the loop, but the value is bound to the continuation, and the resume sends nothing.",
       kSmall,
       kSum,
       {"weft"},
       {}},
      thrown(1, "thrown in, caught 1 frame above"),
      thrown(4, "thrown in, caught 4 frames above"),
      thrown(16, "thrown in, caught 16 frames above"),
      yield(1, "yield, 1 task", 1 / 8.),
      yield(4, "yield, 4 tasks", 1 / 8.),
      yield(16, "yield, 16 tasks", 1 / 8.),
      yield(64, "yield, 64 tasks", 1 / 8.),
      yield(1024, "yield, 1024 tasks", 1 / 3.),
      yield(4096, "yield, 4096 tasks", 1 / 3.),
      {"spawn",
       1,
       "spawn and finish, one by one",
       "task",
       "A task is spawned and waited for, by a wait group.",
       kSmall,
       kSmall,
       kTaskPeers,
       {{"go", 1 / 6.}}},
      {"spawn",
       1000,
       "spawn and finish, in batches of 1000",
       "task",
       "Tasks are spawned and all of them waited for, by a wait group.",
       kSmall,
       kSmall,
       kTaskPeers,
       {{"go", 1 / 6.}}},
      {"channel",
       0,
       "unbuffered channel round trip",
       "round trip",
       "One task sends on a channel and receives the answer on another.",
       kSmall,
       kSum,
       kTaskPeers,
       {{"go", 1 / 6.}}},
      yield_stealing(1, "yield, 1 task, work_stealing", 1 / 8.),
      yield_stealing(16, "yield, 16 tasks, work_stealing", 1 / 8.),
      yield_stealing(1024, "yield, 1024 tasks, work_stealing", 1 / 8.),
      yield_loaded(1, "yield, 1 task, fifo by its path"),
      yield_loaded(16, "yield, 16 tasks, fifo by its path"),
      yield_loaded(1024, "yield, 1024 tasks, fifo by its path"),
      nesting("nesting", 1, "nesting, 1 level", "16 tasks yield in a domain; what that takes longer than in the root, by the level and yield."),
      nesting("nesting", 8, "nesting, each of 8 levels", "The same in the innermost of a chain of 8 domains."),
      nesting("nesting-by-turns", 1, "nesting, by turns, the first level",
              "Two domains of one task each, so that each yield goes up to the root; what that takes longer than the two tasks in the root, which "
              "hand over straight to each other."),
      nesting("nesting-by-turns", 8, "nesting, by turns, each further level of 8",
              "Two chains of 8 domains, one task at the end of each; what a yield takes longer than with chains of one, by further level."),
      nesting("nesting-tree", 3, "nesting, a tree of 3 levels, each",
              "Two domains in the root, in each domain two more, in the eight of the third level a task each: at each level each yield is another's turn."),
      {"explore",
       16,
       "yield, 16 tasks, explore",
       "yield",
       "16 tasks yield in a domain under explore, which chooses by its seed who is next: 500 calls are below a microsecond, so 10^6 steps "
       "a second.",
       16 * kYields,
       16 * kYields,
       {kExploring},
       {{kYardstick, 500}}},
      tls("tls", "thread-locals around yields",
          "4 tasks, ten accesses of five thread-locals before each yield and behind it; the peer is the same code with "
          "\"weft-thread-bound\", so without weft-tls.",
          "tls-without", 1.03),
      tls("tls-without", "same, without weft-tls", "What the row before is beside.", nullptr, 0),
      tls("tls-compute", "thread-locals, no yields",
          "The same accesses where nothing can suspend: the code is the same to the byte, so the rest is noise.",
          "tls-compute-without", 1.02),
      tls("tls-compute-without", "same, without weft-tls, no yields", "What the row before is beside.",
          nullptr, 0),
      tls("tls-library", "thread-locals of a library",
          "As the first of these rows, in a shared library, which finds thread-locals by calls, and keeps what they answered while the thread is the same.",
          "tls-library-without", 1.03),
      tls("tls-library-without", "same, without weft-tls, of a library",
          "What the row before is beside: wrong under several workers, as the call's answer is kept over a yield.",
          nullptr, 0),
      {"skynet",
       1000000,
       "skynet, 2 workers",
       "leaf",
       "A tree of tasks, ten children to each down to 1,000,000 leaves, which send their numbers up by an unbuffered "
       "channel for each inner task; each of those sends the sum.",
       1000000,
       499999500000,
       {kStealing2, kGo2, kStealing},
       {{kGo2, 1 / 4.}},
       false,
       true},
      storm(1, "storm of one spawner, 2 workers"),
      storm(2, "storm of two spawners, 2 workers"),
      {"ping-pong",
       0,
       "ping-pong, 2 workers",
       "round trip",
       "One task sends on an unbuffered channel and receives the answer on another; where they run is the scheduler's "
       "to say.",
       kSmall,
       kSum,
       {kStealing2, kGo2, kFifo2},
       {{kGo2, 1}}},
      {"park",
       0,
       "park and wake round trip",
       "round trip",
       "One task wakes another and parks, and that one the same: two parks and two wakes.",
       kSmall,
       kSmall,
       {kWeft},
       {}},
      {"ping-pong-apart",
       0,
       "ping-pong, 2 workers, bound to them",
       "round trip",
       "The same with one side in a domain of the host's thread and the other in one of the pool's, which has one; in "
       "Go each side is locked to a thread.",
       kSmall,
       kSum,
       {kStealing2, kGo2, kFifo2},
       {{kGo2, 1}}},
      {"empty-turn",
       0,
       "turn that finds nothing",
       "turn",
       "A host gives a turn with a budget of time, and nothing is ready.",
       kSmall,
       kSmall,
       {kWeft},
       {{kYardstick, 50}}},
      complete(32, "complete and run, 32 a turn", {{kYardstick, 30}}),
      complete(128, "complete and run, 128 a turn", {{kYardstick, 30}}),
      complete(1, "complete and run, 1 a turn", {{kYardstick, 30}}),
      {"complete-afar",
       0,
       "complete from another thread, and the answer",
       "round trip",
       "Another thread completes what a task waits for while the loop sleeps; the task answers by an eventfd. Both threads' time. The peer is two "
       "threads that wake each other by an eventfd each.",
       kSmall,
       kSum,
       {kWeft},
       {{"eventfds", 1.5}}},
      {"eventfds", 0, "round trip by eventfds", "round trip", "What the row before is beside.", kSmall, kSum, {kWeft}, {}},
      {"parked",
       100000,
       "memory per parked task",
       "task",
       "100000 tasks wait in a channel each: growth of resident memory and page tables, the "
       "channels' own left out.",
       100000,
       100000,
       {"weft", "go"},
       {},
       true},
      wasm("wasm-generator", 0, "wasm: generator", "pair",
           "WebAssembly: a loop resumes a generator, which suspends with each number.", kSmall, kSum, kThirtieth),
      wasm("wasm-generator-flag", 0, "wasm: generator with a flag sent back", "pair",
           "WebAssembly: the same, and each resume sends a number, which the generator looks at.", kSmall, kSum,
           kThirtieth),
      wasm("wasm-yields", 16, "wasm: 16 threads yield", "yield", kThreads, 1600, 1600, kThirtieth),
      wasm("wasm-yields", 1000, "wasm: 1000 threads yield", "yield", kThreads, 2000, 2000, kThirtieth),
      wasm("wasm-forks", 16, "wasm: 16 threads forked by a tag", "yield",
           "WebAssembly: the same, but each thread asks the scheduler by a second tag to start the next.", 1600, 1600,
           kThirtieth),
      wasm("wasm-messages", 16, "wasm: actors", "pair",
           "WebAssembly: actors in a ring pass a number on; send and receive are a suspension each, and their "
           "handler keeps mailboxes and waiting actors.",
           kSmall, kSmall / 2, kThirtieth),
      wasm("wasm-promises", 16, "wasm: async and await", "yield",
           "WebAssembly: tasks that yield n / 16 times each, started and awaited by one more through promises.", 1600,
           1600, kThirtieth),
      wasm("wasm-switches", 16, "wasm: 16 threads switch", "switch",
           "WebAssembly: threads hand over to the next in the queue by switch.", 1600, 1600, 0),
      wasm("wasm-fib", 0, "wasm: fib", "call", "WebAssembly: fib(20) by recursion.", 21891, 6765, kEqual),
      wasm("wasm-matrix", 64, "wasm: product of 64 x 64 doubles", "term",
           "WebAssembly: a product of matrices in memory, row by column.", 262144, 1376256, kEqual),
      wasm("wasm-sieve", 65536, "wasm: primes below 65536", "number",
           "WebAssembly: the sieve of Eratosthenes with a byte for each number.", 65536, 6542, kEqual),
      wasm("wasm-indirect", 0, "wasm: calls through a table", "call",
           "WebAssembly: four small functions are called by turns through a table.", 4, 16, kEqual),
  };
  return table;
}

} // namespace bench
