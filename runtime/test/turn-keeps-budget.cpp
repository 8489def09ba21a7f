// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A turn does what its budget allows, serves what is due first, says whether there is more, and
// never begins inside another.
#include "on_manual.h"

TEST_CASE("a turn makes as many picks as it may, and says that there is more") {
  OnManual m;
  int runs = 0;
  bool stop = false;
  for (int i = 0; i < 3; ++i)
    m.go([&] {
      while (!stop) {
        runs++;
        weft_yield();
      }
    });
  weft_turn_result r = m.turn(10);
  CHECK(r.status == WEFT_OK);
  CHECK(runs == 10);
  CHECK(r.more);
  CHECK(r.live == 3);
  r = m.turn(1);
  CHECK(runs == 11);
  r = m.turn(200);
  CHECK(runs == 211);
  stop = true;
  r = m.turn();
  CHECK_FALSE(r.more);
  CHECK(r.live == 0);
}

TEST_CASE("more does not post: the host comes when it wants") {
  OnManual m;
  m.go([] {
    for (int i = 0; i < 5; ++i)
      weft_yield();
  });
  CHECK(weft_manual_take_post(m.host));
  CHECK(m.turn(1).more);
  CHECK_FALSE(weft_manual_take_post(m.host));
  m.turn();
}

TEST_CASE("a turn ends when its time is over") {
  OnManual m;
  uint64_t runs = 0;
  bool stop = false;
  m.go([&] {
    while (!stop) {
      runs++;
      weft_manual_advance(m.host, 1000); // each run takes a microsecond
      weft_yield();
    }
  });
  weft_budget budget = {};
  SECTION("by ns") { budget.ns = 100000; }
  SECTION("by the host's own next deadline") { budget.until = weft_manual_now(m.host) + 100000; }
  SECTION("by what comes first") {
    budget.ns = 900000;
    budget.until = weft_manual_now(m.host) + 100000;
  }
  weft_turn_result r = weft_turn(m.rt, &budget);
  CHECK(r.more);
  CHECK(runs >= 100);
  CHECK(runs <= 120);
  stop = true;
  m.turn();
}

TEST_CASE("timers and completions are served while tasks are always ready") {
  OnManual m;
  bool stop = false, slept = false, awaited = false;
  weft_token token = weft_token_new(m.rt);
  m.go([&] {
    weft_sleep(5000);
    slept = true;
  });
  m.go([&] { awaited = weft_await(token, nullptr) == WEFT_OK; });
  m.go([&] {
    while (!stop) {
      weft_manual_advance(m.host, 100);
      weft_yield();
    }
  });
  for (int i = 0; i < 100 && !slept; ++i)
    m.turn(10);
  CHECK(slept);
  weft_complete(token, WEFT_OK, 0);
  m.turn(10);
  CHECK(awaited);
  stop = true;
  m.turn();
}

TEST_CASE("a timer fires within a turn that has no limit") {
  OnManual m;
  bool slept = false;
  m.go([&] {
    weft_sleep(5000);
    slept = true;
  });
  m.go([&] {
    while (!slept) {
      weft_manual_advance(m.host, 10);
      weft_yield();
    }
  });
  weft_turn_result r = m.turn();
  CHECK(slept);
  CHECK(r.live == 0);
}

TEST_CASE("a turn inside a turn is refused and asked for again") {
  OnManual m;
  weft_turn_result inner = {};
  weft_status run = WEFT_OK, destroyed = WEFT_OK;
  m.go([&] {
    weft_manual_take_post(m.host);
    inner = weft_turn(m.rt, nullptr);
    CHECK(weft_manual_take_post(m.host));
    run = weft_run(m.rt);
    destroyed = weft_runtime_destroy(m.rt);
  });
  m.settle();
  CHECK(inner.status == WEFT_E_BUSY);
  CHECK(run == WEFT_E_BUSY);
  CHECK(destroyed == WEFT_E_BUSY);
}

TEST_CASE("a turn tells the next deadline") {
  OnManual m;
  m.go([] { weft_sleep(700); });
  weft_turn_result r = m.turn();
  CHECK(r.next_deadline == weft_manual_now(m.host) + 700);
  CHECK_FALSE(r.more);
}

TEST_CASE("the loop is held while something lives, daemons apart") {
  OnManual m;
  CHECK(weft_manual_holds(m.host) == 0);
  weft_task daemon = m.go([] { weft_park(); }, nullptr, WEFT_SPAWN_DETACHED | WEFT_SPAWN_DAEMON);
  m.settle();
  CHECK(weft_manual_holds(m.host) == 0);
  weft_task task = m.go([] { weft_park(); });
  CHECK(weft_manual_holds(m.host) == 1); // before any turn: a loop may end that has only a post
  m.settle();
  CHECK(weft_manual_holds(m.host) == 1);
  weft_wake(task);
  m.settle();
  CHECK(weft_manual_holds(m.host) == 0);
  CHECK(weft_run(m.rt) == WEFT_OK);
  weft_wake(daemon);
  m.settle();
}

TEST_CASE("two runtimes on one thread know their own tasks") {
  OnManual a, b;
  weft_runtime *in_a = nullptr, *in_b = nullptr;
  a.go([&] { in_a = weft_runtime_current(); });
  b.go([&] { in_b = weft_runtime_current(); });
  CHECK(weft_runtime_current() == b.rt);
  a.settle();
  b.settle();
  CHECK(in_a == a.rt);
  CHECK(in_b == b.rt);
}
