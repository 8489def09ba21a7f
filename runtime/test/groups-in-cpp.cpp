// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// group.hpp: exceptions of tasks come out of the wait, and a scope that is left cancels and waits, wherever that happens.
#include "on_manual.h"
#include "weft/group.hpp"

#include <string>

using namespace std::chrono_literals;

namespace {

weft_spawn_attr roomy() { // sanitizers want more than the default stack
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  return attr;
}
const weft_spawn_attr kRoomy = roomy();

// What is alive, of frames and closures.
struct Alive {
  int *count;
  explicit Alive(int *c) : count(c) { ++*count; }
  Alive(const Alive &other) : Alive(other.count) {}
  ~Alive() { --*count; }
};

} // namespace

TEST_CASE("tasks of a group use their owner's frame, and are over after the wait") {
  OnManual m;
  int sum = 0;
  m.go([&] {
    int left = 0, right = 0;
    weft::group tasks;
    tasks.spawn([&] { left = 1; }, &kRoomy);
    tasks.spawn(
        [&] {
          weft_yield();
          right = 2;
          return weft_status{WEFT_OK};
        },
        &kRoomy);
    CHECK(tasks.wait() == WEFT_OK);
    sum = left + right;
  });
  m.settle();
  CHECK(sum == 3);
}

TEST_CASE("what the first failing task throws comes out of the wait, once the others have ended") {
  OnManual m;
  int alive = 0;
  std::string caught;
  m.go([&] {
    try {
      weft::group tasks;
      tasks.spawn(
          [&, a = Alive(&alive)] {
            weft_park(); // cancelled
            throw std::runtime_error("too late");
          },
          &kRoomy);
      tasks.spawn(
          [&, a = Alive(&alive)] {
            weft_yield();
            throw std::runtime_error("first");
          },
          &kRoomy);
      tasks.wait();
      CHECK(false);
    } catch (const std::runtime_error &e) {
      caught = e.what();
      CHECK(alive == 0);
    }
  });
  m.settle();
  CHECK(caught == "first");
}

TEST_CASE("a status that a task returns is the group's error too") {
  OnManual m;
  weft_status status = WEFT_OK;
  m.go([&] {
    weft::group tasks;
    tasks.spawn([] { return weft_status{-5}; }, &kRoomy);
    status = tasks.wait();
    CHECK(tasks.spawn([] {}, &kRoomy) == WEFT_E_CLOSED);
  });
  m.settle();
  CHECK(status == -5);
}

TEST_CASE("a scope that an exception leaves cancels its tasks and waits for them") {
  OnManual m;
  int alive = 0;
  std::string caught;
  m.go([&] {
    try {
      Alive frame(&alive);
      weft::group tasks;
      tasks.spawn(
          [&] {
            Alive here(&alive);
            CHECK(weft_park() == WEFT_E_CANCELLED);
            weft_yield();
            CHECK(alive == 2); // its owner's frame is still there
          },
          &kRoomy);
      weft_yield();
      throw std::runtime_error("left");
    } catch (const std::runtime_error &e) {
      caught = e.what();
      CHECK(alive == 0);
    }
  });
  m.settle();
  CHECK(caught == "left");
}

TEST_CASE("deadlines and shields end with their scopes") {
  OnManual m;
  std::vector<weft_status> s;
  m.go([&] {
    try {
      weft::deadline d(10ns);
      {
        weft::shield shield;
        s.push_back(weft_sleep(20));
      }
      s.push_back(weft_sleep(20));
      throw std::runtime_error("left");
    } catch (const std::runtime_error &) {
      s.push_back(weft_sleep(20));
    }
    weft::deadline past(-1ns);
    s.push_back(weft_sleep(20));
    s.push_back(past.end());
  });
  m.settle();
  for (int i = 0; i < 4; ++i)
    m.pass(20);
  CHECK(s == std::vector<weft_status>{WEFT_OK, WEFT_E_CANCELLED, WEFT_OK, WEFT_E_CANCELLED,
                                      WEFT_E_TIMEOUT});
}

TEST_CASE("scopes are a task's") {
  OnManual m;
  CHECK_THROWS_AS(weft::deadline(1ns), std::logic_error);
  CHECK_THROWS_AS(weft::shield(), std::logic_error);
  CHECK_THROWS_AS(weft::group(), std::logic_error);
}

namespace {

// A program of nested groups whose waits are counted. At the one whose number is `stop_at` its task waits for ever, whatever it is told.
struct Program {
  int alive = 0;
  int waits = 0;
  int stop_at = -1;

  void wait_here() {
    Alive frame(&alive);
    if (waits++ != stop_at) {
      weft_park_until(weft_now() + 1);
      return;
    }
    weft::shield nothing_ends_it;
    for (;;)
      weft_park();
  }
  void cleanup() {
    weft::shield shield;
    wait_here();
  }
  void leaf(bool fails) {
    Alive frame(&alive);
    try {
      wait_here();
      if (fails)
        throw std::runtime_error("leaf");
      wait_here();
    } catch (const std::runtime_error &) {
      cleanup();
      throw;
    }
    cleanup();
  }
  void inner(bool fails) {
    weft::deadline d(50ns);
    weft::group tasks;
    for (int i = 0; i < 2; ++i)
      tasks.spawn([this, fails, i, a = Alive(&alive)] { leaf(fails && i == 1); }, &kRoomy);
    wait_here();
    tasks.wait();
  }
  void outer(bool fails) {
    Alive frame(&alive);
    try {
      weft::group tasks;
      tasks.spawn([this, fails, a = Alive(&alive)] { inner(fails); }, &kRoomy);
      tasks.spawn([this, a = Alive(&alive)] { leaf(false); }, &kRoomy);
      wait_here();
      tasks.wait();
    } catch (const std::runtime_error &) {
      cleanup();
    }
  }
};

} // namespace

TEST_CASE("a program that is given up at any of its waits is unwound, and nothing is left") {
  const bool fails = GENERATE(false, true);
  int all = 1;
  for (int at = 0; at < all; ++at) {
    Program p;
    {
      OnManual m;
      p.stop_at = at;
      m.go([&] { p.outer(fails); });
      for (int i = 0; i < 100; ++i)
        m.pass(1);
      weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
      for (int i = 0; i < 10; ++i)
        m.pass(1);
      if (at == 0) {
        Program whole;
        OnManual other;
        other.go([&] { whole.outer(fails); });
        for (int i = 0; i < 100; ++i)
          other.pass(1);
        all = whole.waits;
        CHECK(whole.alive == 0);
      }
    }
    INFO(at);
    CHECK(p.alive == 0);
  }
  CHECK(all > 5);
}

TEST_CASE("a program that is cancelled at any of its steps ends by itself, and nothing is left") {
  const bool fails = GENERATE(false, true);
  bool more = true;
  for (int steps = 0; more; ++steps) {
    Program p;
    OnManual m;
    weft_task task = m.go([&] { p.outer(fails); });
    for (int i = 0; i < steps; ++i)
      if (!m.turn(1).more)
        weft_manual_advance(m.host, 1);
    more = weft_cancel(task) == WEFT_OK;
    for (int i = 0; i < 100; ++i)
      m.pass(1);
    INFO(steps);
    CHECK(weft_task_id(task) == 0);
    CHECK(p.alive == 0);
    CHECK(steps < 1000);
  }
}
