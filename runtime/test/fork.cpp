// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// PROC-02: what a child of fork may do, that it is told what it may not, and that the parent does not notice.
#include "dies.h"
#include "sanitized.h"
#include "weft/fiber.h"
#include "weft/lowered.h"
#include "weft/net.h"
#include "weft/stack.h"
#include "weft/task.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace {

const weft_tag tag = {"fork", "i64->i64"};
const weft_handlers on = {1, 0, {{&tag, WEFT_ON_SUSPEND, 0}}};

// Doubles what it is sent, for ever.
void doubles(void *, weft_payload *io) {
  for (;;) {
    io->i[0] *= 2;
    weft_rt_suspend(&tag, io, io);
  }
}

uint64_t ask(weft_cont &k, uint64_t x) {
  weft_payload p = {{x}, {}};
  CHECK(weft_rt_resume(k, &on, &p, &p, &k) == 1);
  return p.i[0];
}

// Ends by what `body` answers, in the child.
template <typename F> Death in_child(F &&body) {
  return dies([&] {
    alarm(20);
    _exit(body());
  });
}

weft_runtime *make() {
  weft_runtime *rt = nullptr;
  char error[256] = "";
  INFO(error);
  REQUIRE(weft_runtime_create(nullptr, &rt, error, sizeof error) == WEFT_OK);
  return rt;
}

template <typename F> void spawn(weft_runtime *rt, const char *name, F &f) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.flags = WEFT_SPAWN_DETACHED;
  REQUIRE(
      weft_spawn(rt, [](void *arg) { (*static_cast<F *>(arg))(); }, &f, &attr, nullptr) == WEFT_OK);
}

int runs_a_task_of_its_own() {
  weft_runtime *own;
  if (weft_runtime_create(nullptr, &own, nullptr, 0) != WEFT_OK)
    return 1;
  int steps = 0;
  auto task = [&] {
    steps++;
    weft_sleep(1000000);
    steps++;
  };
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED;
  weft_spawn(
      own, [](void *arg) { (*static_cast<decltype(task) *>(arg))(); }, &task, &attr, nullptr);
  if (weft_run(own) != WEFT_OK || steps != 2)
    return 2;
  return weft_runtime_destroy(own) == WEFT_OK ? 0 : 3;
}

[[gnu::noinline]] int deeper(int n) {
  volatile char room[512];
  room[0] = static_cast<char>(n);
  return n < 0 ? 0 : deeper(n + 1) + room[0];
}

} // namespace

TEST_CASE("a continuation goes on in the child and in the parent, each with its own") {
  weft_cont k = weft_rt_cont_new_mem(doubles, nullptr, 0);
  CHECK(ask(k, 3) == 6);
  Death child = in_child([&] {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < 100; ++i)
      sum += ask(k, i);
    weft_rt_cont_drop(k);
    weft_cont more = weft_rt_cont_new_mem(doubles, nullptr, 0);
    return sum == 9900 && ask(more, 1) == 2 ? 0 : 1;
  });
  CHECK(child.text == "");
  CHECK(child.code == 0);
  CHECK(ask(k, 5) == 10);
  weft_rt_cont_drop(k);
}

TEST_CASE("guards survive the fork: an overflow in the child is reported") {
  if (sanitized()) {
    WARN("skipped: sanitizers own the signal");
    return;
  }
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *io) {
        weft_rt_suspend(&tag, io, io);
        deeper(0);
      },
      nullptr, WEFT_STACK_16K);
  ask(k, 0);
  Death child = in_child([&] {
    ask(k, 0);
    return 0;
  });
  CHECK(child.signal == SIGABRT);
  CHECK(child.text.find("stack overflow in continuation") != std::string::npos);
  weft_rt_cont_drop(k);
}

TEST_CASE("outside of tasks: the child is refused the parent's runtime, and makes one of its own") {
  weft_runtime *rt = make();
  weft_token token = weft_token_new(rt);
  uint64_t value = 0;
  auto waits = [&] { weft_await(token, &value); };
  spawn(rt, "waits", waits);
  weft_budget budget = {1000000, 0, 0, 0};
  weft_turn(rt, &budget);

  Death child = in_child([&] {
    if (weft_run(rt) != WEFT_E_INVAL || weft_turn(rt, &budget).status != WEFT_E_INVAL)
      return 10;
    if (weft_spawn(rt, [](void *) {}, nullptr, nullptr, nullptr) != WEFT_E_INVAL)
      return 11;
    if (weft_runtime_current() || weft_runtime_destroy(rt) != WEFT_E_INVAL)
      return 12;
    weft_complete(token, WEFT_OK, 1); // of the child's copy, which nobody runs
    return runs_a_task_of_its_own();
  });
  CHECK(child.text == "");
  CHECK(child.code == 0);

  // The parent's host is as it was: it sleeps, and a post of another thread wakes it.
  std::thread completes([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    weft_complete(token, WEFT_OK, 42);
  });
  CHECK(weft_run(rt) == WEFT_OK);
  completes.join();
  CHECK(value == 42);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
}

TEST_CASE(
    "inside of a task: the child execs, exits, runs its own runtime; the parent's tasks go on") {
  weft_runtime *rt = make();
  int others = 0, ends[3] = {-1, -1, -1};
  auto forks = [&] {
    for (int i = 0; i < 3; ++i) {
      pid_t child = fork();
      if (child == 0) {
        alarm(20);
        if (i == 0)
          execl("/bin/true", "true", nullptr);
        _exit(i == 1 ? runs_a_task_of_its_own() : weft_park() == WEFT_E_NOTASK ? 0 : 4);
      }
      weft_sleep(1000000);
      waitpid(child, &ends[i], 0);
    }
  };
  auto other = [&] {
    for (int i = 0; i < 10; ++i) {
      weft_sleep(500000);
      others++;
    }
  };
  spawn(rt, "forks", forks);
  spawn(rt, "other", other);
  CHECK(weft_run(rt) == WEFT_OK);
  for (int end : ends)
    CHECK(end == 0);
  CHECK(others == 10);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
}

TEST_CASE("the child closes a socket that the parent's tasks wait for, and they are told all the same") {
  weft_runtime *rt = nullptr;
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.workers = GENERATE(1u, 2u);
  CAPTURE(config.workers);
  REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  weft_sock *sock = nullptr;
  REQUIRE(weft_sock_adopt(fds[0], &sock) == WEFT_OK);
  int64_t early = 0, got = 0;
  auto reads = [&] {
    char c;
    early = weft_sock_read(sock, &c, 1, 1); // it is watched from then on
    got = weft_sock_read(sock, &c, 1, WEFT_NEVER);
    weft_sock_close(sock);
  };
  Death child;
  auto forks = [&] {
    while (early == 0)
      weft_sleep(1000000);
    child = in_child([&] {
      char c;
      if (weft_sock_read(sock, &c, 1, WEFT_NEVER) != WEFT_E_NOTASK)
        return 10;
      weft_sock_close(sock);
      return fcntl(fds[0], F_GETFD) < 0 ? runs_a_task_of_its_own() : 11;
    });
    CHECK(write(fds[1], "x", 1) == 1);
  };
  spawn(rt, "reads", reads);
  spawn(rt, "forks", forks);
  CHECK(weft_run(rt) == WEFT_OK);
  CHECK(child.text == "");
  CHECK(child.signal == 0);
  CHECK(child.code == 0);
  CHECK(early == WEFT_E_TIMEOUT);
  CHECK(got == 1);
  close(fds[1]);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
}

TEST_CASE("the child closes a socket that another worker was at work on when it was forked") {
  weft_runtime *rt = nullptr;
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.workers = 2;
  REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  weft_sock *sock = nullptr;
  REQUIRE(weft_sock_adopt(fds[0], &sock) == WEFT_OK);
  std::atomic<bool> stop{false}, begun{false};
  auto reads = [&] { // hardly ever anywhere but in the call
    char c;
    while (!stop) {
      weft_sock_read(sock, &c, 1, 1);
      begun = true;
    }
    weft_sock_close(sock);
  };
  int failed = 0;
  auto forks = [&] {
    while (!begun)
      weft_yield();
    for (int i = 0; i < 20; ++i) {
      Death child = in_child([&] {
        weft_sock_close(sock);
        return fcntl(fds[0], F_GETFD) < 0 ? 0 : 11;
      });
      failed += child.code != 0 || child.signal != 0 || !child.text.empty();
    }
    stop = true;
  };
  spawn(rt, "reads", reads);
  spawn(rt, "forks", forks);
  CHECK(weft_run(rt) == WEFT_OK);
  CHECK(failed == 0);
  close(fds[1]);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
}

TEST_CASE("a task that goes back to its scheduler in the child is told so") {
  weft_runtime *rt = make();
  std::string texts[2];
  auto forks = [&] {
    for (int i = 0; i < 2; ++i) {
      int fds[2];
      REQUIRE(pipe(fds) == 0);
      pid_t child = fork();
      if (child == 0) {
        rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        alarm(20);
        dup2(fds[1], STDERR_FILENO);
        if (i == 0)
          return; // its end
        weft_yield();
        _exit(0);
      }
      close(fds[1]);
      char buffer[1024];
      for (ssize_t n; (n = read(fds[0], buffer, sizeof buffer)) > 0;)
        texts[i].append(buffer, static_cast<size_t>(n));
      close(fds[0]);
      int status;
      waitpid(child, &status, 0);
      CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
    }
  };
  spawn(rt, "forks", forks);
  CHECK(weft_run(rt) == WEFT_OK);
  for (const std::string &text : texts)
    CHECK(text.find("weft: task 'forks' #1 went back to its scheduler in a child of fork") !=
          std::string::npos);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
}

TEST_CASE("a trace is written by the parent alone") {
  if (sanitized()) {
    WARN("skipped: a sanitizer's exit is its own");
    return;
  }
  char file[] = "/tmp/weft-fork-XXXXXX";
  close(mkstemp(file));
  setenv("WEFT_TRACE", file, 1);
  weft_runtime *rt = make();
  unsetenv("WEFT_TRACE");
  auto task = [] { weft_yield(); };
  spawn(rt, "once", task);
  CHECK(weft_run(rt) == WEFT_OK);
  fflush(stdout);
  Death child = in_child([] {
    exit(0); // with what libweft does at exit
    return 1;
  });
  CHECK(child.code == 0);
  CHECK(weft_runtime_destroy(rt) == WEFT_OK);
  std::ifstream in(file);
  std::string line;
  int spawns = 0;
  while (std::getline(in, line))
    spawns += line.find("\"spawn\"") != std::string::npos;
  CHECK(spawns == 1);
  unlink(file);
}

TEST_CASE("a fork while other threads make and end continuations and runtimes") {
  if (sanitized()) {
    WARN("skipped: a sanitizer's own locks are not made for it");
    return;
  }
  std::atomic<bool> stop{false};
  std::thread threads[2];
  for (std::thread &thread : threads)
    thread = std::thread([&] {
      while (!stop) {
        std::thread([] {
          weft_cont k[20];
          for (weft_cont &each : k)
            each = weft_rt_cont_new_mem(doubles, nullptr, WEFT_STACK_16K);
          for (weft_cont each : k)
            weft_rt_cont_drop(each);
          weft_stack_trim();
          runs_a_task_of_its_own();
        }).join();
      }
    });
  for (int i = 0; i < 50; ++i) {
    Death child = in_child([] {
      weft_cont k = weft_rt_cont_new_mem(doubles, nullptr, WEFT_STACK_16K);
      return ask(k, 4) == 8 ? runs_a_task_of_its_own() : 5;
    });
    CHECK(child.signal == 0);
    CHECK(child.code == 0);
  }
  stop = true;
  for (std::thread &thread : threads)
    thread.join();
}
