// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Other threads complete, wake and cancel while the loop runs, blocks and ends: nothing is lost,
// nothing happens twice, and what they wrote before is seen. Meant for TSan as well.
#include "in_tasks.h"
#include "sanitized.h"

#include <atomic>
#include <thread>
#include <vector>

namespace {

const int kRounds = 300 * thoroughly(10);

} // namespace

TEST_CASE("a completion by a thread arrives, with what was written before it") {
  InTasks t;
  uint64_t sum = 0;
  t.go([&] {
    for (int i = 0; i < 30; ++i) {
      uint64_t plain = 0, value = 0;
      weft_token token = weft_token_new(nullptr);
      std::thread completer([&plain, token] {
        plain = 1;
        weft_complete(token, WEFT_OK, 2);
      });
      CHECK(weft_await(token, &value) == WEFT_OK);
      sum += plain + value;
      completer.join();
    }
  });
  CHECK(t.run() == WEFT_OK);
  CHECK(sum == 90);
}

TEST_CASE("a storm of completions from two threads") {
  InTasks t;
  const int count = kRounds;
  std::vector<weft_token> tokens(static_cast<size_t>(count));
  std::vector<int> data(static_cast<size_t>(count), 0);
  for (auto &token : tokens)
    token = weft_token_new(t.runtime());
  std::atomic<int> stale{0};
  auto storm = [&](bool forward) {
    for (int i = 0; i < count; ++i) {
      int at = forward ? i : count - 1 - i;
      weft_status s = weft_complete(tokens[static_cast<size_t>(at)], WEFT_OK, 1);
      if (s == WEFT_E_STALE)
        stale++;
    }
  };
  std::thread a, b;
  int got = 0;
  t.go([&] {
    a = std::thread(storm, true);
    b = std::thread(storm, false);
    for (auto token : tokens) {
      uint64_t value = 0;
      if (weft_await(token, &value) == WEFT_OK)
        got += static_cast<int>(value);
    }
  });
  CHECK(t.run() == WEFT_OK);
  a.join();
  b.join();
  CHECK(got == count);
  CHECK(stale == count);
}

TEST_CASE("wakes by threads coalesce, but the last is never lost") {
  InTasks t;
  std::atomic<int> asked{0}, refused{0};
  int seen = 0, wakes = 0;
  std::thread waker;
  t.go([&] {
    weft_task self = weft_self();
    waker = std::thread([&, self] {
      for (int i = 1; i <= kRounds; ++i) {
        asked.store(i, std::memory_order_relaxed);
        refused += weft_wake(self) != WEFT_OK; // Catch2 is for one thread
        if (i % 64 == 0)
          std::this_thread::yield();
      }
    });
    while (seen < kRounds) {
      CHECK(weft_park() == WEFT_OK);
      wakes++;
      seen = asked.load(std::memory_order_relaxed);
    }
  });
  CHECK(t.run() == WEFT_OK);
  waker.join();
  CHECK(refused == 0);
  CHECK(seen == kRounds);
  CHECK(wakes <= kRounds);
}

TEST_CASE("wakes and cancels race with the ends of tasks and the reuse of their records") {
  InTasks t;
  std::atomic<weft_task> target{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int n = 0; n < 2; ++n)
    threads.emplace_back([&, n] {
      while (!stop) {
        weft_task task = target.load();
        weft_status s = n ? weft_wake(task) : weft_cancel(task);
        if (s != WEFT_OK && s != WEFT_E_STALE)
          std::abort();
      }
    });
  int ended = 0;
  t.go([&] {
    for (int i = 0; i < kRounds; ++i) {
      target = t.go([&] {
        weft_park_until(weft_now() + 20000); // by wake, cancel or time, whichever comes
        ended++;
      });
      weft_yield();
    }
  });
  CHECK(t.run() == WEFT_OK);
  CHECK(ended == kRounds);
  stop = true;
  for (auto &thread : threads)
    thread.join();
}

TEST_CASE("a completion races with the timeout: one of them wins, and both agree") {
  InTasks t;
  int completed = 0, timed_out = 0;
  std::atomic<int> said_ok{0};
  std::atomic<weft_token> offered{0};
  std::atomic<bool> stop{false};
  std::thread completer([&] {
    weft_token last = 0;
    while (!stop) {
      weft_token token = offered.load();
      if (token != last) {
        if (weft_complete(token, WEFT_OK, 0) == WEFT_OK)
          said_ok++;
        last = token;
      }
    }
  });
  t.go([&] {
    for (int i = 0; i < kRounds; ++i) {
      weft_token token = weft_token_new(nullptr);
      offered = token;
      weft_status s =
          weft_await_until(token, weft_now() + static_cast<uint64_t>(i % 3) * 500, nullptr);
      if (s == WEFT_OK)
        completed++;
      else if (s == WEFT_E_TIMEOUT)
        timed_out++;
    }
    stop = true;
  });
  CHECK(t.run() == WEFT_OK);
  completer.join();
  CHECK(completed + timed_out == kRounds);
  CHECK(said_ok == completed);
}

TEST_CASE("threads drop tokens that others complete") {
  InTasks t;
  std::atomic<int> ok{0};
  t.go([&] {
    std::vector<weft_token> tokens(static_cast<size_t>(kRounds));
    for (auto &token : tokens)
      token = weft_token_new(nullptr);
    auto ending = [&](auto end) {
      return std::thread([&tokens, &ok, end] {
        for (auto token : tokens)
          if (end(token) == WEFT_OK)
            ok++;
      });
    };
    std::thread a = ending([](weft_token k) { return weft_complete(k, WEFT_OK, 0); });
    std::thread b = ending([](weft_token k) { return weft_token_drop(k); });
    a.join();
    b.join();
    for (auto token : tokens) {
      weft_status s;
      weft_token_take(token, &s, nullptr);
    }
  });
  CHECK(t.run() == WEFT_OK);
  CHECK(ok == kRounds);
}

TEST_CASE("a completion after the runtime is gone is stale") {
  std::vector<weft_token> tokens;
  std::atomic<bool> begin{false};
  std::thread completer;
  int ok = 0, stale = 0;
  {
    InTasks t;
    for (int i = 0; i < kRounds; ++i)
      tokens.push_back(weft_token_new(t.runtime()));
    completer = std::thread([&] {
      begin = true;
      for (auto token : tokens)
        (weft_complete(token, WEFT_OK, 0) == WEFT_OK ? ok : stale)++;
    });
    while (!begin)
      std::this_thread::yield();
  }
  completer.join();
  CHECK(ok + stale == kRounds);
}

TEST_CASE("a foreign thread makes its own tokens") {
  InTasks t;
  weft_runtime *rt = t.runtime();
  std::atomic<weft_token> token{0};
  uint64_t value = 0;
  std::thread maker;
  t.go([&] {
    weft_task self = weft_self();
    maker = std::thread([&, self] {
      token = weft_token_new(rt);
      weft_wake(self);
      weft_complete(token, WEFT_OK, 9);
    });
    weft_park();
    weft_await(token, &value);
  });
  CHECK(t.run() == WEFT_OK);
  maker.join();
  CHECK(value == 9);
}
