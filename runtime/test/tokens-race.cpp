// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tokens from any thread at any time: a hundred thousand are completed, dropped, timed out and cancelled at the same moment, and
// exactly one of them ends each; and whoever comes when the runtime is gone is told so. Meant for TSan as well.
#include "on_workers.h"

#include <array>
#include <thread>
#include <vector>

namespace {

constexpr int kAtOnce = 64;

// A tenth of what sanitizers have under Valgrind and forced migration, where each step costs a hundred.
int times(int all, int sanitized_ones) {
  return sanitized() ? sanitized_ones : thoroughly(2) == 1 ? sanitized_ones / 10 : all;
}

// What became of a token: who ended it, and what its waiter was told.
struct Fate {
  std::atomic<int> completed{0}, dropped{0};
  std::atomic<weft_status> told{1};
};

} // namespace

TEST_CASE("of complete, complete, drop, timeout and cancel exactly one ends a token") {
  const int workers = GENERATE(1, 3);
  const int batches = times((workers == 1 ? 75000 : 25000) / kAtOnce + 1, 100); // a hundred thousand
  OnWorkers w(static_cast<uint32_t>(workers));
  std::array<std::atomic<weft_token>, kAtOnce> tokens = {};
  std::array<Fate, kAtOnce> fates;
  std::atomic<int> begun{0}, done{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0}, begun_batches{0}, ended[4] = {};
  auto thread = [&](int kind, auto pause) {
    for (int round = 1; !over; ++round) {
      while (begun.load() < round && !over)
        pause();
      for (int i = 0; i < kAtOnce && !over; ++i) {
        // From both ends and from the middle.
        const auto at = static_cast<size_t>(kind == 0 ? i : kind == 1 ? kAtOnce - 1 - i : (i + kAtOnce / 2) % kAtOnce);
        if (kind < 2)
          fates[at].completed += weft_complete(tokens[at], WEFT_OK, 100 + static_cast<uint64_t>(kind)) == WEFT_OK;
        else
          fates[at].dropped += weft_token_drop(tokens[at]) == WEFT_OK;
      }
      done++;
    }
  };
  std::vector<std::thread> threads;
  for (int kind = 1; kind < 3; ++kind)
    threads.emplace_back(thread, kind, [] { std::this_thread::yield(); });
  // Of several workers one completes too.
  if (workers == 1)
    threads.emplace_back(thread, 0, [] { std::this_thread::yield(); });
  else
    w.go([&] { thread(0, [] { weft_yield(); }); });
  w.go([&] {
    // Longer where completers or droppers have never been first yet, which a busy machine makes likely in a few batches.
    for (int batch = 0; batch < batches || ((ended[0] == 0 || ended[1] == 0) && batch < 200 * batches); ++batch) {
      ++begun_batches;
      std::array<weft_task, kAtOnce> waiters = {};
      for (size_t i = 0; i < kAtOnce; ++i) {
        fates[i].completed = fates[i].dropped = 0;
        fates[i].told = 1;
        tokens[i] = weft_token_new(nullptr);
        // Some tokens have a deadline of about now.
        OnWorkers::go(
            [&, i, at = i % 3 == 0 ? weft_now() + i * 500 : WEFT_NEVER] {
              uint64_t value = 0;
              weft_status status = weft_await_until(tokens[i], at, &value);
              if ((status == WEFT_OK) != (value >= 100))
                wrong++;
              fates[i].told = status;
            },
            &waiters[i]);
      }
      begun++;
      for (size_t i = 1; i < kAtOnce; i += 4) {
        weft_yield();
        weft_cancel(waiters[i]);
      }
      for (weft_task waiter : waiters)
        weft_join(waiter);
      while (done < 3 * (batch + 1))
        weft_yield();
      for (Fate &f : fates) {
        const weft_status told = f.told;
        const bool by_completion = told == WEFT_OK;
        const bool by_deadline = told == WEFT_E_TIMEOUT, by_cancel = told == WEFT_E_CANCELLED, by_drop = told == WEFT_E_STALE;
        if (f.completed + f.dropped > 1 || by_completion + by_deadline + by_cancel + by_drop != 1)
          wrong++;
        // A value that was taken from its completer reaches the waiter. Who drops may be first without being heard of: the token
        // was gone when its waiter came.
        if (by_completion != (f.completed == 1) || by_drop != (f.dropped == 1))
          wrong++;
        ended[by_completion ? 0 : by_drop ? 1 : by_deadline ? 2 : 3]++;
      }
    }
    over = true;
  });
  const weft_status ran = w.run();
  over = true;
  for (std::thread &t : threads)
    t.join();
  CHECK(ran == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(ended[0] + ended[1] + ended[2] + ended[3] == begun_batches * kAtOnce);
  INFO(ended[0] << " completed, " << ended[1] << " dropped, " << ended[2] << " timed out, " << ended[3] << " cancelled");
  CHECK(ended[0] > 0);
}

TEST_CASE("a completion that comes too late does not end the next token of the same record") {
  const int rounds = times(200000, 10000);
  OnWorkers w(3);
  std::atomic<weft_token> shown{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0}, here{0}, reused{0};
  for (int i = 0; i < 2; ++i)
    w.go([&] {
      meet(here, 3);
      while (!over)
        weft_complete(shown.load(std::memory_order_relaxed), WEFT_OK, 1);
    });
  w.go([&] {
    meet(here, 3);
    for (int i = 0; i < rounds; ++i) {
      const weft_token first = weft_token_new(nullptr);
      shown.store(first, std::memory_order_relaxed);
      weft_token_drop(first);
      const weft_token second = weft_token_new(nullptr); // shown to nobody
      reused += (first & 0xffffff) == (second & 0xffffff);
      wrong += weft_token_take(second, nullptr, nullptr) != WEFT_E_AGAIN;
      weft_token_drop(second);
    }
    over = true;
  });
  const weft_status ran = w.run();
  CHECK(ran == WEFT_OK);
  CHECK(reused > 0);
  CHECK(wrong == 0);
}

TEST_CASE("any, all and short deadlines lose no value and answer none twice") {
  const int workers = GENERATE(1, 3);
  const bool all = GENERATE(false, true);
  const int rounds = times(2000, 200);
  constexpr size_t n = 8;
  OnWorkers w(static_cast<uint32_t>(workers));
  std::array<std::atomic<weft_token>, n> tokens = {};
  std::atomic<int> begun{0}, wrong{0}, late{0};
  std::atomic<bool> over{false};
  std::atomic<uint64_t> handed{0}, got{0};
  auto completer = [&](bool forward) {
    for (int round = 1; !over; ++round) {
      while (begun.load() < round && !over)
        std::this_thread::yield();
      for (size_t i = 0; i < n && !over; ++i) {
        const size_t at = forward ? i : n - 1 - i;
        const uint64_t value = static_cast<uint64_t>(round) * 100 + at;
        if (weft_complete(tokens[at], WEFT_OK, value) == WEFT_OK)
          handed += value;
      }
    }
  };
  std::thread a(completer, true), b(completer, false);
  w.go([&] {
    for (int round = 1; round <= rounds; ++round) {
      std::array<weft_token, n> mine;
      for (size_t i = 0; i < n; ++i)
        tokens[i] = mine[i] = weft_token_new(nullptr);
      begun++;
      std::array<weft_cq_event, n> e;
      if (all) {
        weft_status status;
        while ((status = weft_await_all(mine.data(), n, weft_now() + 2000, e.data())) == WEFT_E_TIMEOUT)
          late++;
        wrong += status != WEFT_OK;
        for (const weft_cq_event &event : e)
          got += event.status == WEFT_OK ? event.value : 0;
        continue;
      }
      for (size_t left = n; left > 0;) {
        weft_status status = weft_await_any(mine.data(), left, weft_now() + 2000, e.data());
        if (status == WEFT_E_TIMEOUT) {
          late++;
          continue;
        }
        wrong += status != WEFT_OK || e[0].status != WEFT_OK || e[0].token != mine[e[0].key];
        if (status != WEFT_OK)
          break;
        got += e[0].value;
        mine[e[0].key] = mine[--left];
      }
    }
    over = true;
  });
  const weft_status ran = w.run();
  over = true;
  a.join();
  b.join();
  CHECK(ran == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(got == handed);
}

TEST_CASE("whoever comes to a runtime that is going or gone is told so") {
  const int rounds = times(200, 20);
  for (int round = 0; round < rounds; ++round) {
    weft_runtime_config config = {};
    config.size = sizeof config;
    weft_runtime *rt = nullptr;
    REQUIRE(weft_runtime_create(&config, &rt, nullptr, 0) == WEFT_OK);
    std::vector<weft_token> tokens(200);
    for (weft_token &token : tokens)
      token = weft_token_new(rt);
    weft_cq *cq = weft_cq_new(rt);
    weft_token in_queue = weft_token_new(rt);
    weft_status added = weft_cq_add(cq, in_queue, 1);
    REQUIRE(added == WEFT_OK);
    std::atomic<int> here{0}, odd{0};
    std::vector<std::thread> threads;
    for (int k = 0; k < 2; ++k)
      threads.emplace_back([&, k] {
        here++;
        while (here < 3)
          std::this_thread::yield();
        for (weft_token token : tokens) {
          weft_token mine = weft_token_new(rt); // 0 from some moment on
          weft_status status = k ? weft_complete(token, WEFT_OK, 1) : weft_token_drop(token);
          odd += status != WEFT_OK && status != WEFT_E_STALE;
          if (mine) {
            status = weft_complete(mine, WEFT_OK, 2);
            odd += status != WEFT_OK && status != WEFT_E_STALE;
          }
        }
      });
    here++;
    while (here < 3)
      std::this_thread::yield();
    for (int i = 0; i < round % 8; ++i)
      weft_turn(rt, nullptr);
    weft_status destroyed = weft_runtime_destroy(rt);
    weft_cq_event event;
    weft_status polled = weft_cq_poll(cq, &event), completed = weft_complete(in_queue, WEFT_OK, 0);
    for (std::thread &t : threads)
      t.join();
    std::thread([&] { weft_cq_free(cq); }).join();
    CHECK(destroyed == WEFT_OK);
    CHECK(odd == 0);
    CHECK(polled == WEFT_E_STALE);
    CHECK(completed == WEFT_E_STALE);
    CHECK(weft_token_new(rt) == 0);
    CHECK(weft_token_take(tokens[0], nullptr, nullptr) == WEFT_E_STALE);
  }
}

TEST_CASE("the waiter's side answers a foreign thread, and changes nothing") {
  OnWorkers w(1);
  weft_token token = weft_token_new(w.rt), other = weft_token_new(w.rt);
  weft_cq *cq = weft_cq_new(w.rt);
  weft_complete(token, WEFT_OK, 3);
  weft_status take = 0, add = 0, poll = 0, wait = 0, await = 0, any = 0;
  std::thread([&] {
    weft_cq_event e;
    take = weft_token_take(token, nullptr, nullptr);
    add = weft_cq_add(cq, other, 1);
    poll = weft_cq_poll(cq, &e);
    wait = weft_cq_wait(cq, WEFT_NEVER, &e);
    await = weft_await(token, nullptr);
    any = weft_await_any(&token, 1, WEFT_NEVER, &e);
    weft_cq_free(cq);
  }).join();
  CHECK(take == WEFT_E_INVAL);
  CHECK(add == WEFT_E_INVAL);
  CHECK(poll == WEFT_E_INVAL);
  CHECK(wait == WEFT_E_INVAL);
  CHECK(await == WEFT_E_NOTASK);
  CHECK(any == WEFT_E_NOTASK);
  uint64_t value = 0;
  CHECK(weft_token_take(token, nullptr, &value) == WEFT_OK);
  CHECK(value == 3);
  CHECK(weft_cq_add(cq, other, 1) == WEFT_OK);
  weft_cq_free(cq);
}
