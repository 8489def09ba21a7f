/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Select: one of the cases that can go on, evenly; a wait in many channels that is chosen once.
#include "in_tasks.h"
#include "weft/sync.h"

#include <algorithm>
#include <string>
#include <vector>

namespace {

struct Chan {
  weft_chan *c;
  explicit Chan(size_t capacity) : c(weft_chan_new(8, capacity)) {}
  ~Chan() { weft_chan_free(c); }
  operator weft_chan *() const { return c; }
};

weft_status try_send(weft_chan *c, uint64_t v) { return weft_chan_try_send(c, &v); }

weft_select_case send_case(weft_chan *c, uint64_t *from) { return {c, from, WEFT_SELECT_SEND, 99}; }
weft_select_case recv_case(weft_chan *c, uint64_t *to) { return {c, to, WEFT_SELECT_RECV, 99}; }

template <size_t N> int32_t select(weft_select_case (&cases)[N]) {
  return weft_select(cases, N, 0, WEFT_NEVER);
}
template <size_t N> int32_t select_default(weft_select_case (&cases)[N]) {
  return weft_select(cases, N, WEFT_SELECT_DEFAULT, WEFT_NEVER);
}

} // namespace

TEST_CASE("a select with default never waits", "[select]") {
  InTasks tasks;
  Chan empty(1), full(1);
  try_send(full, 1);
  uint64_t a = 5, b = 6;
  weft_select_case cases[] = {recv_case(empty, &a), send_case(full, &b), recv_case(nullptr, &a)};
  CHECK(select_default(cases) == WEFT_E_AGAIN); // outside of tasks too
  tasks.run([&] { CHECK(select_default(cases) == WEFT_E_AGAIN); });
  CHECK(weft_select(nullptr, 0, WEFT_SELECT_DEFAULT, WEFT_NEVER) == WEFT_E_AGAIN);
  CHECK(select(cases) == WEFT_E_NOTASK);
}

TEST_CASE("the one case that can go on is done, the others are not touched", "[select]") {
  InTasks tasks;
  Chan a(1), b(1);
  try_send(b, 4);
  tasks.run([&] {
    uint64_t x = 0, y = 0;
    weft_select_case cases[] = {recv_case(a, &x), recv_case(b, &y)};
    CHECK(select(cases) == 1);
    CHECK(cases[1].status == WEFT_OK);
    CHECK(y == 4);
    CHECK(x == 0);
    weft_select_case sends[] = {send_case(a, &y), send_case(nullptr, &y)};
    CHECK(select(sends) == 0);
    CHECK(weft_chan_len(a) == 1);
  });
}

TEST_CASE("among ready cases the choice is even", "[select]") {
  InTasks tasks;
  // Cases 0 and 3 are never ready. 30000 draws among three: mean 10000, sigma 82; 8 sigma either
  // way.
  Chan never(0), out(1);
  Chan in1(1), in2(1);
  int counts[5] = {};
  tasks.run([&] {
    for (int i = 0; i < 30000; ++i) {
      try_send(in1, 1);
      try_send(in2, 2);
      uint64_t v = 0, x = 1;
      weft_select_case cases[] = {recv_case(never, &v), recv_case(in1, &v), send_case(out, &x),
                                  recv_case(nullptr, &v), recv_case(in2, &v)};
      int32_t chosen = select(cases);
      if (chosen >= 0)
        ++counts[chosen];
      weft_chan_try_recv(out, nullptr);
    }
  });
  CHECK(counts[0] + counts[3] == 0);
  for (int i : {1, 2, 4}) {
    CHECK(counts[i] > 10000 - 660);
    CHECK(counts[i] < 10000 + 660);
  }
}

TEST_CASE("a waiting select is chosen once and leaves its other channels", "[select]") {
  InTasks tasks;
  Chan a(0), b(0), c(0);
  int chosen = -1;
  uint64_t x = 0, y = 0, z = 9;
  tasks.go([&] {
    weft_select_case cases[] = {recv_case(a, &x), recv_case(b, &y), send_case(c, &z)};
    chosen = select(cases);
    CHECK(cases[1].status == WEFT_OK);
  });
  tasks.run([&] {
    settle();
    CHECK(try_send(b, 3) == WEFT_OK);
    // It has not run yet, but may not be served a second time.
    CHECK(try_send(a, 4) == WEFT_E_AGAIN);
    CHECK(try_send(b, 4) == WEFT_E_AGAIN);
    CHECK(weft_chan_try_recv(c, nullptr) == WEFT_E_AGAIN);
    settle();
    CHECK(chosen == 1);
    CHECK(y == 3);
    CHECK(x == 0);
    CHECK(try_send(a, 4) == WEFT_E_AGAIN);
  });
}

TEST_CASE("a value sent by a waiting select arrives", "[select]") {
  InTasks tasks;
  Chan a(0), b(0);
  uint64_t one = 1, two = 2;
  int chosen = -1;
  tasks.go([&] {
    weft_select_case cases[] = {send_case(a, &one), send_case(b, &two)};
    chosen = select(cases);
  });
  tasks.run([&] {
    settle();
    uint64_t v = 0;
    CHECK(weft_chan_recv(b, &v) == WEFT_OK);
    CHECK(v == 2);
  });
  CHECK(chosen == 1);
}

TEST_CASE("one channel in several cases, receiving and sending, never meets itself", "[select]") {
  InTasks tasks;
  Chan c(0);
  int32_t chosen = -1;
  uint64_t in1 = 0, in2 = 0, out = 7;
  tasks.go([&] {
    weft_select_case cases[] = {recv_case(c, &in1), send_case(c, &out), recv_case(c, &in2)};
    CHECK(select_default(cases) == WEFT_E_AGAIN);
    chosen = select(cases);
    if (chosen >= 0)
      CHECK(cases[chosen].status == WEFT_OK);
  });
  SECTION("a sender comes") {
    tasks.run([&] {
      settle();
      CHECK(chosen == -1);
      CHECK(try_send(c, 3) == WEFT_OK);
      CHECK(try_send(c, 4) == WEFT_E_AGAIN);
    });
    CHECK(chosen == 0);
    CHECK(in1 == 3);
    CHECK(in2 == 0);
  }
  SECTION("a receiver comes") {
    tasks.run([&] {
      settle();
      uint64_t v = 0;
      CHECK(weft_chan_try_recv(c, &v) == WEFT_OK);
      CHECK(v == 7);
      CHECK(weft_chan_try_recv(c, &v) == WEFT_E_AGAIN);
    });
    CHECK(chosen == 1);
  }
  SECTION("another such select comes: one of them sends, the other receives") {
    tasks.run([&] {
      settle();
      uint64_t in = 0, mine = 8;
      weft_select_case cases[] = {send_case(c, &mine), recv_case(c, &in)};
      int32_t my_choice = select(cases);
      settle();
      if (my_choice == 0) {
        CHECK(chosen == 0);
        CHECK(in1 == 8);
      } else {
        CHECK(my_choice == 1);
        CHECK(chosen == 1);
        CHECK(in == 7);
      }
    });
  }
}

TEST_CASE("closing ends a waiting select with the case's status", "[select]") {
  InTasks tasks;
  Chan a(0), b(0);
  uint64_t v = 5, out = 1;
  bool sending = GENERATE(false, true);
  tasks.go([&] {
    weft_select_case cases[] = {recv_case(a, &v), send_case(b, &out)};
    CHECK(select(cases) == (sending ? 1 : 0));
    CHECK(cases[sending ? 1 : 0].status == WEFT_E_CLOSED);
    CHECK(v == (sending ? 5u : 0u));
  });
  tasks.run([&] {
    settle();
    CHECK(weft_chan_close(sending ? b : a) == WEFT_OK);
  });
  // Closed before: ready at once.
  tasks.run([&] {
    weft_select_case cases[] = {recv_case(a, &v), send_case(b, &out)};
    CHECK(select_default(cases) == (sending ? 1 : 0));
    CHECK(cases[sending ? 1 : 0].status == WEFT_E_CLOSED);
  });
}

TEST_CASE("a deadline ends a select, and nothing is taken afterwards", "[select]") {
  InTasks tasks;
  Chan c(0);
  tasks.run([&] {
    uint64_t v = 5;
    weft_select_case cases[] = {recv_case(c, &v), recv_case(nullptr, &v)};
    CHECK(weft_select(cases, 2, 0, weft_now() + 1000000) == WEFT_E_TIMEOUT);
    CHECK(weft_select(nullptr, 0, 0, weft_now() + 1000000) == WEFT_E_TIMEOUT);
    CHECK(try_send(c, 1) == WEFT_E_AGAIN);
    CHECK(v == 5);
    // A deadline in the past still lets through what can go on.
    Chan full(1);
    try_send(full, 2);
    weft_select_case ready[] = {recv_case(full, &v)};
    CHECK(weft_select(ready, 1, 0, 1) == 0);
  });
}

TEST_CASE("a cancelled select takes nothing; one served before keeps its value", "[select]") {
  InTasks tasks;
  Chan a(0), b(0);
  bool served = GENERATE(false, true);
  uint64_t x = 0, out = 3;
  weft_task task = tasks.go([&] {
    weft_select_case cases[] = {recv_case(a, &x), send_case(b, &out)};
    CHECK(select(cases) == (served ? 0 : WEFT_E_CANCELLED));
    if (served)
      CHECK(weft_chan_recv(a, &x) == WEFT_E_CANCELLED);
  });
  tasks.run([&] {
    settle();
    weft_cancel(task);
    if (served)
      CHECK(try_send(a, 4) == WEFT_OK);
    settle();
    CHECK(x == (served ? 4u : 0u));
    CHECK(try_send(a, 1) == WEFT_E_AGAIN);
    CHECK(weft_chan_try_recv(b, nullptr) == WEFT_E_AGAIN);
  });
}

TEST_CASE("a select of more cases than fit a frame works the same", "[select]") {
  InTasks tasks;
  constexpr size_t count = 200;
  std::vector<weft_chan *> chans;
  for (size_t i = 0; i < count; ++i)
    chans.push_back(weft_chan_new(8, 0));
  tasks.go([&] {
    std::vector<uint64_t> slots(count);
    std::vector<weft_select_case> cases;
    for (size_t i = 0; i < count; ++i)
      cases.push_back(recv_case(chans[i], &slots[i]));
    for (size_t i = 0; i < count; i += 9) {
      CHECK(weft_select(cases.data(), count, 0, WEFT_NEVER) == static_cast<int32_t>(i));
      CHECK(slots[i] == i);
    }
  });
  tasks.run([&] {
    for (uint64_t i = 0; i < count; i += 9)
      CHECK(weft_chan_send(chans[i], &i) == WEFT_OK);
    for (uint64_t i = 0; i < count; ++i)
      CHECK(try_send(chans[i], i) == WEFT_E_AGAIN);
  });
  for (weft_chan *c : chans)
    weft_chan_free(c);
}

TEST_CASE("a thousand selects in both directions: nothing is lost or doubled", "[select][stress]") {
  size_t capacity = GENERATE(0, 2);
  InTasks tasks;
  Chan a(capacity), b(capacity), c(capacity);
  constexpr uint64_t pairs = 500, each = 20;
  std::vector<uint8_t> seen(pairs * each);
  uint64_t bad = 0;
  for (uint64_t p = 0; p < pairs; ++p) {
    tasks.go(
        [&, p] {
          for (uint64_t i = 0; i < each; ++i) {
            uint64_t v = p * each + i;
            weft_select_case cases[] = {send_case(a, &v), send_case(b, &v), send_case(c, &v)};
            int32_t chosen = select(cases);
            bad += chosen < 0 || cases[chosen].status != WEFT_OK;
          }
        },
        WEFT_STACK_DEFAULT);
    tasks.go(
        [&] {
          for (uint64_t i = 0; i < each; ++i) {
            uint64_t v[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
            weft_select_case cases[] = {recv_case(c, v), recv_case(a, v + 1), recv_case(b, v + 2)};
            int32_t chosen = select(cases);
            bad += chosen < 0 || cases[chosen].status != WEFT_OK || v[chosen] >= pairs * each;
            if (chosen >= 0 && v[chosen] < pairs * each)
              ++seen[v[chosen]];
            bad += std::count(v, v + 3, UINT64_MAX) != 2;
          }
        },
        WEFT_STACK_DEFAULT);
  }
  CHECK(tasks.run() == WEFT_OK);
  CHECK(bad == 0);
  CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<long>(seen.size()));
}

TEST_CASE("cancelling selects under load loses no value", "[select][stress]") {
  InTasks tasks;
  Chan a(0), b(0), stop(0);
  constexpr uint64_t count = 4000;
  std::vector<uint8_t> seen(count);
  uint64_t sent = 0, cancelled = 0;
  std::vector<weft_task> receivers;
  for (int r = 0; r < 50; ++r)
    receivers.push_back(tasks.go([&] {
      for (;;) {
        uint64_t x = 0, y = 0;
        weft_select_case cases[] = {recv_case(a, &x), recv_case(b, &y), recv_case(stop, nullptr)};
        int32_t chosen = select(cases);
        if (chosen == 2)
          return;
        if (chosen >= 0)
          ++seen[chosen == 0 ? x : y];
        else
          cancelled += chosen == WEFT_E_CANCELLED;
      }
    }));
  tasks.run([&] {
    for (uint64_t i = 0; i < count; ++i) {
      weft_cancel(receivers[i * 7 % receivers.size()]);
      sent += weft_chan_send(i % 2 ? a : b, &i) == WEFT_OK;
      if (i % 3 == 0)
        weft_cancel(receivers[i * 11 % receivers.size()]);
    }
    settle();
    weft_chan_close(stop);
  });
  CHECK(sent == count);
  CHECK(cancelled > 0);
  CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<long>(count));
}
