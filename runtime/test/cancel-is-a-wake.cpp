// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Cancelling only wakes: the present or next wait answers WEFT_E_CANCELLED once per call, and the
// task decides what to do about it.
#include "on_manual.h"

TEST_CASE("cancel ends each kind of wait") {
  OnManual m;
  weft_status status = WEFT_OK;
  weft_task other = m.make([] { weft_park(); });
  weft_token token = weft_token_new(m.rt);
  std::function<weft_status()> wait;
  SECTION("park") {
    wait = [] { return weft_park(); };
  }
  SECTION("park with a deadline") {
    wait = [] { return weft_park_until(weft_now() + 1000); };
  }
  SECTION("sleep") {
    wait = [] { return weft_sleep(1000); };
  }
  SECTION("join") {
    wait = [&] { return weft_join(other); };
  }
  SECTION("await") {
    wait = [&] { return weft_await(token, nullptr); };
  }
  SECTION("await with a deadline") {
    wait = [&] { return weft_await_until(token, weft_now() + 1000, nullptr); };
  }
  weft_task task = m.go([&] {
    status = wait();
    CHECK(weft_cancelled());
  });
  m.settle();
  CHECK(status == WEFT_OK);
  CHECK(weft_cancel(task) == WEFT_OK);
  m.settle();
  CHECK(status == WEFT_E_CANCELLED);
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
}

TEST_CASE("a cancel before the wait is remembered, one answer per call") {
  OnManual m;
  std::vector<weft_status> statuses;
  weft_task task = m.go([&] {
    for (int i = 0; i < 3; ++i)
      statuses.push_back(weft_sleep(10));
  });
  weft_cancel(task);
  weft_cancel(task);
  m.settle();
  m.pass(10);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_CANCELLED, WEFT_E_CANCELLED, WEFT_OK});
}

TEST_CASE("a cancelled await gives its token up") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  weft_status status = WEFT_OK;
  weft_task task = m.go([&] { status = weft_await(token, nullptr); });
  m.settle();
  weft_cancel(task);
  CHECK(weft_complete(token, WEFT_OK, 1) == WEFT_E_STALE);
  m.settle();
  CHECK(status == WEFT_E_CANCELLED);
}

TEST_CASE("a completion that was first wins, and the cancel is kept") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  std::vector<weft_status> statuses;
  uint64_t value = 0;
  weft_task task = m.go([&] {
    statuses.push_back(weft_await(token, &value));
    statuses.push_back(weft_park());
  });
  m.settle();
  CHECK(weft_complete(token, WEFT_OK, 7) == WEFT_OK);
  weft_cancel(task);
  m.settle();
  CHECK(value == 7);
  CHECK(statuses == std::vector<weft_status>{WEFT_OK, WEFT_E_CANCELLED});
}

TEST_CASE("a cancelled join leaves the task to be joined later") {
  OnManual m;
  weft_task other = m.make([] { weft_park(); });
  std::vector<weft_status> statuses;
  weft_task task = m.go([&] {
    statuses.push_back(weft_join(other));
    statuses.push_back(weft_join(other));
  });
  m.settle();
  weft_cancel(task);
  m.settle();
  CHECK(statuses == std::vector<weft_status>{WEFT_E_CANCELLED});
  weft_wake(other);
  m.settle();
  CHECK(statuses.back() == WEFT_OK);
}

TEST_CASE("a task that was cancelled before its first pick runs, and its first wait tells it") {
  OnManual m;
  weft_status status = WEFT_OK;
  weft_task task = m.go([&] { status = weft_park(); });
  weft_cancel(task);
  m.settle();
  CHECK(status == WEFT_E_CANCELLED);
}
