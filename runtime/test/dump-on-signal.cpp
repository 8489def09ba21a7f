/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Dumps by a signal: of a loop that sleeps, computes, blocks; in the middle of anything, thousands of times. Each case in a
// process of its own, because a handler is for the process's life.
#include "dies.h"
#include "dump_signal.h"
#include "on_manual.h"
#include "sanitized.h"
#include "weft/dump.h"
#include "weft/generator.hpp"
#include "weft/sync.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

bool has(const std::string &text, const std::string &part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

weft_runtime *create(std::string *error = nullptr) {
  char why[512] = "";
  weft_runtime *rt = nullptr;
  weft_status status = weft_runtime_create(nullptr, &rt, why, sizeof why);
  if (error)
    *error = why;
  else if (status != WEFT_OK)
    _exit(99);
  return rt;
}

void spawn(weft_runtime *rt, weft_task_fn fn, void *arg, const char *name) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.stack = WEFT_STACK_256K;
  if (weft_spawn(rt, fn, arg, &attr, nullptr) != WEFT_OK)
    _exit(98);
}

void in_a_moment(long ms, std::function<void()> what) {
  std::thread([=] {
    usleep(static_cast<useconds_t>(ms * 1000));
    what();
  }).detach();
}

// Until the dump is in the pipe.
[[gnu::noinline]] void computes_until_dumped(int fd) {
  pollfd there = {fd, POLLIN, 0};
  while (poll(&there, 1, 0) == 0) {
  }
}

} // namespace

TEST_CASE("a loop that sleeps wakes and dumps, and the process goes on") {
  for (const char *way : {"call", "environment"}) {
    Death death = dies([&] {
      if (way == std::string("environment"))
        setenv("WEFT_DUMP_SIGNAL", "quit", 1);
      else if (weft_dump_on_signal(SIGQUIT, WEFT_DUMP_STACKS, 2) != WEFT_OK)
        _exit(97);
      weft_runtime *rt = create();
      weft_token token = weft_token_new(rt);
      spawn(rt, [](void *t) { weft_await(*static_cast<weft_token *>(t), nullptr); }, &token, "sleeps");
      in_a_moment(100, [] { kill(getpid(), SIGQUIT); });
      in_a_moment(400, [&] { weft_complete(token, WEFT_OK, 0); });
      _exit(weft_run(rt) == WEFT_OK ? 42 : 1);
    });
    CHECK(death.code == 42);
    CHECK(has(death.text, "'sleeps' parked for token in root; "));
    CHECK(has(death.text, "weft_await"));
    CHECK_FALSE(has(death.text, "does not come back"));
  }
}

TEST_CASE("a task that computes for ever is dumped where it is") {
  Death death = dies([] {
    static int pipe_ends[2];
    if (pipe(pipe_ends) != 0 || weft_dump_on_signal(SIGUSR1, WEFT_DUMP_STACKS, pipe_ends[1]) != WEFT_OK)
      _exit(97);
    weft_runtime *rt = create();
    spawn(rt, [](void *) { weft_park(); }, nullptr, "waits");
    spawn(rt, [](void *) {
      kill(getpid(), SIGUSR1);
      computes_until_dumped(pipe_ends[0]);
      char text[16384];
      ssize_t n = read(pipe_ends[0], text, sizeof text);
      (void)!write(2, text, static_cast<size_t>(n));
      _exit(42);
    }, nullptr, "computes");
    weft_run(rt);
  });
  CHECK(death.code == 42);
  CHECK(has(death.text, "does not come back to its loop"));
  CHECK(has(death.text, "'computes' running in root; "));
  CHECK(has(death.text, "computes_until_dumped"));
  CHECK(has(death.text, "'waits' parked for wake in root; "));
}

TEST_CASE("a host that is busy elsewhere is dumped where it is") {
  Death death = dies([] {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0 || weft_dump_on_signal(SIGUSR2, WEFT_DUMP_STACKS | WEFT_DUMP_JSON, pipe_ends[1]) != WEFT_OK)
      _exit(97);
    weft_runtime *rt = create();
    spawn(rt, [](void *) { weft_park(); }, nullptr, "waits");
    weft_turn(rt, nullptr);
    raise(SIGUSR2);
    computes_until_dumped(pipe_ends[0]);
    char text[65536];
    ssize_t n = read(pipe_ends[0], text, sizeof text);
    auto all = nlohmann::json::parse(text, text + n);
    std::string where = all.at("worker").at("backtrace").dump();
    (void)!write(2, where.data(), where.size());
    _exit(all.at("interrupted") == true && all.at("tasks").size() == 1 ? 42 : 1);
  });
  CHECK(death.code == 42);
  CHECK(has(death.text, "computes_until_dumped"));
}

TEST_CASE("a handler that was there before is called too, and a runtime that comes later dumps") {
  static std::atomic<int> before{0};
  Death death = dies([] {
    struct sigaction action = {};
    action.sa_handler = [](int) { ++before; };
    sigaction(SIGQUIT, &action, nullptr);
    { // one comes and goes
      weft_runtime *rt = create();
      if (weft_dump_on_signal(SIGQUIT, 0, 2) != WEFT_OK || weft_dump_on_signal(SIGQUIT, WEFT_DUMP_STACKS, 2) != WEFT_OK || weft_dump_on_signal(SIGUSR1, 0, 2) != WEFT_E_BUSY)
        _exit(97);
      weft_runtime_destroy(rt);
    }
    raise(SIGQUIT); // nobody is there
    weft_runtime *rt = create(), *other = create();
    spawn(rt, [](void *) { weft_park(); }, nullptr, "first");
    spawn(other, [](void *) { weft_park(); }, nullptr, "second");
    weft_turn(rt, nullptr);
    weft_turn(other, nullptr);
    raise(SIGQUIT);
    weft_turn(rt, nullptr);
    weft_turn(other, nullptr);
    _exit(before == 2 ? 42 : 1);
  });
  CHECK(death.code == 42);
  CHECK(has(death.text, "'first' parked"));
  CHECK(has(death.text, "'second' parked"));
}

TEST_CASE("wrong signals and wrong values are refused") {
  Death death = dies([] {
    bool refused = true;
    for (int signo : {0, -1, SIGKILL, SIGSTOP, SIGSEGV, SIGABRT, 1000})
      refused = refused && weft_dump_on_signal(signo, 0, 2) == WEFT_E_INVAL;
    refused = refused && weft_dump_on_signal(SIGQUIT, 64, 2) == WEFT_E_INVAL && weft_dump_on_signal(SIGQUIT, 0, -1) == WEFT_E_INVAL;
    for (const char *value : {"1", "QUITE", "SEGV", "QUIT:xml", "QUIT:", "TERM"}) {
      setenv("WEFT_DUMP_SIGNAL", value, 1);
      std::string error;
      refused = refused && !create(&error) && error == std::string("WEFT_DUMP_SIGNAL=") + value + ": accepted: QUIT, USR1, USR2, each also with :text or :json behind it";
    }
    setenv("WEFT_DUMP_SIGNAL", "SIGUSR1:json", 1);
    _exit(refused && create() ? 42 : 1);
  });
  CHECK(death.code == 42);
}

TEST_CASE("a child of fork does not dump its parent's tasks, and dumps its own") {
  Death death = dies([] {
    if (weft_dump_on_signal(SIGQUIT, 0, 2) != WEFT_OK)
      _exit(97);
    weft_runtime *rt = create();
    spawn(rt, [](void *) { weft_park(); }, nullptr, "parents");
    weft_turn(rt, nullptr);
    pid_t child = fork();
    if (child == 0) {
      raise(SIGQUIT);
      weft_runtime *own = create();
      spawn(own, [](void *) { weft_park(); }, nullptr, "childs");
      weft_turn(own, nullptr);
      raise(SIGQUIT);
      weft_turn(own, nullptr);
      _exit(42);
    }
    int status;
    waitpid(child, &status, 0);
    _exit(WEXITSTATUS(status));
  });
  CHECK(death.code == 42);
  CHECK(has(death.text, "'childs'"));
  CHECK_FALSE(has(death.text, "'parents'"));
}

namespace {

weft::generator<int> numbers(int depth) {
  return {[=](auto &yield) {
    for (int i = 0; i < 3; ++i)
      yield(i);
    if (depth)
      for (int i : numbers(depth - 1))
        yield(i);
  }};
}

// All that a loop does: switches of each kind, memory, exceptions, births and deaths.
struct Work {
  weft_runtime *rt;
  weft_chan *chan = weft_chan_new(8, 1);
  weft_mutex mutex = {};
  std::atomic<uint64_t> token{0};
  std::atomic<bool> stop{false};
};

void sends(void *arg) {
  auto *w = static_cast<Work *>(arg);
  for (uint64_t i = 0; !w->stop; ++i)
    weft_chan_send(w->chan, &i);
  weft_chan_close(w->chan);
}
void receives(void *arg) {
  auto *w = static_cast<Work *>(arg);
  uint64_t i;
  while (weft_chan_recv(w->chan, &i) == WEFT_OK)
    delete[] new char[i % 5000];
}
void locks(void *arg) {
  auto *w = static_cast<Work *>(arg);
  while (!w->stop) {
    weft_mutex_lock(&w->mutex);
    weft_yield();
    weft_mutex_unlock(&w->mutex);
    weft_sleep(1000);
  }
}
void throws(void *arg) {
  auto *w = static_cast<Work *>(arg);
  while (!w->stop) {
    try {
      weft_yield();
      throw std::runtime_error("again");
    } catch (const std::exception &) {
    }
    for (int i : numbers(3))
      if (i == 2)
        weft_yield();
  }
}
void spawns(void *arg) {
  auto *w = static_cast<Work *>(arg);
  while (!w->stop) {
    weft_task t;
    if (weft_spawn(w->rt, [](void *) { weft_yield(); }, nullptr, nullptr, &t) == WEFT_OK)
      weft_join(t);
    weft_domain *d;
    weft_domain_attr attr = {};
    attr.size = sizeof attr;
    if (weft_domain_create(nullptr, &attr, &d, nullptr, 0) == WEFT_OK)
      weft_domain_close(d);
  }
}
void awaits(void *arg) {
  auto *w = static_cast<Work *>(arg);
  while (!w->stop) {
    weft_token token = weft_token_new(w->rt);
    w->token = token;
    weft_await_until(token, weft_now() + 1000000, nullptr);
  }
}

// Seconds of signals to any thread, as fast as they go, while dumps are read and looked at.
[[noreturn]] void storm(long grace, double seconds, uint32_t flags) {
  weft::dump_grace_ns = grace;
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0 || weft_dump_on_signal(SIGQUIT, flags, pipe_ends[1]) != WEFT_OK)
    _exit(97);
  static Work work;
  work.rt = create();
  for (int i = 0; i < 3; ++i)
    for (auto fn : {locks, throws, spawns, awaits})
      spawn(work.rt, fn, &work, "storm\n\"\xff");
  spawn(work.rt, sends, &work, "sends");
  spawn(work.rt, receives, &work, "receives");
  static std::atomic<long> signals{0}, dumps{0}, interrupted{0}, broken{0};
  // First: nobody else takes what a dump writes, and a full pipe would hold up the loop's thread.
  std::thread reader([&] {
    std::string line;
    char part[65536];
    for (ssize_t n; (n = read(pipe_ends[0], part, sizeof part)) > 0;)
      for (ssize_t i = 0; i < n; ++i) {
        line += part[i];
        if (part[i] != '\n')
          continue;
        if (flags & WEFT_DUMP_JSON) {
          auto all = nlohmann::json::parse(line, nullptr, false);
          if (all.is_discarded()) {
            ++broken;
            (void)!write(2, line.data(), line.size());
          } else {
            ++dumps;
            interrupted += all.at("interrupted") == true;
          }
        } else {
          dumps += line.find(" tasks; stacks: ") != line.npos;
          interrupted += line.find("does not come back") != line.npos;
        }
        line.clear();
      }
  });
  pthread_t loop = pthread_self();
  std::thread completer([] {
    while (!work.stop)
      weft_complete(work.token.load(), WEFT_OK, 1);
  });
  std::thread sender([&] {
    auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    unsigned random = 1;
    while (std::chrono::steady_clock::now() < end) {
      random = random * 1103515245 + 12345;
      switch (random >> 16 & 3) {
      case 0:
        pthread_kill(loop, SIGQUIT);
        break;
      case 1:
        pthread_kill(completer.native_handle(), SIGQUIT);
        break;
      default:
        kill(getpid(), SIGQUIT);
      }
      ++signals;
      usleep(random >> 20 & 127);
    }
    work.stop = true;
  });
  weft_status status = weft_run(work.rt);
  sender.join();
  completer.join();
  weft_runtime_destroy(work.rt); // with signals still to come
  for (int i = 0; i < 100; ++i)
    raise(SIGQUIT);
  close(pipe_ends[1]);
  reader.join();
  char text[200];
  int n = snprintf(text, sizeof text, "%ld signals, %ld dumps, %ld interrupted, %ld broken, status %d\n", signals.load(), dumps.load(), interrupted.load(), broken.load(), status);
  (void)!write(2, text, static_cast<size_t>(n));
  _exit(status == WEFT_OK && broken == 0 && dumps > 10 && signals > 1000 && (grace > 100000000 || interrupted > 10) ? 42 : 1);
}

} // namespace

TEST_CASE("a storm of signals, served by turns") {
  Death death = dies([] { storm(250000000, 2, WEFT_DUMP_JSON | WEFT_DUMP_STACKS); });
  INFO(death.text);
  CHECK(death.code == 42);
}

TEST_CASE("a storm of signals, dumped by handlers at any instruction") {
  for (uint32_t flags : {WEFT_DUMP_JSON | WEFT_DUMP_STACKS, WEFT_DUMP_STACKS | 0}) {
    Death death = dies([&] { storm(1000, 3, flags); });
    INFO(death.text);
    CHECK(death.code == 42);
  }
}
