// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains three levels deep that turn from empty to ready and back all the time, on several workers, under policies that share time
// and such that do not: nothing is lost, and everybody ends.
#include "on_workers.h"

#include <array>
#include <vector>

namespace {

weft_domain *domain(weft_domain *parent, const char *sched, uint32_t weight) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.sched = sched;
  attr.weight = weight;
  weft_domain *d = nullptr;
  weft_domain_create(parent, &attr, &d, nullptr, 0);
  return d;
}

} // namespace

TEST_CASE("a storm of edges from empty to ready, three levels deep") {
  for (const char *root : {"fair:slice=20us", "work_stealing", "fair:slice=1ns"}) {
    OnWorkers w(3, root);
    static constexpr std::array<const char *, 4> policies = {"fair:slice=5us", "fifo", "priority", "fair"};
    std::vector<weft_domain *> leaves;
    for (uint32_t i = 0; i < 4; ++i) {
      weft_domain *outer = domain(weft_root_domain(w.rt), policies[i], i + 1);
      REQUIRE(outer);
      for (uint32_t j = 0; j < 2; ++j) {
        leaves.push_back(domain(outer, policies[(i + j) % 4], j + 1));
        REQUIRE(leaves.back());
      }
    }
    // Balls go round between domains that are else empty, and meanwhile others yield and end.
    const int rounds = 300 * thoroughly(10);
    std::vector<weft_chan *> balls(leaves.size());
    for (weft_chan *&c : balls)
      c = weft_chan_new(sizeof(int), 1);
    std::atomic<int> passed{0}, ended{0}, wrong{0};
    for (size_t i = 0; i < leaves.size(); ++i) {
      w.go(
          [&, i] {
            int n;
            for (int r = 0; r < rounds; ++r) {
              if (weft_chan_recv(balls[i], &n) != WEFT_OK)
                wrong++;
              passed++;
              if (weft_chan_send(balls[(i + 1) % balls.size()], &n) != WEFT_OK)
                wrong++;
              if (r % 16 == 0 && OnWorkers::go(
                                     [&] {
                                       for (int y = 0; y < 5; ++y)
                                         weft_yield();
                                       ended++;
                                     },
                                     nullptr, leaves[(i + 3) % leaves.size()]) != WEFT_OK)
                wrong++;
            }
          },
          nullptr, leaves[i]);
    }
    for (int ball : {0, 1, 2}) // each stays in the end where it was in the beginning
      weft_chan_send(balls[static_cast<size_t>(ball) * 2], &ball);
    INFO(root);
    CHECK(w.run() == WEFT_OK);
    CHECK(wrong == 0);
    CHECK(passed == rounds * static_cast<int>(leaves.size()));
    CHECK(ended == (rounds + 15) / 16 * static_cast<int>(leaves.size()));
    for (weft_chan *c : balls)
      weft_chan_free(c);
  }
}

TEST_CASE("attributes are changed from everywhere, of tasks that run, wait and end") {
  for (const char *root : {"priority", "work_stealing", "fair"}) {
    OnWorkers w(3, root);
    std::array<weft_domain *, 3> domains = {weft_root_domain(w.rt), domain(weft_root_domain(w.rt), "priority", 1), domain(weft_root_domain(w.rt), "fair", 1)};
    REQUIRE((domains[1] && domains[2]));
    constexpr uint32_t kTasks = 12;
    std::array<std::atomic<weft_task>, kTasks> tasks = {};
    std::atomic<int> ended{0}, wrong{0};
    const int rounds = 100 * thoroughly(10);
    for (uint32_t i = 0; i < kTasks; ++i)
      w.go(
          [&, i] {
            uint32_t lot = i + 1;
            for (int r = 0; r < rounds; ++r) {
              lot = lot * 1664525 + 1013904223;
              // A short one, which others change while it begins and ends.
              weft_task t = 0;
              if (OnWorkers::go([] { weft_yield(); }, &t, domains[(lot >> 8) % 3]) != WEFT_OK)
                wrong++;
              tasks[i] = t;
              weft_ent_attr attr = {sizeof attr, static_cast<int32_t>(lot >> 20) % 30, lot & 1 ? WEFT_NEVER : lot >> 12, 1 + (lot >> 16) % 100, 0, nullptr};
              weft_status set = weft_task_set_attr(tasks[(lot >> 4) % kTasks], &attr);
              wrong += set != WEFT_OK && set != WEFT_E_STALE;
              wrong += weft_task_set_attr(weft_self(), &attr) != WEFT_OK;
              wrong += weft_domain_set_attr(domains[1 + (lot >> 9) % 2], &attr) != WEFT_OK;
              wrong += weft_task_get_attr(weft_self(), &attr) != WEFT_OK;
              wrong += weft_join(t) != WEFT_OK;
            }
            ended++;
          },
          nullptr, domains[i % 3]);
    CHECK(w.run() == WEFT_OK);
    INFO(root);
    CHECK(wrong == 0);
    CHECK(ended == static_cast<int>(kTasks));
  }
}

TEST_CASE("priorities are lent by many at a time, whose waits end by locks, deadlines and cancels") {
  OnWorkers w(3, "priority");
  std::array<weft_domain *, 2> domains = {weft_root_domain(w.rt), domain(weft_root_domain(w.rt), "priority", 1)};
  REQUIRE(domains[1]);
  std::array<weft_mutex, 3> locks = {};
  std::array<int, 3> inside = {};
  constexpr uint32_t kTasks = 10;
  std::array<std::atomic<weft_task>, kTasks> tasks = {};
  std::atomic<int> wrong{0}, ended{0};
  const int rounds = 100 * thoroughly(10);
  for (uint32_t i = 0; i < kTasks; ++i)
    w.go(
        [&, i] {
          tasks[i] = weft_self();
          uint32_t lot = i + 1;
          for (int r = 0; r < rounds; ++r) {
            lot = lot * 1664525 + 1013904223;
            weft_ent_attr attr = {sizeof attr, static_cast<int32_t>(lot >> 20) % 30, WEFT_NEVER, 1, 0, nullptr};
            wrong += weft_task_set_attr(weft_self(), &attr) != WEFT_OK;
            const uint32_t first = (lot >> 8) % 3, then = first + 1; // in order: no deadlock
            const uint64_t until = lot & 64 ? WEFT_NEVER : weft_now() + (lot >> 16) % 20000;
            if (weft_mutex_lock_with(&locks[first], 0, until) == WEFT_OK) {
              wrong += inside[first]++ != 0;
              if (then < 3 && weft_mutex_lock(&locks[then]) == WEFT_OK) {
                weft_yield();
                wrong += weft_mutex_unlock(&locks[then]) != WEFT_OK;
              }
              wrong += --inside[first] != 0;
              wrong += weft_mutex_unlock(&locks[first]) != WEFT_OK;
            }
            if (lot % 5 == 0)
              weft_cancel(tasks[(lot >> 10) % kTasks]);
            attr.priority = static_cast<int32_t>(lot >> 8) % 30;
            weft_status set = weft_task_set_attr(tasks[(lot >> 12) % kTasks], &attr);
            wrong += set != WEFT_OK && set != WEFT_E_STALE;
          }
          ended++;
        },
        nullptr, domains[i % 2]);
  CHECK(w.run() == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(ended == static_cast<int>(kTasks));
  for (const weft_mutex &m : locks)
    CHECK(m.owner == 0);
}
