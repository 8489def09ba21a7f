// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tasks in a loop that is a libuv program's own: each gets its time, the loop sleeps when nobody has anything to do, ends when
// nobody lives, and is given back.
#include "weft/hosts/libuv.h"
#include "weft/dump.h"
#include "weft/net.h"
#include "weft/task.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <uv.h>
#include <vector>

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#ifdef UNDER_TSAN
// libuv closes descriptors by the system call itself, which TSan does not see: of two loops' pipes it then says they are one.
extern "C" const char *__tsan_default_suppressions();
extern "C" const char *__tsan_default_suppressions() { return "called_from_lib:libuv.so\n"; }
// In a child of fork it takes no notice of what orders the first thread and the others, as fibers are to it.
extern "C" void __sanitizer_set_report_fd(void *fd);
static void no_reports() { __sanitizer_set_report_fd(reinterpret_cast<void *>(static_cast<intptr_t>(open("/dev/null", O_WRONLY)))); }
#else
static void no_reports() {}
#endif

namespace {

constexpr uint64_t ms = 1000000;

// A program: its loop, and a runtime in it.
struct Program {
  explicit Program(bool attached = true) {
    REQUIRE(uv_loop_init(&loop) == 0);
    REQUIRE(weft_uv_host_new(&loop, &host) == WEFT_OK);
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = weft_uv_host_ops();
    config.host_self = host;
    char error[256] = "";
    weft_status status = weft_runtime_create(&config, &rt, error, sizeof error);
    INFO(error);
    REQUIRE(status == WEFT_OK);
    if (attached)
      weft_uv_host_attach(host, rt);
  }
  ~Program() {
    if (!closing)
      close();
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(closed);
    CHECK(uv_loop_close(&loop) == 0); // BUSY if a handle was left
  }
  void close(weft_shutdown_mode mode = WEFT_SHUTDOWN_CANCEL) {
    closing = true;
    auto over = [](void *arg, uint64_t abandoned) {
      auto *p = static_cast<Program *>(arg);
      p->closed = true;
      p->abandoned = abandoned;
    };
    CHECK(weft_uv_host_close(host, mode, over, this) == WEFT_OK);
  }
  weft_task go(std::function<void()> body, uint32_t flags = 0) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.flags = WEFT_SPAWN_DETACHED | flags;
    weft_task task = 0;
    auto enter = [](void *arg) {
      struct Owner {
        std::function<void()> *body;
        ~Owner() { delete body; }
      } owner{static_cast<std::function<void()> *>(arg)};
      (*owner.body)();
    };
    CHECK(weft_spawn(rt, enter, new std::function<void()>(std::move(body)), &attr, &task) == WEFT_OK);
    return task;
  }
  int run(uv_run_mode mode = UV_RUN_DEFAULT) { return uv_run(&loop, mode); }
  uint64_t turns() {
    weft_stats stats = {};
    stats.size = sizeof stats;
    weft_get_stats(rt, &stats);
    return stats.turns;
  }

  uv_loop_t loop;
  weft_uv_host *host = nullptr;
  weft_runtime *rt = nullptr;
  bool closing = false, closed = false;
  uint64_t abandoned = 0;
};

// A handle of the program's, closed at the end.
template <typename T> struct Handle {
  Handle() { self.data = this; }
  ~Handle() {
    if (!uv_is_closing(reinterpret_cast<uv_handle_t *>(&self)))
      close();
    while (!gone)
      uv_run(self.loop, UV_RUN_ONCE);
  }
  void close() {
    uv_close(reinterpret_cast<uv_handle_t *>(&self), [](uv_handle_t *h) { static_cast<Handle *>(h->data)->gone = true; });
  }
  T self;
  std::function<void()> then;
  bool gone = false;
};

struct Timer : Handle<uv_timer_t> {
  Timer(Program &p, uint64_t after, uint64_t every, std::function<void()> what) {
    then = std::move(what);
    uv_timer_init(&p.loop, &self);
    uv_timer_start(&self, [](uv_timer_t *t) { static_cast<Handle<uv_timer_t> *>(t->data)->then(); }, after, every);
  }
};

struct Async : Handle<uv_async_t> {
  Async(Program &p, std::function<void()> what) {
    then = std::move(what);
    uv_async_init(&p.loop, &self, [](uv_async_t *a) { static_cast<Handle<uv_async_t> *>(a->data)->then(); });
  }
};

} // namespace

TEST_CASE("what was spawned before uv_run runs in it, and uv_run ends with the last task") {
  Program p;
  int steps = 0;
  p.go([&] {
    ++steps;
    weft_yield();
    ++steps;
    weft_sleep(ms);
    ++steps;
  });
  CHECK(p.run() == 0);
  CHECK(steps == 3);
  CHECK(p.run() == 0); // nothing: it does not wait
  p.go([&] { ++steps; });
  CHECK(p.run() == 0);
  CHECK(steps == 4);
}

TEST_CASE("no loop, which is what uv_default_loop answers when it cannot make one, is refused") {
  weft_uv_host *host = nullptr;
  CHECK(weft_uv_host_new(nullptr, &host) == WEFT_E_INVAL);
  CHECK(host == nullptr);
}

TEST_CASE("a daemon that never waits does not keep the loop") {
  Program p;
  int steps = 0;
  p.go(
      [&] {
        for (; !weft_cancelled(); weft_yield())
          ++steps;
      },
      WEFT_SPAWN_DAEMON);
  p.go([] { weft_sleep(ms); });
  CHECK(p.run() == 0);
  CHECK(steps > 0);
}

TEST_CASE("the program's timers, sockets and asks are served while tasks are always ready") {
  Program p;
  bool tick = false, asked = false, slept = false, got = false;
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  Async ask(p, [&] {
    asked = true;
    uv_unref(reinterpret_cast<uv_handle_t *>(&ask.self));
  });
  Timer timer(p, 2, 0, [&] {
    tick = true;
    uv_async_send(&ask.self);
  });
  // Both sides are busy for as long as one of these has not happened.
  for (int i = 0; i < 2; ++i)
    p.go([&] {
      while (!(tick && asked && slept && got))
        weft_yield();
    });
  p.go([&] {
    weft_sleep(3 * ms);
    slept = true;
    CHECK(write(fds[1], "x", 1) == 1);
  });
  p.go([&] {
    weft_sock *sock = nullptr;
    CHECK(weft_sock_adopt(fds[0], &sock) == WEFT_OK);
    char c = 0;
    CHECK(weft_sock_read(sock, &c, 1, WEFT_NEVER) == 1);
    weft_sock_close(sock);
    got = true;
  });
  CHECK(p.run() == 0);
  CHECK((tick && asked && slept && got));
  close(fds[1]);
}

TEST_CASE("a turn without any limit ends when the program's next timer is due") {
  Program p;
  weft_uv_host_budget(p.host, nullptr);
  int ticks = 0;
  Timer timer(p, 2, 2, [&] {
    if (++ticks == 5)
      uv_timer_stop(&timer.self);
  });
  p.go([] { weft_sleep(3 * ms); }); // the host's own timer hides no later one
  p.go([&] {
    while (ticks < 5)
      weft_yield();
  });
  CHECK(p.run() == 0);
  CHECK(ticks == 5);
}

TEST_CASE("the host's own timer is no limit of a turn") {
  Program p;
  weft_uv_host_budget(p.host, nullptr);
  bool slept = false;
  uint64_t turns = 1;
  p.go([&] {
    weft_sleep(3 * ms);
    slept = true;
  });
  p.run(UV_RUN_NOWAIT); // it is armed
  p.go([&] {
    turns = p.turns();
    while (!slept)
      weft_yield();
    for (uint64_t since = weft_now(); weft_now() - since < 3 * ms;)
      weft_yield();
    turns = p.turns() - turns;
  });
  CHECK(p.run() == 0);
  CHECK(turns == 0); // none but the one in which it began
}

TEST_CASE("a program with an idle handle of its own leaves tasks their turns") {
  Program p;
  int spins = 0, yields = 0;
  uv_idle_t idle;
  uv_idle_init(&p.loop, &idle);
  idle.data = &spins;
  uv_idle_start(&idle, [](uv_idle_t *i) { ++*static_cast<int *>(i->data); });
  p.go([&] {
    while (yields < 10000) {
      weft_yield();
      ++yields;
    }
    uv_idle_stop(&idle);
  });
  CHECK(p.run() == 0);
  CHECK(spins > 0);
  CHECK(yields == 10000);
  uv_close(reinterpret_cast<uv_handle_t *>(&idle), nullptr);
}

TEST_CASE("a sleep is never short, and the loop sleeps meanwhile") {
  Program p;
  uint64_t least = UINT64_MAX, asked = 5 * ms + 300000;
  int rounds = 10;
  p.go([&] {
    for (int i = 0; i < rounds; ++i) {
      uint64_t begun = weft_now();
      weft_sleep(asked);
      uint64_t took = weft_now() - begun;
      if (took < least)
        least = took;
    }
  });
  uint64_t before = p.turns();
  CHECK(p.run() == 0);
  CHECK(least >= asked);
  CHECK(p.turns() - before <= 3 * static_cast<uint64_t>(rounds)); // one each, and now and then one that came for something else
}

TEST_CASE("completions of another thread that race with the loop's falling asleep are not lost") {
  Program p;
  std::atomic<weft_token> offered{0};
  std::atomic<bool> stop{false};
  std::thread thread([&] {
    weft_token last = 0;
    while (!stop) {
      weft_token token = offered.load();
      if (token != last && weft_complete(token, WEFT_OK, 0) == WEFT_OK)
        last = token;
      std::this_thread::yield();
    }
  });
  int got = 0;
  p.go([&] {
    for (int i = 0; i < 300; ++i) {
      weft_token token = weft_token_new(nullptr);
      offered = token;
      got += weft_await(token, nullptr) == WEFT_OK;
    }
    stop = true;
  });
  CHECK(p.run() == 0);
  thread.join();
  CHECK(got == 300);
}

TEST_CASE("a completion by the loop's thread keeps the loop for its turn, also behind another thread's") {
  Program p;
  weft_token tokens[2] = {0, 0};
  int got = 0;
  for (weft_token &token : tokens)
    p.go(
        [&] {
          token = weft_token_new(nullptr);
          got += weft_await(token, nullptr) == WEFT_OK;
        },
        WEFT_SPAWN_DAEMON);
  CHECK(p.run() == 0); // they wait, and do not keep it
  std::thread([&] { weft_complete(tokens[0], WEFT_OK, 0); }).join();
  weft_complete(tokens[1], WEFT_OK, 0);
  CHECK(p.run() == 0);
  CHECK(got == 2);
}

TEST_CASE("callbacks complete what tasks wait for, whatever phase of the loop they are in") {
  Program p;
  weft_token token = 0;
  auto complete = [&] {
    if (token)
      weft_complete(token, WEFT_OK, 0);
    token = 0;
  };
  // From a timer, which is what keeps the loop going in the others too; before the loop waits; and after it did.
  static std::function<void()> now;
  now = complete;
  uv_prepare_t prepare;
  uv_check_t check;
  uv_prepare_init(&p.loop, &prepare);
  uv_check_init(&p.loop, &check);
  uv_unref(reinterpret_cast<uv_handle_t *>(&prepare));
  uv_unref(reinterpret_cast<uv_handle_t *>(&check));
  int got = 0;
  for (int phase = 0; phase < 3; ++phase) {
    if (phase == 1)
      uv_prepare_start(&prepare, [](uv_prepare_t *) { now(); });
    if (phase == 2)
      uv_check_start(&check, [](uv_check_t *) { now(); });
    Timer timer(p, 1, 1, [&] {
      if (phase == 0)
        complete();
    });
    p.go([&] {
      for (int i = 0; i < 5; ++i) {
        token = weft_token_new(nullptr);
        got += weft_await(token, nullptr) == WEFT_OK;
      }
      uv_timer_stop(&timer.self);
    });
    CHECK(p.run() == 0);
    uv_prepare_stop(&prepare);
    uv_check_stop(&check);
  }
  CHECK(got == 15);
  uv_close(reinterpret_cast<uv_handle_t *>(&prepare), nullptr);
  uv_close(reinterpret_cast<uv_handle_t *>(&check), nullptr);
}

TEST_CASE("a program that waits by itself, on the loop's descriptor, misses no wake") {
  Program p;
  weft_token tokens[2] = {0, 0};
  int got = 0;
  std::thread thread;
  p.go([&] {
    for (int i = 0; i < 2; ++i) {
      tokens[i] = weft_token_new(nullptr);
      got += weft_await(tokens[i], nullptr) == WEFT_OK;
    }
  });
  while (got < 2 || uv_loop_alive(&p.loop)) {
    p.run(UV_RUN_NOWAIT);
    if (tokens[0] && !thread.joinable()) // while it waits
      thread = std::thread([&] { weft_complete(tokens[0], WEFT_OK, 0); });
    else if (tokens[1]) // by the program itself, between two runs of the loop
      weft_complete(tokens[1], WEFT_OK, 0);
    if (!uv_loop_alive(&p.loop))
      break;
    pollfd fd = {uv_backend_fd(&p.loop), POLLIN, 0};
    int wait = uv_backend_timeout(&p.loop);
    CHECK(poll(&fd, 1, wait < 0 || wait > 20000 ? 20000 : wait) >= 0);
  }
  thread.join();
  CHECK(got == 2);
}

TEST_CASE("a loop that runs inside of a task's turn serves the program, starts no turn, and sleeps") {
  Program p;
  bool other_ran = false, ticked = false, ran_inside = false;
  int rounds = 0, ticks = 0;
  Timer timer(p, 5, 5, [&] {
    if ((ticked = ++ticks == 4))
      uv_timer_stop(&timer.self);
  });
  uint64_t turns = 0;
  p.go([&] {
    struct Inside {
      Program &p;
      bool &ticked;
      int &rounds;
    } inside{p, ticked, rounds};
    weft_uv_host_ops()->post(p.host);
    turns = p.turns();
    weft_call_native(
        [](void *arg) {
          auto *i = static_cast<Inside *>(arg);
          for (; !i->ticked; ++i->rounds)
            uv_run(&i->p.loop, UV_RUN_ONCE);
        },
        &inside);
    ran_inside = other_ran;
    turns = p.turns() - turns;
  });
  p.go([&] { other_ran = true; });
  CHECK(p.run() == 0);
  CHECK(ticked);
  CHECK_FALSE(ran_inside);
  CHECK(turns == 0);
  CHECK(rounds < 200); // what was asked for meanwhile does not make it spin
  CHECK(other_ran);
}

TEST_CASE("a loop that runs inside of a task's turn tells of descriptors after that turn, and sleeps meanwhile") {
  Program p;
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  weft_fd_cell cell = {};
  cell.fd = fds[0];
  REQUIRE(weft_uv_host_ops()->watch(p.host, &cell) == WEFT_OK);
  int ticks = 0, rounds = 0;
  bool told_inside = true;
  Timer timer(p, 5, 5, [&] { ++ticks; });
  while (!(cell.ready & WEFT_WRITABLE))
    p.run(UV_RUN_NOWAIT);
  cell.ready = 0;
  auto inside = [&] {
    CHECK(write(fds[1], "x", 1) == 1);
    const int before = ticks;
    do {
      uv_run(&p.loop, UV_RUN_ONCE);
      ++rounds;
    } while (ticks < before + 4);
    uv_timer_stop(&timer.self);
    told_inside = cell.ready != 0;
  };
  p.go([&] { weft_call_native([](void *arg) { (*static_cast<decltype(inside) *>(arg))(); }, &inside); });
  CHECK(p.run() == 0);
  CHECK_FALSE(told_inside);
  CHECK(rounds < 200);
  Timer end(p, 20000, 0, [] {});
  while (!(cell.ready & WEFT_READABLE) && uv_is_active(reinterpret_cast<uv_handle_t *>(&end.self)))
    p.run(UV_RUN_NOWAIT);
  CHECK((cell.ready & WEFT_READABLE) != 0);
  weft_uv_host_ops()->unwatch(p.host, &cell);
  close(fds[0]);
  close(fds[1]);
}

TEST_CASE("uv_stop stops the loop between two turns, and what is left runs later") {
  Program p;
  bool go_on = false, done = false;
  p.go([&] {
    uv_stop(&p.loop);
    while (!go_on)
      weft_yield();
    done = true;
  });
  CHECK(p.run() != 0);
  CHECK_FALSE(done);
  go_on = true;
  CHECK(p.run() == 0);
  CHECK(done);
}

TEST_CASE("a task may close the host in whose turn it runs; others are cancelled") {
  Program p;
  weft_status seen = WEFT_OK, again = WEFT_OK;
  p.go([&] { seen = weft_sleep(WEFT_NEVER / 2); });
  p.go([&] {
    weft_yield();
    p.close();
    again = weft_uv_host_close(p.host, WEFT_SHUTDOWN_WAIT, nullptr, nullptr);
  });
  CHECK(p.run() == 0);
  CHECK(seen == WEFT_E_CANCELLED);
  CHECK(again == WEFT_E_CLOSED);
  CHECK(p.closed);
  CHECK(p.abandoned == 0);
}

TEST_CASE("closing waits for the tasks, and tells how many could not end") {
  Program p;
  bool slept = false, cleaned = false;
  p.go([&] { slept = weft_sleep(2 * ms) == WEFT_OK; });
  p.go([&] { // whom nobody wakes
    struct Cleans {
      bool &done;
      ~Cleans() { done = true; }
    } cleans{cleaned};
    weft_park();
    weft_park();
  });
  CHECK(uv_loop_close(&p.loop) == UV_EBUSY);
  p.close(WEFT_SHUTDOWN_CANCEL);
  CHECK(p.run() == 0);
  CHECK_FALSE(slept);
  CHECK(p.closed);
  CHECK(p.abandoned == 1);
  CHECK(cleaned);
}

TEST_CASE("a program that ended its runtime itself closes what is left") {
  Program p;
  bool over = false;
  p.go([] { weft_sleep(ms); });
  CHECK(weft_shutdown(p.rt, WEFT_SHUTDOWN_WAIT, [](void *arg, uint64_t) { *static_cast<bool *>(arg) = true; }, &over) == WEFT_OK);
  SECTION("with the host, which knows no better than to ask") {
    p.close();
  }
  SECTION("and destroyed it") {
    CHECK(p.run() == 0);
    CHECK(over);
    CHECK(weft_runtime_destroy(p.rt) == WEFT_OK);
    weft_uv_host_attach(p.host, nullptr);
    p.close();
  }
  CHECK(p.run() == 0);
  CHECK(over);
  CHECK(p.closed);
}

TEST_CASE("closing tells the number that the program's own shutdown was told") {
  Program p;
  uint64_t told = 0;
  p.go([] { // whom nobody wakes
    weft_park();
    weft_park();
  });
  p.run(UV_RUN_NOWAIT);
  CHECK(weft_shutdown(p.rt, WEFT_SHUTDOWN_CANCEL, [](void *arg, uint64_t n) { *static_cast<uint64_t *>(arg) = n; }, &told) == WEFT_OK);
  SECTION("whose done is still to come") {}
  SECTION("which is over") { CHECK(p.run() == 0); }
  p.close();
  CHECK(p.run() == 0);
  CHECK(told == 1);
  CHECK(p.abandoned == 1);
}

TEST_CASE("that nobody was attached is said when tasks live and the loop runs") {
  FILE *said = tmpfile();
  REQUIRE(said);
  const int error = dup(STDERR_FILENO);
  dup2(fileno(said), STDERR_FILENO);
  bool done = false;
  {
    Program p(false);
    p.run(UV_RUN_NOWAIT); // nobody lives
    const off_t nothing = lseek(STDERR_FILENO, 0, SEEK_CUR);
    p.go([&] { done = true; });
    for (int i = 0; i < 3; ++i)
      p.run(UV_RUN_NOWAIT);
    CHECK_FALSE(done);
    weft_uv_host_attach(p.host, p.rt);
    p.run();
    CHECK(nothing == 0);
  }
  dup2(error, STDERR_FILENO);
  close(error);
  rewind(said);
  char text[300] = "";
  const size_t size = fread(text, 1, sizeof text - 1, said);
  fclose(said);
  CHECK(done);
  CHECK(std::string(text, size) == "weft: tasks live and the loop runs, but gives them no turns: weft_uv_host_attach was not called\n");
}

TEST_CASE("what is due while nobody is attached is served when somebody is again") {
  Program p;
  bool done = false, go_on = false, late = false;
  uint64_t wait = 5;
  Timer guard(p, 20000, 0, [&] { late = true; });
  SECTION("a deadline") {
    for (bool asleep = false; !asleep; wait *= 2) { // longer than this machine needs to let go of it
      done = false;
      p.go([&] { done = weft_sleep(wait * ms) == WEFT_OK; });
      for (int i = 0; i < 3; ++i) // until nothing else asks for a turn
        p.run(UV_RUN_NOWAIT);
      asleep = !done;
    }
  }
  SECTION("tasks that are ready") {
    p.go([&] {
      while (!go_on)
        weft_yield();
      done = true;
    });
    p.run(UV_RUN_NOWAIT);
  }
  weft_uv_host_attach(p.host, nullptr);
  bool passed = false;
  Timer timer(p, wait + 5, 0, [&] { passed = true; });
  while (!passed)
    p.run(UV_RUN_ONCE);
  CHECK_FALSE(done);
  go_on = true;
  weft_uv_host_attach(p.host, p.rt);
  while (!done && !late)
    p.run(UV_RUN_ONCE);
  CHECK(done);
  CHECK_FALSE(late);
}

TEST_CASE("a walk over the loop's handles tells the program's from the host's") {
  Program p;
  uv_timer_t timer;
  REQUIRE(uv_timer_init(&p.loop, &timer) == 0);
  REQUIRE(uv_timer_start(&timer, [](uv_timer_t *) {}, 3600000, 0) == 0);
  bool slept = false;
  p.go([&] { slept = weft_sleep(20 * ms) == WEFT_OK; });
  struct Walk {
    const weft_uv_host *host;
    int closed, left;
  } walk = {p.host, 0, 0};
  auto close_ours = [](uv_handle_t *handle, void *arg) {
    auto *w = static_cast<Walk *>(arg);
    if (weft_uv_host_owns(w->host, handle))
      w->left++;
    else
      w->closed++, uv_close(handle, nullptr);
  };
  uv_walk(&p.loop, close_ours, &walk);
  CHECK(walk.closed == 1);
  CHECK(walk.left > 0);
  p.run();
  CHECK(slept);
}

TEST_CASE("two loops on two threads, each with its runtime") {
  std::atomic<int> sum{0};
  // Catch2 is for one thread: what is checked there is counted, and its own checks are the other thread's.
  auto work = [&] {
    uv_loop_t loop;
    weft_uv_host *host = nullptr;
    weft_runtime *rt = nullptr;
    if (uv_loop_init(&loop) != 0 || weft_uv_host_new(&loop, &host) != WEFT_OK)
      return;
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = weft_uv_host_ops();
    config.host_self = host;
    if (weft_runtime_create(&config, &rt, nullptr, 0) != WEFT_OK)
      return;
    weft_uv_host_attach(host, rt);
    for (int i = 0; i < 100; ++i)
      weft_spawn(
          rt,
          [](void *arg) {
            weft_yield();
            weft_sleep(1000);
            ++*static_cast<std::atomic<int> *>(arg);
          },
          &sum, nullptr, nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    weft_uv_host_close(host, WEFT_SHUTDOWN_WAIT, nullptr, nullptr);
    uv_run(&loop, UV_RUN_DEFAULT);
    sum += uv_loop_close(&loop) == 0 ? 1000 : 0;
  };
  std::thread other(work);
  work();
  other.join();
  CHECK(sum == 2200);
}

TEST_CASE("a child of fork lets go of the loop, and takes nothing of the parent's") {
  Program p;
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  char got = 0;
  bool waits = false;
  p.go([&] {
    weft_sock *sock = nullptr;
    CHECK(weft_sock_adopt(fds[0], &sock) == WEFT_OK);
    waits = true;
    CHECK(weft_sock_read(sock, &got, 1, WEFT_NEVER) == 1);
    weft_sock_close(sock);
  });
  while (!waits)
    p.run(UV_RUN_NOWAIT);
  p.run(UV_RUN_NOWAIT);
  pid_t child = fork();
  if (child == 0) {
    no_reports();
    if (uv_loop_fork(&p.loop) != 0)
      _exit(1);
    if (write(fds[1], "x", 1) != 1)
      _exit(2);
    // The set reports here, too; whoever took that from it would leave the parent without.
    for (int i = 0; i < 3; ++i)
      uv_run(&p.loop, UV_RUN_NOWAIT);
    _exit(got == 0 ? 0 : 3);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(p.run() == 0);
  CHECK(got == 'x');
  close(fds[1]);
}

TEST_CASE("a child of fork that closes the host drops no descriptor of its own from the loop") {
  Program p;
  int fds[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
  weft_fd_cell cell = {};
  cell.fd = fds[0];
  REQUIRE(weft_uv_host_ops()->watch(p.host, &cell) == WEFT_OK);
  p.go([] { weft_park(); }); // what keeps the loop
  const bool runs_first = GENERATE(true, false);
  CAPTURE(runs_first);
  pid_t child = fork();
  if (child == 0) {
    no_reports();
    alarm(60);
    if (uv_loop_fork(&p.loop) != 0)
      _exit(1);
    if (runs_first)
      uv_run(&p.loop, UV_RUN_NOWAIT); // the set reports: fds[0] is writable
    else if (weft_uv_host_close(p.host, WEFT_SHUTDOWN_WAIT, nullptr, nullptr) != WEFT_OK)
      _exit(2);
    int own[2]; // the lowest numbers that are free
    static bool told;
    uv_poll_t poll;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, own) != 0 || uv_poll_init(&p.loop, &poll, own[0]) != 0)
      _exit(3);
    uv_poll_start(&poll, UV_READABLE, [](uv_poll_t *handle, int, int) {
      told = true;
      uv_close(reinterpret_cast<uv_handle_t *>(handle), nullptr);
    });
    uv_run(&p.loop, UV_RUN_NOWAIT);
    if (runs_first && weft_uv_host_close(p.host, WEFT_SHUTDOWN_WAIT, nullptr, nullptr) != WEFT_OK)
      _exit(4);
    if (write(own[1], "y", 1) != 1)
      _exit(5);
    uv_run(&p.loop, UV_RUN_DEFAULT);
    _exit(told && uv_loop_close(&p.loop) == 0 ? 0 : 6);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  weft_uv_host_ops()->unwatch(p.host, &cell);
  close(fds[0]);
  close(fds[1]);
}

TEST_CASE("what arrives while nobody reads is there for the next read, more descriptors than one look reports") {
  Program p;
  constexpr int pairs = 200, rounds = 3;
  int done = 0;
  std::vector<int> far;
  for (int i = 0; i < pairs; ++i) {
    int fds[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0);
    far.push_back(fds[1]);
    p.go([&, fd = fds[0]] {
      weft_sock *sock = nullptr;
      CHECK(weft_sock_adopt(fd, &sock) == WEFT_OK);
      for (int round = 0; round < rounds; ++round) {
        char c = 0;
        done += weft_sock_read(sock, &c, 1, WEFT_NEVER) == 1;
        if (round == 0)
          weft_sleep(ms); // something comes meanwhile
      }
      weft_sock_close(sock);
    });
  }
  int sent = 0;
  Timer timer(p, 1, 1, [&] {
    for (int fd : far)
      CHECK(write(fd, "y", 1) == 1);
    if (++sent == rounds)
      uv_timer_stop(&timer.self);
  });
  CHECK(p.run() == 0);
  CHECK(done == pairs * rounds);
  for (int fd : far)
    close(fd);
}

TEST_CASE("a signal dumps the tasks of a loop that sleeps") {
  int text[2];
  REQUIRE(pipe(text) == 0);
  pid_t child = fork();
  if (child == 0) {
    no_reports();
    uv_loop_t loop;
    weft_uv_host *host = nullptr;
    weft_runtime *rt = nullptr;
    weft_runtime_config config = {};
    if (uv_loop_init(&loop) != 0 || weft_uv_host_new(&loop, &host) != WEFT_OK)
      _exit(1);
    config.size = sizeof config;
    config.host = weft_uv_host_ops();
    config.host_self = host;
    if (weft_runtime_create(&config, &rt, nullptr, 0) != WEFT_OK || weft_dump_on_signal(SIGQUIT, 0, text[1]) != WEFT_OK)
      _exit(2);
    weft_uv_host_attach(host, rt);
    static weft_token never;
    never = weft_token_new(rt);
    weft_spawn(rt, [](void *) { weft_await(never, nullptr); }, nullptr, nullptr, nullptr);
    uv_run(&loop, UV_RUN_NOWAIT); // it waits now
    uv_timer_t soon;
    uv_timer_init(&loop, &soon);
    uv_timer_start(&soon, [](uv_timer_t *) { raise(SIGQUIT); }, 1, 0); // on the loop's thread itself, and then it sleeps
    uv_run(&loop, UV_RUN_DEFAULT);
    _exit(3);
  }
  close(text[1]);
  std::string all;
  char some[512];
  while (all.find("parked for token") == std::string::npos) {
    pollfd there = {text[0], POLLIN, 0};
    REQUIRE(poll(&there, 1, 60000) == 1);
    ssize_t n = read(text[0], some, sizeof some);
    REQUIRE(n > 0);
    all.append(some, static_cast<size_t>(n));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(text[0]);
}
