// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Park and wake: a wake is never lost and never taken by a wait it was not meant for.
#include "on_manual.h"

TEST_CASE("a wake before the park is remembered") {
  OnManual m;
  weft_status status = WEFT_E_INVAL;
  weft_task task = m.go([&] { status = weft_park(); });
  CHECK(weft_wake(task) == WEFT_OK);
  m.settle();
  CHECK(status == WEFT_OK);
}

TEST_CASE("wakes before the park coalesce into one") {
  OnManual m;
  int woken = 0;
  weft_task task = m.go([&] {
    while (weft_park() == WEFT_OK)
      woken++;
  });
  weft_wake(task);
  weft_wake(task);
  m.settle();
  CHECK(woken == 1);
  weft_wake(task);
  m.settle();
  CHECK(woken == 2);
}

TEST_CASE("a wake while the task sleeps is for its next park") {
  OnManual m;
  std::vector<std::string> log;
  weft_task task = m.go([&] {
    CHECK(weft_sleep(1000) == WEFT_OK);
    log.push_back("slept");
    CHECK(weft_park() == WEFT_OK);
    log.push_back("woken");
  });
  m.settle();
  weft_wake(task);
  m.settle();
  CHECK(log.empty());
  m.pass(1000);
  CHECK(log == std::vector<std::string>{"slept", "woken"});
}

TEST_CASE("a task wakes another, which runs after it has stopped") {
  OnManual m;
  std::vector<int> order;
  weft_task sleeper = m.go([&] {
    weft_park();
    order.push_back(2);
  });
  m.go([&] {
    weft_wake(sleeper);
    order.push_back(1);
  });
  m.settle();
  CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("a wake of a task that has ended is stale") {
  OnManual m;
  weft_task detached = m.go([] {});
  weft_task joinable = m.make([] {});
  m.settle();
  CHECK(weft_wake(detached) == WEFT_E_STALE);
  CHECK(weft_wake(joinable) == WEFT_E_STALE);
  CHECK(weft_join(joinable) == WEFT_OK);
  CHECK(weft_join(joinable) == WEFT_E_STALE);
  CHECK(weft_wake(0) == WEFT_E_STALE);
  CHECK(weft_wake(0xffffffffffffffff) == WEFT_E_STALE);
}

TEST_CASE("a handle of an ended task does not reach the next one in its record") {
  OnManual m;
  weft_task first = m.go([] {});
  m.settle();
  bool woken = false;
  weft_task second = m.go([&] { woken = weft_park() == WEFT_OK; });
  CHECK((first & 0xffffff) == (second & 0xffffff));
  m.settle();
  CHECK(weft_wake(first) == WEFT_E_STALE);
  CHECK(weft_cancel(first) == WEFT_E_STALE);
  m.settle();
  CHECK_FALSE(woken);
  weft_wake(second);
  m.settle();
  CHECK(woken);
}

TEST_CASE("a park ends at its deadline, and a later wake is kept for the next") {
  OnManual m;
  std::vector<weft_status> statuses;
  weft_task task = m.go([&] {
    statuses.push_back(weft_park_until(weft_now() + 500));
    statuses.push_back(weft_park());
  });
  m.settle();
  m.pass(499);
  CHECK(statuses.empty());
  m.pass(1);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_TIMEOUT});
  weft_wake(task);
  m.settle();
  CHECK(statuses.back() == WEFT_OK);
}

TEST_CASE("waits outside of tasks say so") {
  OnManual m;
  CHECK(weft_yield() == WEFT_E_NOTASK);
  CHECK(weft_park() == WEFT_E_NOTASK);
  CHECK(weft_sleep(1) == WEFT_E_NOTASK);
  CHECK(weft_await(weft_token_new(m.rt), nullptr) == WEFT_E_NOTASK);
  CHECK(weft_self() == 0);
  CHECK(weft_task_word() == nullptr);
  CHECK(weft_cancelled() == 0);
}
