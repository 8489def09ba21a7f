// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A token is a one-shot right: of all who want to end it exactly one does, the others find it
// stale.
#include "on_manual.h"

#include <thread>

namespace {
// By a thread that has ended when this returns: what it did waits in the inbox.
template <class F> weft_status afar(F ask) {
  weft_status status = WEFT_OK;
  std::thread([&] { status = ask(); }).join();
  return status;
}
} // namespace

TEST_CASE("a completion after the wait makes the waiter ready, with status and value") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  weft_status status = WEFT_OK;
  uint64_t value = 0;
  m.go([&] { status = weft_await(token, &value); });
  m.settle();
  CHECK(weft_complete(token, -5, 99) == WEFT_OK);
  CHECK(value == 0); // nothing ran
  m.settle();
  CHECK(status == -5);
  CHECK(value == 99);
}

TEST_CASE("a completion before the wait is remembered") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  CHECK(weft_complete(token, WEFT_OK, 5) == WEFT_OK);
  uint64_t value = 0;
  m.go([&] { CHECK(weft_await(token, &value) == WEFT_OK); });
  m.settle();
  CHECK(value == 5);
}

TEST_CASE("the second completion is stale, before and after the wait") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  CHECK(weft_complete(token, WEFT_OK, 1) == WEFT_OK);
  CHECK(weft_complete(token, WEFT_OK, 2) == WEFT_E_STALE);
  uint64_t value = 0;
  m.go([&] { weft_await(token, &value); });
  m.settle();
  CHECK(value == 1);
  CHECK(weft_complete(token, WEFT_OK, 3) == WEFT_E_STALE);
  m.go([&] { CHECK(weft_await(token, nullptr) == WEFT_E_STALE); });
  m.settle();
}

TEST_CASE("a completion after the timeout is stale, and the waiter runs once") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  std::vector<weft_status> statuses;
  m.go([&] { statuses.push_back(weft_await_until(token, weft_now() + 100, nullptr)); });
  m.settle();
  m.pass(100);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_TIMEOUT});
  CHECK(weft_complete(token, WEFT_OK, 1) == WEFT_E_STALE);
  CHECK(weft_turn(m.rt, nullptr).live == 0);
}

TEST_CASE("a completion before the deadline disarms it") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  m.go([&] { CHECK(weft_await_until(token, weft_now() + 100, nullptr) == WEFT_OK); });
  m.settle();
  CHECK(weft_manual_armed(m.host) == weft_manual_now(m.host) + 100);
  weft_complete(token, WEFT_OK, 0);
  m.settle();
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
}

TEST_CASE("a record is reused under another generation") {
  OnManual m;
  weft_token first = weft_token_new(m.rt);
  CHECK(weft_token_drop(first) == WEFT_OK);
  weft_token second = weft_token_new(m.rt);
  CHECK((first & 0xffffff) == (second & 0xffffff));
  CHECK(weft_complete(first, WEFT_OK, 1) == WEFT_E_STALE);
  CHECK(weft_token_drop(first) == WEFT_E_STALE);
  CHECK(weft_token_take(second, nullptr, nullptr) == WEFT_E_AGAIN);
  CHECK(weft_complete(second, WEFT_OK, 1) == WEFT_OK);
}

TEST_CASE("take answers without waiting") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  weft_status status = WEFT_OK;
  uint64_t value = 0;
  CHECK(weft_token_take(token, &status, &value) == WEFT_E_AGAIN);
  weft_complete(token, -1, 8);
  CHECK(weft_token_take(token, &status, &value) == WEFT_OK);
  CHECK(status == -1);
  CHECK(value == 8);
  CHECK(weft_token_take(token, &status, &value) == WEFT_E_STALE);
  CHECK(weft_token_take(0, &status, &value) == WEFT_E_STALE);
}

TEST_CASE("a token is waited for by one") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  weft_status second = WEFT_OK;
  m.go([&] { CHECK(weft_await(token, nullptr) == WEFT_OK); });
  m.go([&] { second = weft_await(token, nullptr); });
  m.settle();
  CHECK(second == WEFT_E_BUSY);
  CHECK(weft_token_take(token, nullptr, nullptr) == WEFT_E_BUSY);
  weft_complete(token, WEFT_OK, 0);
  m.settle();
}

TEST_CASE("dropping a token that is waited for tells the waiter") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  weft_status status = WEFT_OK;
  m.go([&] { status = weft_await(token, nullptr); });
  m.settle();
  CHECK(weft_token_drop(token) == WEFT_OK);
  m.settle();
  CHECK(status == WEFT_E_STALE);
}

TEST_CASE("tokens of a runtime that is gone are stale") {
  weft_token token;
  {
    OnManual m;
    token = weft_token_new(m.rt);
  }
  CHECK(weft_complete(token, WEFT_OK, 1) == WEFT_E_STALE);
}

TEST_CASE("a drop after a thread's completion is stale, and the waiter gets the value") {
  for (bool from_thread : {false, true}) {
    OnManual m;
    weft_token token = weft_token_new(m.rt);
    weft_status status = WEFT_E_INVAL;
    uint64_t value = 0;
    m.go([&] { status = weft_await(token, &value); });
    m.settle();
    CHECK(afar([&] { return weft_complete(token, WEFT_OK, 5); }) == WEFT_OK);
    auto drop = [&] { return weft_token_drop(token); };
    CHECK((from_thread ? afar(drop) : drop()) == WEFT_E_STALE);
    m.settle();
    CHECK(status == WEFT_OK);
    CHECK(value == 5);
  }
}

TEST_CASE("a second await neither takes the value nor arms its deadline") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  uint64_t value = 0;
  weft_status second = WEFT_OK, third = WEFT_OK;
  m.go([&] { CHECK(weft_await(token, &value) == WEFT_OK); });
  m.go([&] { second = weft_await_until(token, weft_now() + 100, nullptr); });
  m.settle();
  CHECK(second == WEFT_E_BUSY);
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
  m.go([&] {
    CHECK(afar([&] { return weft_complete(token, WEFT_OK, 5); }) == WEFT_OK);
    third = weft_await(token, nullptr);
  });
  m.settle();
  CHECK(third == WEFT_E_BUSY);
  CHECK(value == 5);
}

TEST_CASE("a completed token that nobody took ends with its runtime") {
  weft_token here, there;
  {
    OnManual m;
    here = weft_token_new(m.rt);
    there = weft_token_new(m.rt);
    CHECK(weft_complete(here, WEFT_OK, 1) == WEFT_OK);
    CHECK(afar([&] { return weft_complete(there, WEFT_OK, 2); }) == WEFT_OK);
  }
  CHECK(weft_token_take(here, nullptr, nullptr) == WEFT_E_STALE);
  CHECK(weft_token_drop(here) == WEFT_E_STALE);
  OnManual next; // in the memory of the first
  CHECK(weft_token_take(there, nullptr, nullptr) == WEFT_E_STALE);
}
