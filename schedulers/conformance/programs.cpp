// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Small programs whose answers are known, on libweft under the plug-in: by one worker, then by three. They need nothing but
// the library, so that the suite works wherever it is installed; what else is to be run, a user names (run_program).
#include "conformance/suite.h"
#include "tests.h"

#include "weft/host.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <atomic>
#include <functional>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

namespace conformance {

namespace {

using Body = std::function<void()>;

struct World {
  weft_runtime *rt;
  const std::string &spec;
  std::atomic<uint64_t> &progress;
  std::atomic<uint64_t> answer{0};
  std::atomic<bool> refused{false};

  void go(Body body, weft_domain *domain = nullptr, weft_task *out = nullptr) {
    auto *own = new Body(std::move(body));
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.domain = domain;
    weft_status status = weft_spawn(
        rt,
        [](void *arg) {
          std::unique_ptr<Body> run(static_cast<Body *>(arg));
          (*run)();
        },
        own, &attr, out);
    if (status != WEFT_OK) { // admit may refuse: then there is another answer, or none
      delete own;
      refused = true;
    }
  }
  void add(uint64_t n) {
    answer.fetch_add(n, std::memory_order_relaxed);
    progress.fetch_add(1, std::memory_order_relaxed);
  }
};

void yields(World &w) {
  for (int i = 0; i < 20; ++i)
    w.go([&w] {
      for (int n = 0; n < 200; ++n) {
        w.add(1);
        weft_yield();
      }
    });
}

void ping_pong(World &w) {
  weft_chan *there = weft_chan_new(sizeof(int), 0), *back = weft_chan_new(sizeof(int), 0);
  w.go([&w, there, back] {
    for (int n = 0; n < 1000; ++n) {
      int answer = 0;
      weft_chan_send(there, &n);
      weft_chan_recv(back, &answer);
      w.add(static_cast<uint64_t>(answer));
    }
    weft_chan_close(there);
  });
  w.go([there, back] {
    for (int n; weft_chan_recv(there, &n) == WEFT_OK;) {
      n *= 2;
      weft_chan_send(back, &n);
    }
    weft_chan_free(there);
    weft_chan_free(back);
  });
}

// Primes below 200: a chain of filters that grows.
void sieve_from(World &w, weft_chan *in) {
  w.go([&w, in] {
    int prime, n;
    if (weft_chan_recv(in, &prime) != WEFT_OK)
      return weft_chan_free(in);
    w.add(static_cast<uint64_t>(prime));
    weft_chan *out = weft_chan_new(sizeof(int), 1);
    sieve_from(w, out);
    while (weft_chan_recv(in, &n) == WEFT_OK)
      if (n % prime)
        weft_chan_send(out, &n);
    weft_chan_close(out);
    weft_chan_free(in);
  });
}

void sieve(World &w) {
  weft_chan *numbers = weft_chan_new(sizeof(int), 1);
  sieve_from(w, numbers);
  w.go([numbers] {
    for (int n = 2; n < 200; ++n)
      weft_chan_send(numbers, &n);
    weft_chan_close(numbers);
  });
}

// A tree of 1 + 6 + 36 + 216 tasks, each of which waits for its children.
uint64_t grow(World &w, int depth) {
  weft_task children[6] = {};
  std::atomic<uint64_t> sum{1};
  for (weft_task &child : children)
    if (depth)
      w.go([&w, &sum, depth] { sum += grow(w, depth - 1); }, nullptr, &child);
  for (weft_task child : children)
    if (depth)
      weft_join(child);
  w.progress.fetch_add(1, std::memory_order_relaxed);
  return sum;
}

void tree(World &w) {
  w.go([&w] { w.add(grow(w, 3)); });
}

void counter(World &w) {
  struct Shared {
    weft_mutex lock = {};
    uint64_t count = 0, left = 10;
  };
  auto shared = std::make_shared<Shared>();
  for (int i = 0; i < 10; ++i)
    w.go([&w, shared] {
      for (int n = 0; n < 100; ++n) {
        weft_mutex_lock(&shared->lock);
        uint64_t was = shared->count;
        if (n % 7 == 0)
          weft_yield();
        shared->count = was + 1;
        weft_mutex_unlock(&shared->lock);
        w.progress.fetch_add(1, std::memory_order_relaxed);
      }
      weft_mutex_lock(&shared->lock);
      if (--shared->left == 0)
        w.add(shared->count);
      weft_mutex_unlock(&shared->lock);
    });
}

void sleepers(World &w) {
  for (uint64_t i = 0; i < 30; ++i)
    w.go([&w, i] {
      for (uint64_t n = 0; n < 3; ++n)
        weft_sleep((i * 7 + n) % 10 * 100'000);
      w.add(i);
    });
}

// Parked for ever, but for the cancel.
void cancels(World &w) {
  for (int i = 0; i < 10; ++i)
    w.go([&w] {
      weft_task parked = 0;
      w.go([&w] { w.add(weft_park() == WEFT_E_CANCELLED ? 1 : 100); }, nullptr, &parked);
      weft_yield();
      weft_cancel(parked);
      weft_join(parked);
      w.add(10);
    });
}

// Two levels of domains, each by the plug-in; tasks of one wake those of another.
void domains(World &w) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.sched = w.spec.c_str();
  weft_chan *values = weft_chan_new(sizeof(int), 2);
  for (const char *name : {"left", "right"}) {
    weft_domain *outer = nullptr, *inner = nullptr;
    attr.name = name;
    attr.picks = 3;
    char error[256] = "";
    if (weft_domain_create(weft_root_domain(w.rt), &attr, &outer, error, sizeof error) != WEFT_OK ||
        weft_domain_create(outer, &attr, &inner, error, sizeof error) != WEFT_OK) {
      fprintf(stderr, "%s\n", error);
      return;
    }
    for (int i = 0; i < 5; ++i) {
      w.go(
          [values] {
            for (int n = 1; n <= 50; ++n) {
              weft_chan_send(values, &n);
              weft_yield();
            }
          },
          i % 2 ? inner : outer);
      w.go(
          [&w, values] {
            for (int n = 0, got = 0; n < 50; ++n) {
              weft_chan_recv(values, &got);
              w.add(static_cast<uint64_t>(got));
            }
          },
          i % 2 ? outer : inner);
    }
  }
}

struct Program {
  const char *name;
  void (*start)(World &);
  uint64_t answer;
};
constexpr Program all[] = {
    {"yields", yields, 20 * 200},         {"ping-pong", ping_pong, 999'000}, {"sieve", sieve, 4227},
    {"tree", tree, 1 + 6 + 36 + 216},     {"counter", counter, 1000},        {"sleepers", sleepers, 29 * 30 / 2},
    {"cancels", cancels, 10 * (1 + 10)}, {"domains", domains, 10 * 50 * 51 / 2},
};
constexpr uint64_t kPrograms = sizeof all / sizeof *all;

} // namespace

uint64_t programs() { return 2 * kPrograms; }

void run_programs(const Run &run, const Test &test, uint64_t seed) {
  const Program &program = all[(seed - 1) % kPrograms];
  const bool many = (seed - 1) / kPrograms % 2;
  if (many && run.most_workers < 2)
    return;
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.sched = run.spec.c_str();
  config.flags = WEFT_RT_IGNORE_ENV;
  config.workers = run.report->workers = many ? 3 : 1;
  char error[512] = "";
  weft_runtime *rt = nullptr;
  std::string about = std::string("'") + program.name + "' by " + (many ? "3 workers" : "1 worker") + ": ";
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    return run.fail(test.rule, about + error);
  fprintf(stderr, "%s\n", about.c_str()); // what is shown when it does not come back
  World world{rt, run.spec, run.report->progress};
  program.start(world);
  weft_status status = weft_run(rt);
  if (world.refused)
    return;
  if (status != WEFT_OK)
    return run.fail(test.rule, about + weft_status_text(status));
  if (world.answer != program.answer)
    return run.fail(test.rule, about + "answers " + std::to_string(world.answer) + " where " + std::to_string(program.answer) + " is right");
  weft_runtime_destroy(rt);
}

namespace {

// What it wrote, and its exit code, which is also in *code: below 0 where a signal ended the shell.
std::string output_of(const Options &options, const std::string &command, const std::string &sched, int workers, int *code) {
  std::string line = "WEFT_SCHED='" + sched + "' WEFT_WORKERS=" + std::to_string(workers) + " timeout " + std::to_string(10 * options.patience) +
                     " " + command + " 2>&1";
  FILE *out = popen(line.c_str(), "r");
  std::string said;
  char buffer[4096];
  for (size_t n; out && (n = fread(buffer, 1, sizeof buffer, out)) > 0;)
    said.append(buffer, n);
  int status = out ? pclose(out) : -1;
  *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said + "\nexit code " + std::to_string(*code);
}

std::string end_of(const std::string &said) { return said.substr(said.size() > 1000 ? said.size() - 1000 : 0); }

} // namespace

std::string answer_under_fifo(const Options &options, const std::string &command, std::string &error) {
  int code;
  if (command.find_first_not_of(" \t\n") == std::string::npos) {
    error = "which program?";
    return "";
  }
  std::string expected = output_of(options, command, "fifo", 1, &code);
  if (code < 0 || code >= 124) // what timeout and the shell say of a program: 124 to 127, and 128 and a signal
    error = "under fifo it does not run to its end:\n" + end_of(expected);
  else if (output_of(options, command, "./there/is/none.so", 1, &code) == expected)
    error = "it takes no scheduler from WEFT_SCHED:\n" + end_of(expected);
  return expected;
}

Result run_program(const Options &options, const std::string &command, const std::string &expected) {
  Result r{"PROGRAMS", command, "a program answers as under fifo", Verdict::Passed, "", 0, "", 0, 0};
  for (int workers : {1, 3}) {
    int code;
    std::string said = output_of(options, command, options.spec, workers, &code);
    if (said == expected)
      continue;
    r.verdict = Verdict::Failed;
    r.why = "by " + std::to_string(workers) + " worker(s) it answers otherwise than under fifo:\n" + end_of(said);
    break;
  }
  return r;
}

} // namespace conformance
