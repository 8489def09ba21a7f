/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Channels do what Go's do; and what cancelling a task in mid-wait leaves behind.
#include "in_tasks.h"
#include "weft/sync.h"

#include <algorithm>
#include <string>
#include <vector>

namespace {

weft_status send(weft_chan *c, uint64_t v) { return weft_chan_send(c, &v); }
weft_status try_send(weft_chan *c, uint64_t v) { return weft_chan_try_send(c, &v); }

// Frees the channel at the end of the test.
struct Chan {
  weft_chan *c;
  explicit Chan(size_t capacity, size_t elem_size = 8) : c(weft_chan_new(elem_size, capacity)) {}
  ~Chan() { weft_chan_free(c); }
  operator weft_chan *() const { return c; }
};

} // namespace

TEST_CASE("an unbuffered send waits for its receiver and hands the value over", "[channel]") {
  InTasks tasks;
  Chan c(0);
  std::string order;
  tasks.go([&] {
    CHECK(send(c, 42) == WEFT_OK);
    order += 's';
  });
  tasks.run([&] {
    settle();
    CHECK(order.empty());
    CHECK(weft_chan_len(c) == 0);
    uint64_t v = 0;
    CHECK(weft_chan_recv(c, &v) == WEFT_OK);
    CHECK(v == 42);
    order += 'r';
    settle();
    CHECK(order == "rs");
  });
}

TEST_CASE("a value goes into the slot of a receiver that waits", "[channel]") {
  InTasks tasks;
  Chan c(0);
  uint64_t slot = 0;
  bool returned = false;
  tasks.go([&] {
    CHECK(weft_chan_recv(c, &slot) == WEFT_OK);
    returned = true;
  });
  tasks.run([&] {
    settle();
    CHECK(send(c, 7) == WEFT_OK);
    CHECK(slot == 7); // before the receiver has run
    CHECK_FALSE(returned);
  });
  CHECK(returned);
}

TEST_CASE("receivers and senders are served first come, first served", "[channel]") {
  InTasks tasks;
  Chan c(0);
  std::string received, sent;
  for (char name : {'a', 'b', 'c'})
    tasks.go([&, name] {
      uint64_t v = 0;
      CHECK(weft_chan_recv(c, &v) == WEFT_OK);
      received += name;
      received += std::to_string(v);
    });
  tasks.run([&] {
    settle();
    for (uint64_t v : {1, 2, 3})
      CHECK(send(c, v) == WEFT_OK);
  });
  CHECK(received == "a1b2c3");
  for (uint64_t v : {4, 5, 6})
    tasks.go([&, v] { CHECK(send(c, v) == WEFT_OK); });
  tasks.run([&] {
    settle();
    uint64_t v = 0;
    for (int i = 0; i < 3; ++i) {
      CHECK(weft_chan_recv(c, &v) == WEFT_OK);
      sent += std::to_string(v);
    }
  });
  CHECK(sent == "456");
}

TEST_CASE("a buffered channel takes `capacity` values without waiting, in order", "[channel]") {
  InTasks tasks;
  Chan c(3);
  tasks.run([&] {
    uint64_t next_in = 0, next_out = 0, v = 0;
    for (int round = 0; round < 10; ++round) { // 3 + 2 per round: wraps at every offset
      while (try_send(c, next_in) == WEFT_OK)
        ++next_in;
      CHECK(weft_chan_len(c) == 3);
      for (int i = 0; i < 2; ++i) {
        CHECK(weft_chan_try_recv(c, &v) == WEFT_OK);
        CHECK(v == next_out++);
      }
    }
    CHECK(next_in == 3 + 9 * 2);
    CHECK(weft_chan_cap(c) == 3);
  });
}

TEST_CASE("a sender that waits gets the place a receive frees, behind what is buffered",
          "[channel]") {
  InTasks tasks;
  Chan c(2);
  tasks.go([&] {
    for (uint64_t v = 0; v < 6; ++v)
      CHECK(send(c, v) == WEFT_OK);
  });
  tasks.run([&] {
    settle();
    CHECK(weft_chan_len(c) == 2);
    uint64_t v = 99;
    CHECK(weft_chan_recv(c, &v) == WEFT_OK);
    CHECK(v == 0);
    CHECK(weft_chan_len(c) == 2); // 2 moved up from the waiting sender
    for (uint64_t want = 1; want < 6; ++want) {
      CHECK(weft_chan_recv(c, &v) == WEFT_OK);
      CHECK(v == want);
    }
  });
}

TEST_CASE("closing wakes every receiver with a zeroed element", "[channel]") {
  InTasks tasks;
  Chan c(0);
  int closed = 0;
  for (int i = 0; i < 5; ++i)
    tasks.go([&] {
      uint64_t v = 77;
      CHECK(weft_chan_recv(c, &v) == WEFT_E_CLOSED);
      CHECK(v == 0);
      ++closed;
    });
  tasks.run([&] {
    settle();
    CHECK(weft_chan_close(c) == WEFT_OK);
    CHECK(closed == 0);
  });
  CHECK(closed == 5);
}

TEST_CASE("closing turns waiting senders back, and what is buffered can still be received",
          "[channel]") {
  InTasks tasks;
  Chan c(2);
  int turned_back = 0;
  for (uint64_t v = 1; v <= 4; ++v)
    tasks.go([&, v] { turned_back += send(c, v) == WEFT_E_CLOSED; });
  tasks.run([&] {
    settle();
    CHECK(weft_chan_close(c) == WEFT_OK);
    uint64_t v = 0;
    CHECK(weft_chan_recv(c, &v) == WEFT_OK);
    CHECK(v == 1);
    CHECK(weft_chan_recv(c, &v) == WEFT_OK);
    CHECK(v == 2);
    CHECK(weft_chan_recv(c, &v) == WEFT_E_CLOSED);
    CHECK(v == 0);
    CHECK(send(c, 5) == WEFT_E_CLOSED);
    CHECK(try_send(c, 5) == WEFT_E_CLOSED);
    CHECK(weft_chan_try_recv(c, &v) == WEFT_E_CLOSED);
    CHECK(weft_chan_close(c) == WEFT_E_CLOSED);
  });
  CHECK(turned_back == 2);
}

TEST_CASE("a null channel is never ready; a wait on it lasts until cancelled", "[channel]") {
  InTasks tasks;
  uint64_t v = 5;
  CHECK(weft_chan_len(nullptr) == 0);
  CHECK(weft_chan_cap(nullptr) == 0);
  CHECK(weft_chan_close(nullptr) == WEFT_E_INVAL);
  CHECK(weft_chan_try_send(nullptr, &v) == WEFT_E_AGAIN);
  CHECK(weft_chan_try_recv(nullptr, &v) == WEFT_E_AGAIN);
  weft_task receiver =
      tasks.go([] { CHECK(weft_chan_recv(nullptr, nullptr) == WEFT_E_CANCELLED); });
  weft_task sender = tasks.go([] { CHECK(weft_chan_send(nullptr, nullptr) == WEFT_E_CANCELLED); });
  CHECK(tasks.run() == WEFT_E_DEADLOCK);
  CHECK(weft_cancel(receiver) == WEFT_OK);
  CHECK(weft_cancel(sender) == WEFT_OK);
  CHECK(tasks.run() == WEFT_OK);
}

TEST_CASE("elements of every size arrive whole", "[channel]") {
  size_t size = GENERATE(0, 1, 3, 4, 8, 16, 17, 1000);
  size_t capacity = GENERATE(0, 1, 5);
  InTasks tasks;
  Chan c(capacity, size);
  constexpr int count = 20;
  auto fill = [&](std::vector<unsigned char> &bytes, int round) {
    for (size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<unsigned char>(round * 31 + i);
  };
  tasks.go([&] {
    std::vector<unsigned char> elem(size);
    for (int i = 0; i < count; ++i) {
      fill(elem, i);
      CHECK(weft_chan_send(c, elem.data()) == WEFT_OK);
    }
  });
  tasks.run([&] {
    std::vector<unsigned char> elem(size + 1, 0xee), want(size);
    for (int i = 0; i < count; ++i) {
      bool discard = i % 5 == 4;
      CHECK(weft_chan_recv(c, discard ? nullptr : elem.data()) == WEFT_OK);
      fill(want, i);
      if (!discard)
        CHECK(std::equal(want.begin(), want.end(), elem.begin()));
    }
    CHECK(elem[size] == 0xee);
  });
}

TEST_CASE("a channel that would not fit in memory is refused", "[channel]") {
  CHECK(weft_chan_new(SIZE_MAX / 2, 3) == nullptr);
  CHECK(weft_chan_new(1, SIZE_MAX) == nullptr);
}

TEST_CASE("outside of tasks a channel can be used as long as nothing waits", "[channel]") {
  InTasks tasks;
  Chan c(1);
  uint64_t v = 3;
  CHECK(weft_chan_recv(c, &v) == WEFT_E_NOTASK);
  CHECK(weft_chan_send(c, &v) == WEFT_OK);
  CHECK(weft_chan_send(c, &v) == WEFT_E_NOTASK);
  CHECK(weft_chan_recv(c, &v) == WEFT_OK);
  // The loop's thread serves a task that waits.
  uint64_t got = 0;
  tasks.go([&] { CHECK(weft_chan_recv(c, &got) == WEFT_OK); });
  CHECK(tasks.run() == WEFT_E_DEADLOCK);
  CHECK(send(c, 9) == WEFT_OK);
  CHECK(tasks.run() == WEFT_OK);
  CHECK(got == 9);
}

TEST_CASE("a cancelled receiver takes nothing and a cancelled sender gives nothing", "[channel]") {
  InTasks tasks;
  Chan c(0);
  uint64_t slot = 5;
  weft_task receiver = tasks.go([&] {
    CHECK(weft_chan_recv(c, &slot) == WEFT_E_CANCELLED);
    CHECK(weft_cancelled());
  });
  tasks.run([&] {
    settle();
    CHECK(weft_cancel(receiver) == WEFT_OK);
    settle();
    CHECK(try_send(c, 1) == WEFT_E_AGAIN); // nobody stands there any more
    CHECK(slot == 5);
    weft_task sender = tasks.go([&] { CHECK(send(c, 8) == WEFT_E_CANCELLED); });
    settle();
    CHECK(weft_cancel(sender) == WEFT_OK);
    settle();
    uint64_t v = 0;
    CHECK(weft_chan_try_recv(c, &v) == WEFT_E_AGAIN);
  });
}

TEST_CASE("leaving the middle of a queue keeps the order of the others", "[channel]") {
  InTasks tasks;
  Chan c(0);
  std::string order;
  weft_task waiting[5];
  for (int i = 0; i < 5; ++i)
    waiting[i] = tasks.go([&, i] {
      uint64_t v;
      if (weft_chan_recv(c, &v) == WEFT_OK)
        order += static_cast<char>('0' + i);
    });
  tasks.run([&] {
    settle();
    for (int leaves : {2, 0, 4}) {
      weft_cancel(waiting[leaves]);
      settle();
    }
    CHECK(send(c, 0) == WEFT_OK);
    CHECK(send(c, 0) == WEFT_OK);
    CHECK(try_send(c, 0) == WEFT_E_AGAIN);
  });
  CHECK(order == "13");
}

TEST_CASE("served and cancelled at once: the value is kept, the next wait is cancelled",
          "[channel]") {
  bool cancel_first = GENERATE(false, true);
  InTasks tasks;
  Chan c(0);
  weft_task receiver = tasks.go([&] {
    uint64_t v = 0;
    CHECK(weft_chan_recv(c, &v) == WEFT_OK);
    CHECK(v == 11);
    CHECK(weft_chan_recv(c, &v) == WEFT_E_CANCELLED);
    // Once per cancel, and no stale wake is left behind: this one really waits.
    CHECK(weft_park_until(weft_now() + 1000000) == WEFT_E_TIMEOUT);
  });
  tasks.run([&] {
    settle();
    if (cancel_first)
      weft_cancel(receiver);
    CHECK(send(c, 11) == WEFT_OK);
    if (!cancel_first)
      weft_cancel(receiver);
  });
}

TEST_CASE("a plain wake does not end a wait in a channel, and is not lost", "[channel]") {
  InTasks tasks;
  Chan c(0);
  bool returned = false;
  weft_task receiver = tasks.go([&] {
    uint64_t v = 0;
    CHECK(weft_chan_recv(c, &v) == WEFT_OK);
    CHECK(v == 1);
    returned = true;
    CHECK(weft_park_until(weft_now() + 1000000000) == WEFT_OK); // the wake from before
  });
  tasks.run([&] {
    settle();
    CHECK(weft_wake(receiver) == WEFT_OK);
    settle();
    CHECK_FALSE(returned);
    CHECK(send(c, 1) == WEFT_OK);
  });
}

TEST_CASE("a dump says what a task waits for", "[channel]") {
  InTasks tasks;
  Chan c(0);
  tasks.go([&] { weft_chan_recv(c, nullptr); });
  CHECK(tasks.run() == WEFT_E_DEADLOCK);
  std::string waits;
  weft_visit_tasks(
      tasks.runtime(),
      [](void *arg, const weft_task_info *info) {
        *static_cast<std::string *>(arg) += std::string(info->state) + ": " + info->waits;
      },
      &waits);
  CHECK(waits == "parked: channel receive");
  weft_chan_close(c);
  CHECK(tasks.run() == WEFT_OK);
}

TEST_CASE("ten thousand tasks: every value sent is received exactly once", "[channel][stress]") {
  size_t capacity = GENERATE(0, 1, 64);
  InTasks tasks;
  Chan c(capacity);
  constexpr uint64_t senders = 5000, receivers = 5000, each = 4;
  std::vector<uint8_t> seen(senders * each);
  uint64_t refused = 0, wrong_order = 0;
  for (uint64_t s = 0; s < senders; ++s)
    tasks.go(
        [&, s] {
          for (uint64_t i = 0; i < each; ++i) {
            refused += send(c, s * each + i) != WEFT_OK;
            if ((s + i) % 7 == 0)
              weft_yield();
          }
        },
        WEFT_STACK_DEFAULT);
  for (uint64_t r = 0; r < receivers; ++r)
    tasks.go(
        [&, r] {
          uint64_t last_of_zero = 0;
          for (uint64_t i = 0; i < each; ++i) {
            uint64_t v = 0;
            refused += weft_chan_recv(c, &v) != WEFT_OK;
            ++seen.at(v);
            if (v < each) { // sender 0's values come in its order, to one receiver at least
              wrong_order += v < last_of_zero;
              last_of_zero = v;
            }
            if ((r + i) % 5 == 0)
              weft_yield();
          }
        },
        WEFT_STACK_DEFAULT);
  CHECK(tasks.run() == WEFT_OK);
  CHECK(refused == 0);
  CHECK(wrong_order == 0);
  CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<long>(seen.size()));
  CHECK(weft_chan_len(c) == 0);
}

TEST_CASE("closing under load: what send accepted is received, and nothing else",
          "[channel][stress]") {
  size_t capacity = GENERATE(0, 3);
  InTasks tasks;
  for (int round = 0; round < 50; ++round) {
    Chan c(capacity);
    constexpr uint64_t senders = 40;
    std::vector<int> accepted(senders * 8), received(senders * 8);
    for (uint64_t s = 0; s < senders; ++s)
      tasks.go([&, s] {
        for (uint64_t i = 0; i < 8; ++i)
          if (send(c, s * 8 + i) == WEFT_OK)
            accepted[s * 8 + i] = 1;
      });
    for (int r = 0; r < 10; ++r)
      tasks.go([&] {
        uint64_t v;
        while (weft_chan_recv(c, &v) == WEFT_OK)
          ++received[v];
      });
    tasks.run([&, round] {
      for (int i = 0; i < round / 5; ++i)
        weft_yield();
      CHECK(weft_chan_close(c) == WEFT_OK);
    });
    CHECK(accepted == received);
  }
}
