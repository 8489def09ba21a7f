// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A task's life, from spawn to join, and what belongs to it alone.
#include "on_manual.h"
#include "sanitized.h"

#include <cerrno>
#include <stdexcept>
#include <thread>

TEST_CASE("spawning runs nothing and asks for one turn") {
  OnManual m;
  bool ran = false;
  uint64_t posts = weft_manual_posts(m.host);
  m.go([&] { ran = true; });
  m.go([] {});
  CHECK_FALSE(ran);
  CHECK(weft_manual_posts(m.host) == posts + 1);
  m.turn();
  CHECK(ran);
}

TEST_CASE("a task spawned without a place for its handle is detached") {
  OnManual m;
  static bool ran;
  ran = false;
  CHECK(weft_spawn(m.rt, [](void *) { ran = true; }, nullptr, nullptr, nullptr) == WEFT_OK);
  m.settle();
  CHECK(ran);
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(m.rt, &stats);
  CHECK(stats.tasks_live == 0);
}

TEST_CASE("join waits for the end, from a task; after the end it does not wait") {
  OnManual m;
  std::vector<int> order;
  weft_task slow = m.make([&] {
    weft_yield();
    order.push_back(1);
  });
  m.go([&] {
    CHECK(weft_join(slow) == WEFT_OK);
    order.push_back(2);
  });
  m.settle();
  CHECK(order == std::vector<int>{1, 2});
  weft_task ended = m.make([] {});
  m.settle();
  CHECK(weft_task_id(ended) != 0);
  CHECK(weft_join(ended) == WEFT_OK);
  CHECK(weft_task_id(ended) == 0);
}

TEST_CASE("joins that cannot be are refused") {
  OnManual m;
  weft_task parked = m.make([] { weft_park(); });
  CHECK(weft_join(parked) == WEFT_E_NOTASK);
  CHECK(weft_join(0) == WEFT_E_STALE);
  weft_task detached = m.go([] { weft_park(); });
  CHECK(weft_join(detached) == WEFT_E_STALE);
  m.go([&] { CHECK(weft_join(parked) == WEFT_OK); });
  weft_status self = WEFT_OK, second = WEFT_OK;
  m.make([&] { self = weft_join(weft_self()); });
  m.settle();
  m.go([&] { second = weft_join(parked); });
  m.settle();
  CHECK(self == WEFT_E_DEADLOCK);
  CHECK(second == WEFT_E_BUSY);
  CHECK(weft_detach(parked) == WEFT_E_BUSY);
  weft_wake(parked);
  m.settle();
}

TEST_CASE("a detached task goes when it ends") {
  OnManual m;
  weft_task task = m.make([] {});
  CHECK(weft_detach(task) == WEFT_OK);
  CHECK(weft_detach(task) == WEFT_E_STALE);
  m.settle();
  CHECK(weft_task_id(task) == 0);
  weft_task done = m.make([] {});
  m.settle();
  CHECK(weft_detach(done) == WEFT_OK);
  CHECK(weft_task_id(done) == 0);
}

TEST_CASE("arguments of spawn are checked") {
  OnManual m;
  weft_task task;
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  CHECK(weft_spawn(m.rt, nullptr, nullptr, nullptr, &task) == WEFT_E_INVAL);
  attr.stack = WEFT_STACK_CLASSES;
  CHECK(weft_spawn(m.rt, [](void *) {}, nullptr, &attr, &task) == WEFT_E_INVAL);
  weft_spawn_attr unknown = {};
  unknown.size = sizeof unknown;
  unknown.flags = 4; // no WEFT_SPAWN_*
  CHECK(weft_spawn(m.rt, [](void *) {}, nullptr, &unknown, &task) == WEFT_E_INVAL);
}

// A compiler keeps errno's address over a call that suspends, unless the pass tells it (weft-tls).
[[gnu::noinline]] int errno_now() {
  asm volatile("");
  return errno;
}

TEST_CASE("word, name and errno are the task's own") {
  OnManual m;
  int seen[2] = {-1, -1};
  auto body = [&](int n) {
    *weft_task_word() = static_cast<uint64_t>(n);
    weft_task_set_name(n ? "one" : "a name of more than thirty-one bytes");
    errno = 100 + n;
    weft_yield();
    seen[n] = errno_now();
    CHECK(*weft_task_word() == static_cast<uint64_t>(n));
    CHECK(weft_task_name(weft_self()) ==
          std::string(n ? "one" : "a name of more than thirty-one "));
  };
  m.go([&] { body(0); });
  m.go([&] { body(1); });
  errno = 42;
  m.settle();
  CHECK(errno == 42);
  CHECK(seen[0] == 100);
  CHECK(seen[1] == 101);
}

// Records are used again, the last one first, and a spawn writes only what a task always has.
TEST_CASE("a task knows nothing of the one whose record it has") {
  OnManual m;
  weft_domain *d = m.domain("d");
  for (bool cancelled : {false, true}) {
    weft_task first = m.go([&] {
      *weft_task_word() = 7;
      weft_task_set_name("first");
      weft_set_waits("first's reason");
      errno = 5;
      if (cancelled) { // once too often
        weft_cancel(weft_self());
        weft_cancel(weft_self());
        CHECK(weft_park() == WEFT_E_CANCELLED);
      }
    }, d);
    m.settle();
    bool ran = false;
    weft_task second = m.go([&] {
      CHECK(errno_now() == 0);
      CHECK(weft_cancelled() == 0);
      CHECK(*weft_task_word() == 0);
      CHECK(std::string(weft_task_name(weft_self())).empty());
      CHECK(weft_park() == WEFT_OK); // no cancel answers it
      ran = true;
    });
    CHECK((second & 0xffffff) == (first & 0xffffff));
    CHECK(second != first);
    CHECK(weft_wake(first) == WEFT_E_STALE);
    CHECK(weft_join(first) == WEFT_E_STALE);
    int seen = 0;
    auto look = [](void *arg, const weft_task_info *info) {
      ++*static_cast<int *>(arg);
      CHECK(info->word == 0);
      CHECK(std::string(info->name).empty());
    };
    weft_visit_tasks(m.rt, look, &seen);
    m.settle();
    auto reason = [](void *arg, const weft_task_info *info) {
      ++*static_cast<int *>(arg);
      CHECK(std::string(info->waits) == "wake");
    };
    weft_visit_tasks(m.rt, reason, &seen);
    CHECK(seen == 2);
    CHECK(weft_wake(second) == WEFT_OK);
    m.settle();
    CHECK(ran);
  }
  CHECK(weft_domain_close(d) == WEFT_OK);
}

TEST_CASE("an exception that is being handled is the task's own") {
  OnManual m;
  std::string seen[2];
  auto body = [&](int n) {
    try {
      throw std::runtime_error(n ? "one" : "zero");
    } catch (...) {
      weft_yield();
      try {
        throw; // whichever the thread thinks is current
      } catch (const std::exception &e) {
        seen[n] = e.what();
      }
      weft_yield();
    }
  };
  m.go([&] { body(0); });
  m.go([&] { body(1); });
  m.go([] {
    CHECK_FALSE(std::current_exception());
    weft_yield();
    CHECK_FALSE(std::current_exception());
  });
  try {
    throw 7; // a host in the middle of a catch clause
  } catch (int) {
    m.settle();
    CHECK(std::current_exception());
  }
  CHECK(seen[0] == "zero");
  CHECK(seen[1] == "one");
}

TEST_CASE("unwinding may yield: uncaught exceptions are counted per task") {
  OnManual m;
  struct Yields {
    int *count;
    ~Yields() {
      weft_yield();
      *count = std::uncaught_exceptions();
    }
  };
  int during = -1, other = -1;
  m.go([&] {
    try {
      Yields y{&during};
      throw 1;
    } catch (int) {
    }
  });
  m.go([&] { other = std::uncaught_exceptions(); });
  m.settle();
  CHECK(during == 1);
  CHECK(other == 0);
}

TEST_CASE("weft_call_native runs on the loop's stack, throws through, and is a call outside") {
  OnManual m;
  char *here = static_cast<char *>(__builtin_frame_address(0));
  auto near_loop = [&](void *frame) {
    auto distance = here - static_cast<char *>(frame);
    return distance > -(1 << 20) && distance < (1 << 20);
  };
  bool native = false, plain = false, caught = false;
  struct Probe {
    decltype(near_loop) &near;
    bool *out;
  };
  auto probe = [](void *arg) {
    auto *p = static_cast<Probe *>(arg);
    *p->out = p->near(__builtin_frame_address(0));
  };
  Probe in_task{near_loop, &native}, outside{near_loop, &plain};
  m.go([&] {
    weft_call_native(probe, &in_task);
    try {
      weft_call_native([](void *) { throw 3; }, nullptr);
    } catch (int n) {
      caught = n == 3;
    }
    weft_yield();
  });
  m.settle();
  weft_call_native(probe, &outside);
  CHECK(native);
  CHECK(plain);
  CHECK(caught);
}

TEST_CASE("a hundred thousand tasks live at once") {
  OnManual m;
  int ended = 0;
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED;
  attr.stack = WEFT_STACK_64K;
  const int count = sanitized() ? 2000 : 100000;
  for (int i = 0; i < count; ++i)
    REQUIRE(weft_spawn(
                m.rt,
                [](void *arg) {
                  weft_park_until(weft_now() + 5);
                  ++*static_cast<int *>(arg);
                },
                &ended, &attr, nullptr) == WEFT_OK);
  m.settle();
  CHECK(ended == 0);
  weft_stats stats = {};
  stats.size = sizeof stats;
  weft_get_stats(m.rt, &stats);
  CHECK(stats.tasks_live == count);
  m.pass(5);
  CHECK(ended == count);
}

TEST_CASE("joins and detaches belong to the loop's thread") {
  OnManual m;
  weft_task task = m.make([] {});
  m.settle();
  weft_status joined = WEFT_OK, detached = WEFT_OK;
  std::thread([&] {
    joined = weft_join(task);
    detached = weft_detach(task);
  }).join();
  CHECK(joined == WEFT_E_INVAL);
  CHECK(detached == WEFT_E_INVAL);
  CHECK(weft_join(task) == WEFT_OK);
}
