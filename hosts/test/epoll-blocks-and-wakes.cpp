// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The embedded loop sleeps when there is nothing to do, and every reason to wake ends its sleep: a
// post from a thread, a deadline, a descriptor, a signal.
#include "weft/hosts/epoll.h"
#include "weft/net.h"
#include "weft/task.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <functional>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>

namespace {

struct Loop {
  explicit Loop(const weft_runtime_config *config = nullptr) {
    char error[256] = "";
    weft_status s = weft_runtime_create(config, &rt, error, sizeof error);
    INFO(error);
    REQUIRE(s == WEFT_OK);
  }
  ~Loop() {
    if (rt)
      CHECK(weft_runtime_destroy(rt) == WEFT_OK);
  }
  void go(std::function<void()> body) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.flags = WEFT_SPAWN_DETACHED;
    CHECK(weft_spawn(
              rt,
              [](void *arg) {
                auto *f = static_cast<std::function<void()> *>(arg);
                (*f)();
                delete f;
              },
              new std::function<void()>(std::move(body)), &attr, nullptr) == WEFT_OK);
  }
  weft_runtime *rt = nullptr;
};

// How often the kernel put this thread to sleep because it waited.
long sleeps() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

} // namespace

TEST_CASE("a sleep lasts at least as long as asked, and the thread sleeps too") {
  Loop loop;
  uint64_t begun = 0, ended = 0;
  long slept = sleeps();
  loop.go([&] {
    begun = weft_now();
    weft_sleep(30000000);
    ended = weft_now();
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  CHECK(ended - begun >= 30000000);
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(loop.rt, &stats);
  CHECK(sleeps() > slept);
  CHECK(stats.turns < 10); // a loop that asks again and again makes one for each time
}

TEST_CASE("a post from a thread ends a sleep without a deadline") {
  Loop loop;
  uint64_t value = 0;
  std::thread thread;
  loop.go([&] {
    weft_token token = weft_token_new(nullptr);
    thread = std::thread([token] {
      usleep(5000);
      weft_complete(token, WEFT_OK, 3);
    });
    weft_await(token, &value);
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  thread.join();
  CHECK(value == 3);
}

TEST_CASE("posts that race with falling asleep are not lost") {
  Loop loop;
  std::atomic<weft_token> offered{0};
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    weft_token last = 0;
    while (!stop) {
      weft_token token = offered.load();
      if (token != last && weft_complete(token, WEFT_OK, 0) == WEFT_OK)
        last = token;
    }
  });
  int got = 0;
  loop.go([&] {
    for (int i = 0; i < 5000; ++i) {
      weft_token token = weft_token_new(nullptr);
      offered = token;
      got += weft_await(token, nullptr) == WEFT_OK;
    }
    stop = true;
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  thread.join();
  CHECK(got == 5000);
}

TEST_CASE("descriptors and timers are served while tasks are always ready") {
  Loop loop;
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  bool got = false, slept = false;
  loop.go([&] {
    while (!got || !slept)
      weft_yield();
  });
  loop.go([&] {
    weft_sleep(1000000);
    slept = true;
    CHECK(write(fds[1], "x", 1) == 1);
  });
  loop.go([&] {
    weft_sock *sock = nullptr;
    CHECK(weft_sock_adopt(fds[0], &sock) == WEFT_OK);
    char c;
    CHECK(weft_sock_read(sock, &c, 1, WEFT_NEVER) == 1);
    weft_sock_close(sock);
    got = true;
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  close(fds[1]);
}

TEST_CASE("what an event made ready is run by one turn") {
  Loop loop;
  int there[2], back[2]; // pipes, which tell a writer nothing about each byte that is read
  REQUIRE(pipe(there) == 0);
  REQUIRE(pipe(back) == 0);
  REQUIRE(fcntl(there[0], F_SETFL, O_NONBLOCK) == 0);
  constexpr uint64_t bytes = 500;
  std::thread peer([&] {
    char c = 'x';
    for (uint64_t i = 0; i < bytes; ++i)
      if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
        return;
  });
  uint64_t answered = 0;
  loop.go([&] {
    weft_sock *sock = nullptr;
    CHECK(weft_sock_adopt(there[0], &sock) == WEFT_OK);
    char c;
    while (answered < bytes && weft_sock_read(sock, &c, 1, WEFT_NEVER) == 1 && write(back[1], &c, 1) == 1)
      ++answered;
    weft_sock_close(sock);
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  peer.join();
  for (int fd : {there[1], back[0], back[1]})
    close(fd);
  CHECK(answered == bytes);
  weft_stats stats;
  weft_get_stats(loop.rt, &stats);
  // The rest: the first turns, and those in which stacks are trimmed. It was two for each, of which one found nothing.
  CHECK(stats.turns < bytes + bytes / 4);
}

TEST_CASE("a signal interrupts the sleep and changes nothing") {
  Loop loop;
  struct sigaction ours = {};
  ours.sa_handler = [](int) {};
  sigaction(SIGALRM, &ours, nullptr);
  itimerval soon = {{0, 2000}, {0, 2000}};
  setitimer(ITIMER_REAL, &soon, nullptr);
  uint64_t begun = 0, ended = 0;
  loop.go([&] {
    begun = weft_now();
    CHECK(weft_sleep(20000000) == WEFT_OK);
    ended = weft_now();
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  itimerval never = {};
  setitimer(ITIMER_REAL, &never, nullptr);
  ours.sa_handler = SIG_IGN; // one may be on its way still, and later under Valgrind
  sigaction(SIGALRM, &ours, nullptr);
  CHECK(ended - begun >= 20000000);
}

TEST_CASE("runtimes on two threads are independent") {
  // Catch2 is for one thread, so the work answers instead of checking.
  auto work = [] {
    static const weft_spawn_attr attr = [] {
      weft_spawn_attr a = {};
      a.size = sizeof a;
      a.flags = WEFT_SPAWN_DETACHED;
      return a;
    }();
    weft_runtime *rt = nullptr;
    int sum = 0;
    if (weft_runtime_create(nullptr, &rt, nullptr, 0) != WEFT_OK)
      return -1;
    for (int i = 0; i < 100; ++i)
      weft_spawn(
          rt,
          [](void *arg) {
            weft_yield();
            weft_sleep(1000);
            ++*static_cast<int *>(arg);
          },
          &sum, &attr, nullptr);
    return weft_run(rt) == WEFT_OK && weft_runtime_destroy(rt) == WEFT_OK ? sum : -1;
  };
  int here, there = 0;
  std::thread other([&] { there = work(); });
  here = work();
  other.join();
  CHECK(here == 100);
  CHECK(there == 100);
}

TEST_CASE("a loop of another thread is not turned") {
  Loop loop;
  weft_status turn = WEFT_OK, run = WEFT_OK, spawned = WEFT_OK, destroyed = WEFT_OK;
  std::thread([&] {
    turn = weft_turn(loop.rt, nullptr).status;
    run = weft_run(loop.rt);
    weft_task task;
    spawned = weft_spawn(loop.rt, [](void *) {}, nullptr, nullptr, &task);
    destroyed = weft_runtime_destroy(loop.rt);
  }).join();
  CHECK(turn == WEFT_E_INVAL);
  CHECK(run == WEFT_E_INVAL);
  CHECK(spawned == WEFT_E_INVAL);
  CHECK(destroyed == WEFT_E_INVAL);
}

TEST_CASE("a program may own the loop, and put its own function into the table") {
  static int sleeps_seen = 0;
  weft_epoll_host *host = nullptr;
  REQUIRE(weft_epoll_host_new(&host) == WEFT_OK);
  weft_host_ops ops = *weft_epoll_host_ops();
  ops.block = [](void *self, uint64_t deadline) {
    sleeps_seen++;
    return weft_epoll_host_ops()->block(self, deadline);
  };
  weft_runtime_config config = {};
  config.size = sizeof config;
  config.host = &ops;
  config.host_self = host;
  Loop loop(&config);
  weft_epoll_host_attach(host, loop.rt);
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  char got = 0;
  loop.go([&] {
    weft_sock *sock = nullptr;
    CHECK(weft_sock_adopt(ends[0], &sock) == WEFT_OK);
    CHECK(weft_sock_read(sock, &got, 1, WEFT_NEVER) == 1);
    weft_sock_close(sock);
  });
  loop.go([&] {
    weft_sleep(1000000);
    CHECK(write(ends[1], "x", 1) == 1);
  });
  CHECK(weft_run(loop.rt) == WEFT_OK);
  CHECK(got == 'x');
  CHECK(sleeps_seen > 0);
  close(ends[1]);
  CHECK(weft_runtime_destroy(loop.rt) == WEFT_OK);
  loop.rt = nullptr;
  weft_epoll_host_free(host);
}
