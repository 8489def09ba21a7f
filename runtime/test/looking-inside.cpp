// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What dumps, visits and counts say about tasks; and how a task fails: without memory for its
// stack, by an exception.
#include "dies.h"
#include "on_manual.h"
#include "sanitized.h"
#include "weft/backtrace.h"
#include "weft/sync.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

namespace {

std::string dump(weft_runtime *rt, void (*how)(weft_runtime *, int) = weft_dump) {
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  how(rt, fds[1]);
  close(fds[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(fds[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(n));
  close(fds[0]);
  return text;
}

std::string contents(const std::string &file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// While it lives, runtimes that are made write a trace.
struct Traced {
  char file[32] = "/tmp/weft-trace-XXXXXX";
  Traced() {
    close(mkstemp(file));
    setenv("WEFT_TRACE", file, 1);
  }
  ~Traced() {
    unsetenv("WEFT_TRACE");
    unlink(file);
  }
};

bool has(const std::string &text, const std::string &part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a dump lists each task with its state, what it waits for and its domain") {
  OnManual m;
  weft_domain *outer = m.domain("outer"), *inner = m.domain("inner", outer);
  weft_chan *chan = weft_chan_new(0, 0);
  std::string during;
  weft_token token = weft_token_new(m.rt);
  const uint32_t d = WEFT_SPAWN_DETACHED;
  m.go([] { weft_park(); }, inner, d, "parker");
  m.go([] { weft_sleep(1000); }, nullptr, d, "sleeper");
  m.go([&] { weft_chan_recv(chan, nullptr); }, nullptr, d, "receiver");
  m.go([&] { weft_await(token, nullptr); }, outer, d, "awaiter");
  m.go(
      [] {
        weft_set_waits("the end of the world");
        weft_park();
      },
      nullptr, d, "special");
  m.settle();
  m.go([&] { during = dump(m.rt); }, nullptr, d, "runner");
  m.go([] {}, nullptr, d, "queued");
  m.turn();
  CHECK(has(during, "weft: 7 tasks; stacks: 6 live, "));
  CHECK(has(during, "#1 'parker' parked for wake in root/outer/inner"));
  CHECK(has(during, "#2 'sleeper' parked for sleep in root"));
  CHECK(has(during, "#3 'receiver' parked for channel receive in root"));
  CHECK(has(during, "#4 'awaiter' parked for token in root/outer"));
  CHECK(has(during, "#5 'special' parked for the end of the world in root"));
  CHECK(has(during, "#6 'runner' running in root"));
  CHECK(has(during, "#7 'queued' ready in root"));
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  m.settle();
  weft_chan_free(chan);
}

TEST_CASE("a dump names the kind of guard below stacks") {
  OnManual m;
  m.go([] { weft_park(); });
  m.settle();
  std::string text = dump(m.rt);
  CHECK((has(text, "guard mprotect\n") || has(text, "guard MADV_GUARD_INSTALL\n")));
}

TEST_CASE("an over-long reason is cut in a dump, and its line goes on") {
  OnManual m;
  static const std::string waits(600, 'x');
  m.go([] {
    weft_set_waits(waits.c_str());
    weft_park();
  });
  m.settle();
  std::string text = dump(m.rt);
  CHECK(text.find('\0') == std::string::npos);
  CHECK(has(text, " for " + waits.substr(0, 256) + " in root; "));
}

TEST_CASE("a name is cut between characters, and a trace is UTF-8 whatever it holds") {
  std::string fits, line;
  for (int i = 0; i < 15; ++i)
    fits += "\u00e9";
  Death death = dies([&] { // the first trace of a process has the file's own name
    Traced traced;
    {
      OnManual m;
      m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, (fits + "\u00e9").c_str());
      m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, "a\xff\xe2\x82z\"");
      m.domain((fits + "\u00e9").c_str());
      m.settle();
    }
    line = contents(traced.file);
    (void)!write(2, line.data(), line.size());
  });
  CHECK(has(death.text, "\"by\":\"host\",\"name\":\"" + fits + "\"}"));
  CHECK(has(death.text, "\"parent\":1,\"name\":\"" + fits + "\","));
  CHECK(has(death.text, "\"name\":\"a\\ufffd\\ufffd\\ufffdz\\\"\""));
}

TEST_CASE("an abort signal ends a process that traces, and the trace is written") {
  Traced traced;
  Death death = dies([] {
    OnManual m;
    m.go([] {});
    m.turn();
    kill(getpid(), SIGABRT);
    _exit(3);
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(contents(traced.file), "\"ev\":\"turn_end\""));
}

TEST_CASE("a visit sees tasks that are not done") {
  OnManual m;
  weft_task parked = m.go([] {
    *weft_task_word() = 77;
    weft_park();
  });
  m.make([] {});
  m.settle();
  std::vector<weft_task_info> seen;
  weft_visit_tasks(
      m.rt,
      [](void *arg, const weft_task_info *info) {
        static_cast<std::vector<weft_task_info> *>(arg)->push_back(*info);
      },
      &seen);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].task == parked);
  CHECK(seen[0].id == weft_task_id(parked));
  CHECK(seen[0].state == std::string("parked"));
  CHECK(seen[0].domain == 1);
  CHECK(seen[0].word == 77);
}

TEST_CASE("the counts add up") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  m.go([] {
    for (int i = 0; i < 5; ++i)
      weft_yield();
  });
  m.go([&] { weft_await(token, nullptr); });
  m.go([] { weft_sleep(10); });
  m.settle();
  weft_complete(token, WEFT_OK, 0);
  weft_complete(token, WEFT_OK, 0);
  m.pass(10);
  weft_stats s = {};
  s.size = sizeof s;
  weft_get_stats(m.rt, &s);
  CHECK(s.tasks_spawned == 3);
  CHECK(s.tasks_done == 3);
  CHECK(s.tasks_live == 0);
  CHECK(s.yielded == 5);
  CHECK(s.parked == 2);
  CHECK(s.picked == 3 + 5 + 2);
  CHECK(s.readied == s.picked);
  CHECK(s.tokens_completed == 1);
  CHECK(s.tokens_stale == 1);
  CHECK(s.timers_fired == 1);
  CHECK(s.stacks_live == 0);
}

TEST_CASE("an exception that leaves a task names it") {
  Death death = dies([] {
    OnManual m;
    m.go([] { throw std::runtime_error("too much"); }, nullptr, WEFT_SPAWN_DETACHED, "thrower");
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, "an exception left task 'thrower' #1: too much (TASK-04)"));
}

TEST_CASE("the host's fatal hook gets the text") {
  Death death = dies([] {
    OnManual m;
    weft_manual_on_fatal(m.host, [](const char *text) {
      std::string s = std::string("hook: ") + text;
      (void)!write(2, s.data(), s.size());
    });
    m.go([] { throw 1; });
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, "hook: weft: an exception left task '' #1"));
}

#if !defined(WEFT_TEST_ASAN) && !defined(WEFT_TEST_TSAN)
TEST_CASE("an overflow names the task and its stack, and shows where") {
  static int (*deeper)(int) = [](int n) {
    volatile char room[512];
    room[0] = static_cast<char>(n);
    return deeper(n + 1) + room[0];
  };
  Death death = dies([] {
    OnManual m;
    m.go([] { _exit(deeper(0)); }, nullptr, WEFT_SPAWN_DETACHED, "deep");
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(has(death.text, "weft: stack overflow in task 'deep' #1: 256 KiB"));
  CHECK(has(death.text, "refusal-tests"));
}

TEST_CASE("a fault signal that somebody sends ends the process") {
  Death death = dies([] {
    OnManual m;
    m.go([] { weft_park(); });
    m.turn();
    kill(getpid(), SIGSEGV);
    _exit(3);
  });
  CHECK(death.signal == SIGSEGV);
}

TEST_CASE("tasks that find no memory for a stack wait for others to end, and all of them run") {
  Death death = dies([] {
    OnManual m;
    rlimit space = {};
    getrlimit(RLIMIT_AS, &space);
    space.rlim_cur = UINT64_C(3) << 30;
    setrlimit(RLIMIT_AS, &space);
    static int ran = 0;
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.flags = WEFT_SPAWN_DETACHED;
    attr.stack = WEFT_STACK_64M;
    int spawned = 0;
    for (int i = 0; i < 200; ++i)
      spawned += weft_spawn(
                     m.rt,
                     [](void *) {
                       weft_yield();
                       weft_yield();
                       ran++;
                     },
                     nullptr, &attr, nullptr) == WEFT_OK;
    weft_run(m.rt);
    _exit(spawned == 200 && ran == 200 ? 42 : 1);
  });
  INFO(death.text);
  CHECK(death.code == 42);
}

TEST_CASE("with nobody who could give a stack back, the task is named") {
  Death death = dies([] {
    OnManual m;
    rlimit space = {UINT64_C(3) << 30, UINT64_C(3) << 30};
    setrlimit(RLIMIT_AS, &space);
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.flags = WEFT_SPAWN_DETACHED;
    attr.stack = WEFT_STACK_1G;
    attr.name = "huge";
    for (int i = 0; i < 4; ++i)
      weft_spawn(m.rt, [](void *) { weft_park(); }, nullptr, &attr, nullptr);
    _exit(weft_run(m.rt) == WEFT_E_NOMEM ? 42 : 1);
  });
  INFO(death.text);
  CHECK((death.code == 42 || has(death.text, "no memory for the stack of task 'huge'")));
}
#endif

namespace {

[[gnu::noinline]] void waits_deep(int depth) {
  if (depth)
    waits_deep(depth - 1);
  else
    weft_park();
  asm volatile(""); // not a tail call
}

std::string backtrace_of(weft_task task) {
  std::string text;
  CHECK(weft_task_backtrace(
            task, 64,
            [](void *arg, const char *line) {
              CHECK(std::string(line).find('\n') == std::string::npos);
              (*static_cast<std::string *>(arg) += line) += '\n';
            },
            &text) == WEFT_OK);
  return text;
}

} // namespace

TEST_CASE("a task's backtrace: where it is parked, where it runs, to its own start") {
  OnManual m;
  std::string running;
  weft_task deep = m.go([] { waits_deep(3); }, nullptr, WEFT_SPAWN_DETACHED, "deep");
  CHECK(backtrace_of(deep).empty()); // it has not begun
  weft_task self = m.go([&] {
    running = backtrace_of(weft_self());
    CHECK(has(backtrace_of(deep), "waits_deep"));
  });
  m.settle();
  std::string parked = backtrace_of(deep);
  CHECK(has(parked, "waits_deep"));
  CHECK(has(parked, "task_body"));
  CHECK(parked.find("waits_deep") < parked.find("task_body"));
  CHECK_FALSE(has(parked, "main"));
  CHECK(has(running, "task_body"));
  CHECK_FALSE(has(running, "weft_turn"));

  std::string stacks = dump(m.rt, weft_dump_stacks);
  CHECK(has(stacks, "'deep' parked for"));
  CHECK(has(stacks, "waits_deep"));
  CHECK(stacks.find("'deep'") < stacks.find("waits_deep"));
  CHECK_FALSE(has(dump(m.rt), "waits_deep"));

  weft_backtrace_line ignore = [](void *, const char *) {};
  CHECK(weft_task_backtrace(self, 64, ignore, nullptr) == WEFT_E_STALE);
  CHECK(weft_task_backtrace(deep, 64, nullptr, nullptr) == WEFT_E_INVAL);
  int lines = 0;
  CHECK(weft_task_backtrace(
            deep, 2, [](void *n, const char *) { ++*static_cast<int *>(n); }, &lines) == WEFT_OK);
  CHECK(lines == 2);
  weft_wake(deep);
  m.settle();
  CHECK(weft_task_backtrace(deep, 64, ignore, nullptr) == WEFT_E_STALE);
}

namespace {

void append(void *arg, const char *line) { *static_cast<std::string *>(arg) += line; }
[[gnu::noinline]] void asks_for_one(std::string *text) {
  weft_backtrace(1, append, text);
  asm volatile(""); // not a tail call
}

} // namespace

extern "C" [[gnu::noinline]] void f(std::string *text) {
  weft_backtrace(1, append, text);
  asm volatile("# not asks_for_one, which gcc would make of the two");
}

TEST_CASE("weft_backtrace is the caller's, and a consumed handle has none") {
  std::string text;
  weft_backtrace(
      64, [](void *arg, const char *line) { *static_cast<std::string *>(arg) += line; }, &text);
  CHECK(has(text, "main"));
  CHECK_FALSE(has(text, "weft_backtrace"));
  text.clear();
  asks_for_one(&text);
  CHECK(has(text, "asks_for_one"));
  CHECK(has(text, "#0 "));
  CHECK_FALSE(has(text, "#1 "));
  text.clear();
  f(&text); // a C name that reads like a C++ type
  CHECK(has(text, " f+0x"));
  weft_backtrace(0, [](void *, const char *) { FAIL("none was asked for"); }, nullptr);
  CHECK(weft_cont_backtrace(0, 64, [](void *, const char *) {}, nullptr) == WEFT_E_STALE);
}
