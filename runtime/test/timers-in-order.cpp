// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Timers fire in order of time, equal ones in order of arming, and cancelled ones not at all.
#include "on_manual.h"
#include "timer.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

using weft::Timer;
using weft::TimerHeap;
using weft::TimerKind;

TEST_CASE("the heap gives timers back sorted by deadline, then by arming") {
  std::mt19937 random(1);
  const size_t count = 20000;
  TimerHeap heap;
  REQUIRE(heap.reserve(count));
  std::vector<Timer> timers(count, Timer{0, TimerKind::Task});
  std::vector<uint64_t> deadlines(count);
  std::vector<size_t> left;
  for (size_t i = 0; i < count; ++i)
    heap.arm(&timers[i], deadlines[i] = 1 + random() % 5000);
  for (size_t i = 0; i < count; ++i) {
    if (random() % 3 == 0)
      heap.disarm(&timers[i]);
    else
      left.push_back(i);
  }
  heap.disarm(&timers[0]);
  left.erase(std::remove(left.begin(), left.end(), size_t{0}), left.end());
  std::stable_sort(left.begin(), left.end(),
                   [&](size_t a, size_t b) { return deadlines[a] < deadlines[b]; });
  CHECK(heap.size() == left.size());
  CHECK(heap.earliest() == deadlines[left[0]]);
  CHECK(heap.expire(deadlines[left[0]] - 1) == nullptr);
  bool right = true;
  for (size_t i : left)
    right = right && heap.expire(5001) == &timers[i] && !timers[i].armed();
  CHECK(right);
  CHECK(heap.earliest() == WEFT_NEVER);
}

TEST_CASE("a million timers are set and cancelled") {
  const size_t count = 1000000;
  TimerHeap heap;
  REQUIRE(heap.reserve(count));
  std::vector<Timer> timers(count, Timer{0, TimerKind::Task});
  for (size_t i = 0; i < count; ++i)
    heap.arm(&timers[i], (i * 7919) % 1000003);
  CHECK(heap.size() == count);
  for (size_t i = 0; i < count; ++i)
    heap.disarm(&timers[i]);
  CHECK(heap.size() == 0);
}

TEST_CASE("arming again moves a timer") {
  TimerHeap heap;
  REQUIRE(heap.reserve(2));
  Timer a{0, TimerKind::Task}, b{0, TimerKind::Task};
  heap.arm(&a, 10);
  heap.arm(&b, 20);
  heap.arm(&a, 30);
  CHECK(heap.earliest() == 20);
  CHECK(heap.expire(100) == &b);
  CHECK(heap.expire(100) == &a);
}

TEST_CASE("sleepers wake in order of their deadlines, equal ones as they went to sleep") {
  OnManual m;
  std::vector<int> order;
  const uint64_t naps[] = {30, 10, 20, 10, 30};
  for (int i = 0; i < 5; ++i)
    m.go([&, i] {
      weft_sleep(naps[i]);
      order.push_back(i);
    });
  m.settle();
  m.pass(9);
  CHECK(order.empty());
  m.pass(100);
  CHECK(order == std::vector<int>{1, 3, 2, 0, 4});
}

TEST_CASE("the host's timer follows the earliest deadline") {
  OnManual m;
  uint64_t now = weft_manual_now(m.host);
  weft_task late = m.go([] { weft_sleep(500); });
  m.settle();
  CHECK(weft_manual_armed(m.host) == now + 500);
  weft_task early = m.go([] { weft_sleep(100); });
  m.settle();
  CHECK(weft_manual_armed(m.host) == now + 100);
  weft_cancel(early);
  m.settle();
  CHECK(weft_manual_armed(m.host) == now + 500);
  weft_cancel(late);
  m.settle();
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
}

TEST_CASE("a sleep for ever is not a sleep for no time") {
  bool over = false; // outlives the task, which the runtime's end cancels
  OnManual m;
  m.go([&] {
    weft_sleep(UINT64_MAX);
    over = true;
  });
  m.pass(1000000);
  CHECK_FALSE(over);
}

TEST_CASE("weft_run on a virtual clock jumps from deadline to deadline") {
  OnManual m;
  uint64_t begun = weft_manual_now(m.host);
  std::vector<uint64_t> at;
  m.go([&] {
    for (int i = 0; i < 3; ++i) {
      weft_sleep(1000000000);
      at.push_back(weft_now() - begun);
    }
  });
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(at == std::vector<uint64_t>{1000000000, 2000000000, 3000000000});
}
