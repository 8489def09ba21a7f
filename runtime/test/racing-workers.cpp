// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Races of several workers that were once lost: each test here hung, aborted or miscounted under work_stealing before it was
// written.
#include "on_workers.h"
#include "sanitized.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

namespace {

const int scale = thoroughly(10);

// Some hundred nanoseconds, never the same.
class Pauses {
public:
  void operator()(uint32_t most) {
    seed_ = seed_ * 1664525 + 1013904223;
    for (uint32_t n = (seed_ >> 16) % most; n; --n)
      asm volatile("" : "+r"(n));
  }

private:
  uint32_t seed_ = 1;
};

} // namespace

TEST_CASE("the host's thread uses a channel between turns, while the worker that waits there falls asleep") {
  OnWorkers w(2);
  weft_chan *c = weft_chan_new(sizeof(int), 0);
  const int messages = 2000 * scale;
  std::atomic<int> got{0};
  w.go([&] {
    int v;
    while (weft_chan_recv(c, &v) == WEFT_OK)
      got++;
  });
  const weft_budget budget = {1000000, 0, 0, 0};
  weft_turn(w.rt, &budget);
  Pauses pause;
  for (int i = 0; i < messages; pause(2000)) {
    if (weft_chan_try_send(c, &i) == WEFT_OK)
      ++i;
    else
      weft_turn(w.rt, &budget);
  }
  weft_chan_close(c);
  CHECK(w.run() == WEFT_OK);
  CHECK(got == messages);
  weft_chan_free(c);
}

TEST_CASE("a select's cases are chosen elsewhere while it draws one") {
  OnWorkers w(3);
  constexpr uint32_t kPairs = 12;
  std::array<weft_chan *, kPairs> ours, theirs;
  for (auto *all : {&ours, &theirs})
    for (auto &c : *all)
      c = weft_chan_new(sizeof(int), 0);
  std::atomic<bool> end{false};
  std::atomic<int> wrong{0}, chosen{0};
  for (uint32_t i = 0; i < kPairs; ++i)
    w.go([&, i] {
      int v;
      weft_select_case both[2] = {{ours[i], &v, WEFT_SELECT_RECV, 0}, {theirs[i], &v, WEFT_SELECT_RECV, 0}};
      while (!end)
        if (weft_select(both, 2, 0, WEFT_NEVER) < 0 || both[0].status == WEFT_E_CLOSED)
          break;
    });
  w.go([&] {
    int v = 1;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (int n = 0; n < 3000 * scale || (chosen == 0 && std::chrono::steady_clock::now() < give_up); ++n) {
      weft_select_case cases[kPairs];
      for (uint32_t i = 0; i < kPairs; ++i)
        cases[i] = {ours[i], &v, WEFT_SELECT_SEND, 0};
      int32_t index = weft_select(cases, kPairs, WEFT_SELECT_DEFAULT, WEFT_NEVER);
      if (index >= static_cast<int32_t>(kPairs) || (index >= 0 && cases[index].status != WEFT_OK))
        wrong++;
      chosen += index >= 0;
      if (n % 64 == 0)
        weft_yield();
    }
    end = true;
    for (weft_chan *c : ours)
      weft_chan_close(c);
  });
  w.go([&] {
    int v = 2;
    while (!end) {
      for (weft_chan *c : theirs)
        weft_chan_try_send(c, &v);
      weft_yield();
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(chosen > 0);
  for (auto *all : {&ours, &theirs})
    for (weft_chan *c : *all)
      weft_chan_free(c);
}

TEST_CASE("each cancel is answered once, while others wake the task and it waits anew at once") {
  OnWorkers w(3);
  weft_sem sem = {};
  std::atomic<int> asked{0}, answered{0}, stuck{0};
  std::atomic<bool> end{false};
  weft_task waits = 0;
  w.go([&] {
    while (!end)
      if (weft_sem_acquire(&sem, WEFT_NEVER) == WEFT_E_CANCELLED)
        answered++;
  }, &waits);
  w.go([&] {
    Pauses pause;
    for (int i = 0; i < 2000 * scale && !stuck; ++i) {
      asked++;
      weft_cancel(waits);
      auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      while (answered < asked && !stuck) {
        if (std::chrono::steady_clock::now() > give_up)
          stuck++;
        weft_yield();
      }
      pause(64);
    }
    end = true;
    weft_sem_release(&sem, 1000);
  });
  w.go([&] {
    Pauses pause;
    while (!end) {
      weft_sem_release(&sem, 1);
      pause(200);
      weft_yield();
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(stuck == 0);
  CHECK(answered == asked);
  CHECK(weft_join(waits) == WEFT_OK);
}

TEST_CASE("a condition hands a mutex on, while others wait for it until a deadline") {
  OnWorkers w(3);
  weft_mutex m = {};
  weft_cond c = {};
  std::atomic<bool> end{false};
  std::atomic<int> rounds{0}, left{6};
  for (int i = 0; i < 4; ++i)
    w.go([&] {
      while (!end) {
        weft_mutex_lock(&m);
        weft_cond_signal(&c);
        rounds++;
        weft_cond_wait(&c, &m, WEFT_NEVER);
        weft_mutex_unlock(&m);
      }
      left--;
    });
  for (int i = 0; i < 2; ++i)
    w.go([&] {
      for (int n = 0; n < 3000 * thoroughly(100); ++n)
        if (weft_mutex_lock_with(&m, 0, weft_now() + 1000000) == WEFT_OK) {
          weft_cond_signal(&c);
          rounds++;
          weft_mutex_unlock(&m);
        }
      left--;
      end = true;
      while (left != 0) {
        weft_cond_broadcast(&c);
        weft_sleep(100000);
      }
    });
  CHECK(w.run() == WEFT_OK);
  CHECK(rounds > 0);
}

TEST_CASE("a worker that takes a domain's slice calls another one for what else is ready") {
  OnWorkers w(3);
  using Clock = std::chrono::steady_clock;
  weft_domain *child = nullptr;
  REQUIRE(weft_domain_create(nullptr, nullptr, &child, nullptr, 0) == WEFT_OK);
  weft_chan *c = weft_chan_new(sizeof(Clock::time_point), 0);
  std::atomic<int> late{0}, all{0};
  w.go([&] {
    Clock::time_point sent;
    while (weft_chan_recv(c, &sent) == WEFT_OK) {
      all++;
      late += Clock::now() - sent > std::chrono::milliseconds(25);
    }
  });
  w.go([&] {
    for (int i = 0; i < 12; ++i) {
      usleep(5000); // the others fall asleep
      w.go([] { usleep(40000); }, nullptr, child);
      auto now = Clock::now();
      weft_chan_try_send(c, &now);
      usleep(45000);
    }
    weft_chan_close(c);
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(late <= all / 2); // a busy machine may be late
  weft_chan_free(c);
}

TEST_CASE("a child of fork has workers of its own, whatever the parent's were at") {
  if (sanitized())
    return;
  OnWorkers w(3);
  std::vector<weft_chan *> channels(32);
  for (auto &c : channels)
    c = weft_chan_new(sizeof(int), 4);
  std::atomic<bool> end{false};
  int failed = 0;
  for (int i = 0; i < 2; ++i)
    w.go([&] {
      for (int v = 0; !end;)
        for (weft_chan *c : channels) {
          weft_chan_try_send(c, &v);
          weft_chan_try_recv(c, &v);
        }
    });
  w.go([&] {
    for (int i = 0; i < 40; ++i) {
      pid_t child = fork();
      if (child == 0) {
        alarm(30);
        weft_runtime_config config = {};
        config.size = sizeof config;
        config.workers = 2;
        weft_runtime *rt = nullptr;
        if (weft_runtime_create(&config, &rt, nullptr, 0) != WEFT_OK)
          _exit(2);
        weft_spawn(
            rt,
            [](void *) {
              int v = 0;
              for (int n = 0; n < 200; ++n) { // of all addresses
                weft_chan *c = weft_chan_new(sizeof(int), 1);
                weft_chan_try_send(c, &v);
              }
            },
            nullptr, nullptr, nullptr);
        _exit(weft_run(rt) == WEFT_OK ? 0 : 3);
      }
      int status = 1;
      waitpid(child, &status, 0);
      failed += status != 0;
    }
    end = true;
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(failed == 0);
  for (weft_chan *c : channels)
    weft_chan_free(c);
}
