// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Two languages in one process, each with a scheduler of its own: Go that minigo compiled, in a domain under `priority`, and
// WebAssembly that wat compiled, whose threads the module schedules itself, in a domain under `fifo`.
//
//   two-languages shares 1 3         the root is `fair`: they share time by these weights, though one is greedy and one is polite
//   two-languages shares 1 1 fifo    under another root they do not
//   two-languages calls              they call each other while one of them waits
//
// A share is what a language computed between two of its breaths, on the clock that everybody reads. The run is as long as it takes for the
// longest breath to be a small part of it, so that it says the same on a busy machine.
#include "minigo/minigo.h"
#include "wat/wat.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

WAT_MODULE(polite);

namespace {

enum { GO = 0, WASM = 1 };

struct Side {
  weft_domain *domain;
  uint64_t spent, longest; // ns
};

weft_runtime *rt;
Side sides[2];
bool sharing; // both compute until `enough`
bool enough;
uint64_t since;  // whoever runs has run since then
uint64_t result; // what they compute
wat_instance *instance;
weft_chan *requests, *answers;
bool blocked; // somebody waits for an answer

[[noreturn]] void fail(const char *what, const char *why) {
  std::fprintf(stderr, "two-languages: %s: %s\n", what, why);
  std::exit(1);
}
void must(weft_status status, const char *what) {
  if (status != WEFT_OK)
    fail(what, weft_status_text(status));
}
void must(wat_error *error) {
  if (error)
    fail(wat_error_text(error), wat_error_backtrace(error));
}

uint64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

// Both have begun, and one breath more or less of either hardly counts.
bool is_enough() {
  const uint64_t all = sides[GO].spent + sides[WASM].spent,
                 longest = std::max(sides[GO].longest, sides[WASM].longest);
  return sides[GO].spent && sides[WASM].spent && all > 600'000'000 &&
         (all > 100 * longest || all > 2'000'000'000);
}

void breathe(int which) {
  if (sharing && !enough) {
    const uint64_t took = now() - since;
    sides[which].spent += took;
    sides[which].longest = std::max(sides[which].longest, took);
    enough = is_enough();
  }
  weft_yield();
  since = now();
}

// --- what the module imports

const char *wasm_breathe(void *, const wat_value *, wat_value *) {
  breathe(WASM);
  return nullptr;
}
const char *wasm_goes_on(void *, const wat_value *, wat_value *results) {
  results->i32 = sharing && !enough;
  return nullptr;
}
const char *wasm_found(void *, const wat_value *args, wat_value *) {
  result ^= static_cast<uint64_t>(args->i64);
  return nullptr;
}
const char *wasm_still(void *, const wat_value *, wat_value *results) {
  results->i32 = blocked;
  return nullptr;
}
// Parks the task that called into the module; others of the module go on.
const char *wasm_ask(void *, const wat_value *args, wat_value *results) {
  blocked = true;
  must(weft_chan_send(requests, &args->i64), "ask");
  must(weft_chan_recv(answers, &results->i64), "ask");
  blocked = false;
  return nullptr;
}

const wat_import imports[] = {{"host", "breathe", "->", WAT_FUNCTION, wasm_breathe, nullptr},
                              {"host", "goes_on", "->i32", WAT_FUNCTION, wasm_goes_on, nullptr},
                              {"host", "still", "->i32", WAT_FUNCTION, wasm_still, nullptr},
                              {"host", "found", "i64->", WAT_FUNCTION, wasm_found, nullptr},
                              {"host", "ask", "i64->i64", WAT_FUNCTION, wasm_ask, nullptr}};

// --- tasks of the module's domain

void run_threads(void *) {
  since = now();
  must(wat_call(instance, "run", nullptr, 0, nullptr, 0));
}

void ask_thrice(void *) {
  for (int64_t n : {20, 300, 4000}) {
    wat_value arg, got;
    arg.i64 = n;
    must(wat_call(instance, "asks", &arg, 1, &got, 1));
    std::printf("WebAssembly asks Go %lld, which asks WebAssembly: %lld\n",
                static_cast<long long>(n), static_cast<long long>(got.i64));
    must(weft_sleep(1'000'000), "sleep");
  }
  weft_chan_close(requests);
}

// Beside the one that asks, in the same domain and the same instance.
void tick(void *) {
  uint64_t waits = 0, ticks = 0;
  for (; waits < 3; ++waits) {
    while (!blocked)
      must(weft_yield(), "yield");
    wat_value got;
    must(wat_call(instance, "ticks", nullptr, 0, &got, 1));
    ticks += static_cast<uint64_t>(got.i64);
  }
  std::printf("another call into the module went on in each of its %llu waits: %s\n",
              static_cast<unsigned long long>(waits), ticks > waits ? "yes" : "no");
}

weft_domain *domain(const char *name, const char *sched, uint32_t weight) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.sched = sched;
  attr.weight = weight;
  weft_domain *made = nullptr;
  char error[256] = "";
  if (weft_domain_create(weft_root_domain(rt), &attr, &made, error, sizeof error) != WEFT_OK)
    fail(name, error);
  return made;
}

void spawn(void (*body)(void *), const char *name) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = sides[WASM].domain;
  attr.name = name;
  attr.flags = WEFT_SPAWN_DETACHED;
  attr.stack = WEFT_STACK_1M;
  must(weft_spawn(rt, body, nullptr, &attr, nullptr), name);
}

} // namespace

// What greedy.go calls.
extern "C" {
void mg_main_breathe() { breathe(GO); }
bool mg_main_goes_on() { return sharing && !enough; }
void mg_main_found(uint64_t x) { result ^= x; }
int64_t mg_main_receive() {
  int64_t n;
  return weft_chan_recv(requests, &n) == WEFT_OK ? n : -1;
}
void mg_main_answer(int64_t n) {
  weft_sleep(2'000'000); // it takes its time
  must(weft_chan_send(answers, &n), "answer");
}
int64_t mg_main_twice(int64_t n) {
  wat_value arg, got;
  arg.i64 = n;
  must(wat_call(instance, "twice", &arg, 1, &got, 1));
  return got.i64;
}
}

int main(int argc, char **argv) {
  const std::string way = argc > 1 ? argv[1] : "";
  const bool shares = way == "shares" && (argc == 4 || argc == 5) && std::atoi(argv[2]) > 0 && std::atoi(argv[3]) > 0;
  if (!shares && !(way == "calls" && argc == 2)) {
    std::fputs("two-languages shares WEIGHT WEIGHT [root's policy], or two-languages calls\n",
               stderr);
    return 2;
  }
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.sched = shares && argc == 5 ? argv[4] : "fair";
  char error[256] = "";
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    fail("no runtime", error);
  sharing = shares;
  sides[GO].domain =
      domain("go", "priority", shares ? static_cast<uint32_t>(std::atoi(argv[2])) : 1);
  sides[WASM].domain =
      domain("wasm", "fifo", shares ? static_cast<uint32_t>(std::atoi(argv[3])) : 1);
  must(wat_instance_new(WAT_MODULE_OF(polite), imports, sizeof imports / sizeof *imports,
                        &instance));
  requests = weft_chan_new(sizeof(int64_t), 0);
  answers = weft_chan_new(sizeof(int64_t), 0);
  if (shares) {
    spawn(run_threads, "threads");
    weft_chan_close(requests); // nobody asks
  } else {
    spawn(ask_thrice, "asks");
    spawn(tick, "ticks");
  }
  must(minigo_start(rt, sides[GO].domain, nullptr, nullptr), "minigo_start");
  must(weft_run(rt), "run");
  if (shares) {
    const double all = static_cast<double>(sides[GO].spent + sides[WASM].spent);
    std::printf("go %.1f %%, wasm %.1f %%\n", 100 * static_cast<double>(sides[GO].spent) / all,
                100 * static_cast<double>(sides[WASM].spent) / all);
  }
  weft_chan_free(requests);
  weft_chan_free(answers);
  wat_instance_free(instance);
  must(weft_runtime_destroy(rt), "destroy");
}
