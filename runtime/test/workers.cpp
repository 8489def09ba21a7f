// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Several workers: tasks really run side by side, and everything that tasks do with each other stays right when they do.
#include "on_workers.h"
#include "sanitized.h"
#include "weft/dump.h"

#include <chrono>
#include <set>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <vector>

namespace {

const int scale = sanitized() ? 1 : 10;

} // namespace

TEST_CASE("as many tasks run at once as there are workers") {
  for (uint32_t workers : {2u, 4u}) {
    OnWorkers w(workers);
    std::atomic<int> here{0}, met{0};
    for (uint32_t i = 0; i < workers; ++i)
      w.go([&] { met += meet(here, static_cast<int>(workers)); });
    CHECK(w.run() == WEFT_OK);
    CHECK(met == static_cast<int>(workers));
  }
}

TEST_CASE("what a running task makes ready runs before it has ended, on an idle worker") {
  OnWorkers w(2);
  std::atomic<int> here{0}, met{0};
  w.go([&] {
    w.go([&] { met += meet(here, 2); });
    met += meet(here, 2);
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(met == 2);
  // Also after all have slept.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  here = met = 0;
  w.go([&] {
    w.go([&] { met += meet(here, 2); });
    met += meet(here, 2);
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(met == 2);
}

TEST_CASE("every yield of many tasks comes back, on two to eight workers") {
  for (auto [workers, sched] : {std::pair{2u, "fifo"}, {3u, "work_stealing"}, {8u, "fifo"}, {8u, "work_stealing"}}) {
    OnWorkers w(workers, sched);
    std::atomic<uint64_t> runs{0};
    for (int i = 0; i < 50; ++i)
      w.go([&] {
        for (int n = 0; n < 200 * scale; ++n) {
          runs.fetch_add(1, std::memory_order_relaxed);
          weft_yield();
        }
      });
    CHECK(w.run() == WEFT_OK);
    CHECK(runs == 50u * 200 * scale);
  }
}

TEST_CASE("channels lose and double nothing between workers") {
  for (size_t capacity : {0, 1, 7, 8}) {
    OnWorkers w(3, capacity % 2 ? "fifo" : "work_stealing");
    weft_chan *c = weft_chan_new(sizeof(uint64_t), capacity);
    std::atomic<uint64_t> sent{0}, got{0}, count{0};
    weft_wait_group group = {};
    weft_wait_group_add(&group, 8);
    for (int i = 0; i < 8; ++i)
      w.go([&, i] {
        for (uint64_t n = 0; n < 100u * scale; ++n) {
          uint64_t value = static_cast<uint64_t>(i) * 1000000 + n;
          if (weft_chan_send(c, &value) == WEFT_OK)
            sent += value;
        }
        weft_wait_group_add(&group, -1);
      });
    w.go([&] {
      weft_wait_group_wait(&group);
      weft_chan_close(c);
    });
    for (int i = 0; i < 5; ++i)
      w.go([&] {
        uint64_t value;
        while (weft_chan_recv(c, &value) == WEFT_OK) {
          got += value;
          count++;
        }
      });
    CHECK(w.run() == WEFT_OK);
    CHECK(count == 800u * scale);
    CHECK(sent == got);
    weft_chan_free(c);
  }
}

TEST_CASE("a select is chosen once, whoever sends from whichever worker") {
  OnWorkers w(3);
  weft_chan *a = weft_chan_new(sizeof(int), 0), *b = weft_chan_new(sizeof(int), 1);
  std::atomic<int> got{0}, wrong{0};
  const int each = 100 * scale;
  for (weft_chan *c : {a, b})
    for (int i = 0; i < 2; ++i)
      w.go([&, c] {
        for (int n = 0; n < each; ++n)
          weft_chan_send(c, &n);
      });
  for (int i = 0; i < 4; ++i)
    w.go([&] {
      for (int n = 0; n < each; ++n) {
        int from_a = -1, from_b = -1;
        weft_select_case cases[2] = {};
        cases[0].chan = a;
        cases[0].op = WEFT_SELECT_RECV;
        cases[0].elem = &from_a;
        cases[1].chan = b;
        cases[1].op = WEFT_SELECT_RECV;
        cases[1].elem = &from_b;
        int32_t chosen = weft_select(cases, 2, 0, WEFT_NEVER);
        if (chosen < 0 || (chosen == 0) != (from_a >= 0) || (chosen == 1) != (from_b >= 0))
          wrong++;
        got++;
      }
    });
  CHECK(w.run() == WEFT_OK);
  CHECK(got == 4 * each);
  CHECK(wrong == 0);
  weft_chan_free(a);
  weft_chan_free(b);
}

TEST_CASE("a mutex is held by one, and conditions and semaphores keep count") {
  OnWorkers w(4);
  weft_mutex m = {};
  weft_cond changed = {};
  weft_sem sem = {};
  sem.count = 2;
  int plain = 0, inside = 0; // under m
  std::atomic<int> in_sem{0}, too_many{0}, overlap{0};
  for (int i = 0; i < 8; ++i)
    w.go([&] {
      for (int n = 0; n < 50 * scale; ++n) {
        weft_mutex_lock(&m);
        if (inside++ != 0)
          overlap++;
        plain++;
        if (n % 3 == 0)
          weft_yield();
        inside--;
        weft_cond_broadcast(&changed);
        weft_mutex_unlock(&m);
        weft_sem_acquire(&sem, WEFT_NEVER);
        if (++in_sem > 2)
          too_many++;
        if (n % 5 == 0)
          weft_yield();
        in_sem--;
        weft_sem_release(&sem, 1);
      }
    });
  std::atomic<bool> saw_all{false};
  w.go([&] {
    weft_mutex_lock(&m);
    while (plain < 400 * scale)
      weft_cond_wait(&changed, &m, WEFT_NEVER);
    saw_all = true;
    weft_mutex_unlock(&m);
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(plain == 400 * scale);
  CHECK(overlap == 0);
  CHECK(too_many == 0);
  CHECK(saw_all);
}

TEST_CASE("wakes and parks race without loss") {
  OnWorkers w(2);
  std::atomic<weft_task> a{0}, b{0};
  std::atomic<int> rounds{0};
  const int all = 2000 * scale;
  auto body = [&](std::atomic<weft_task> &me, std::atomic<weft_task> &other) {
    me = weft_self();
    while (other == 0)
      weft_yield();
    for (int i = 0; i < all; ++i) {
      weft_wake(other);
      weft_park();
      rounds++;
    }
    weft_wake(other);
  };
  w.go([&] { body(a, b); });
  w.go([&] { body(b, a); });
  CHECK(w.run() == WEFT_OK);
  CHECK(rounds == 2 * all);
}

TEST_CASE("joins see ends, and trees of tasks come together") {
  OnWorkers w(3);
  std::atomic<uint64_t> leaves{0};
  std::function<void(int)> grow = [&](int depth) {
    if (depth == 0) {
      leaves++;
      return;
    }
    weft_task child[4];
    for (weft_task &c : child)
      w.go([&, depth] { grow(depth - 1); }, &c);
    for (weft_task c : child)
      if (weft_join(c) != WEFT_OK)
        leaves += 1000000;
  };
  w.go([&] { grow(sanitized() ? 4 : 6); });
  CHECK(w.run() == WEFT_OK);
  CHECK(leaves == (sanitized() ? 256u : 4096u));
}

TEST_CASE("sleeps end in time on whichever worker, also beside one that computes") {
  OnWorkers w(2);
  std::atomic<bool> stop{false};
  std::atomic<int> woke{0};
  std::atomic<uint64_t> latest{0};
  w.go([&] {
    while (!stop.load()) {
    }
  });
  w.go([&] {
    for (int i = 0; i < 5; ++i) {
      uint64_t before = weft_now();
      weft_sleep(2000000);
      uint64_t took = weft_now() - before;
      if (took > latest)
        latest = took;
      woke++;
    }
    stop = true;
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(woke == 5);
  CHECK(latest >= 2000000u);
}

TEST_CASE("deadlines and senders race for a waiter, and one of them wins") {
  OnWorkers w(3);
  weft_sem sem = {};
  std::atomic<int> took{0}, late{0}, other{0}, released{0};
  for (int i = 0; i < 4; ++i)
    w.go([&] {
      for (int n = 0; n < 30 * scale; ++n) {
        weft_status s = weft_sem_acquire(&sem, weft_now() + 20000 + n % 7 * 10000);
        (s == WEFT_OK ? took : s == WEFT_E_TIMEOUT ? late : other)++;
      }
    });
  w.go([&] {
    for (int n = 0; n < 60 * scale; ++n) {
      weft_sem_release(&sem, 1);
      released++;
      weft_sleep(15000);
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(took + late == 120 * scale);
  CHECK(other == 0);
  CHECK(took + sem.count == released);
}

TEST_CASE("cancels reach a task wherever it is, once each") {
  OnWorkers w(3);
  std::atomic<int> heard{0}, ended{0};
  const int tasks = 20 * scale;
  for (int i = 0; i < tasks; ++i) {
    auto victim = std::make_shared<std::atomic<weft_task>>(0);
    w.go([&, victim, i] {
      *victim = weft_self();
      weft_chan *never = weft_chan_new(1, 0);
      char c;
      weft_status s = i % 2 ? weft_chan_recv(never, &c) : weft_park();
      heard += s == WEFT_E_CANCELLED;
      weft_chan_free(never);
      ended++;
    });
    w.go([&, victim] {
      while (*victim == 0)
        weft_yield();
      weft_cancel(*victim);
    });
  }
  CHECK(w.run() == WEFT_OK);
  CHECK(heard == tasks);
  CHECK(ended == tasks);
}

TEST_CASE("tokens are completed from tasks and threads, and awaited anywhere") {
  OnWorkers w(2);
  std::atomic<uint64_t> sum{0};
  const int each = 50 * scale;
  std::vector<std::thread> threads;
  weft_runtime *rt = w.rt;
  std::mutex lock;
  std::vector<weft_token> tokens;
  std::atomic<bool> stop{false};
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      while (!stop) {
        weft_token token = 0;
        {
          std::lock_guard<std::mutex> hold(lock);
          if (!tokens.empty()) {
            token = tokens.back();
            tokens.pop_back();
          }
        }
        if (token)
          weft_complete(token, WEFT_OK, 3);
        else
          std::this_thread::yield();
      }
    });
  for (int i = 0; i < 6; ++i)
    w.go([&] {
      for (int n = 0; n < each; ++n) {
        weft_token token = weft_token_new(rt);
        if (n % 2) {
          std::lock_guard<std::mutex> hold(lock);
          tokens.push_back(token);
        } else {
          w.go([token] { weft_complete(token, WEFT_OK, 3); });
        }
        uint64_t value = 0;
        if (weft_await(token, &value) == WEFT_OK)
          sum += value;
      }
    });
  CHECK(w.run() == WEFT_OK);
  stop = true;
  for (std::thread &t : threads)
    t.join();
  CHECK(sum == 3u * 6 * each);
}

TEST_CASE("a wake by a thread finds an idle worker while the host's is busy") {
  OnWorkers w(2);
  std::atomic<bool> stop{false};
  std::atomic<weft_task> sleeper{0};
  // Both run; which of them the host's thread has does not matter.
  w.go([&] {
    while (!stop.load()) {
    }
  });
  w.go([&] {
    sleeper = weft_self();
    weft_park();
    stop = true;
  });
  std::thread waker([&] {
    while (sleeper == 0)
      std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    weft_wake(sleeper);
  });
  CHECK(w.run() == WEFT_OK);
  waker.join();
  CHECK(stop);
}

TEST_CASE("a timer is served while the host's thread computes, though the others slept when it began") {
  OnWorkers w(2);
  std::atomic<weft_task> computes{0};
  std::atomic<uint64_t> took{0};
  w.go([&] {
    uint64_t before = weft_now();
    weft_sleep(30000000);
    took = weft_now() - before;
  });
  w.go([&] {
    computes = weft_self();
    weft_park();
    uint64_t end = weft_now() + 400000000;
    while (weft_now() < end) {
    }
  });
  std::thread waker([&] {
    while (computes == 0)
      std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    weft_wake(computes);
  });
  CHECK(w.run() == WEFT_OK);
  waker.join();
  CHECK(took >= 30000000u);
  CHECK(took < 300000000u);
}

TEST_CASE("weft_run ends with the last task, though a daemon computes on another worker") {
  for (int round = 0; round < 10; ++round) {
    std::atomic<bool> stop{false}, began{false}; // outlive the workers: the daemon runs until they stop
    OnWorkers w(3);
    w.go([&] {
      began = true;
      while (!stop.load())
        weft_yield();
    }, nullptr, nullptr, WEFT_SPAWN_DAEMON);
    w.go([&] {
      while (!began)
        weft_yield();
      weft_sleep(1000000);
    });
    CHECK(w.run() == WEFT_OK);
    stop = true;
  }
}

TEST_CASE("a task makes and destroys another runtime, and stays a task of its own") {
  OnWorkers w(2);
  std::atomic<int> itself{0};
  for (int i = 0; i < 4; ++i)
    w.go([&] {
      for (int n = 0; n < 3; ++n) {
        weft_task before = weft_self();
        weft_runtime_config config = {};
        config.size = sizeof config;
        config.flags = WEFT_RT_IGNORE_ENV;
        weft_runtime *other = nullptr;
        if (weft_runtime_create(&config, &other, nullptr, 0) == WEFT_OK && weft_self() == before &&
            weft_runtime_destroy(other) == WEFT_OK && weft_self() == before)
          itself++;
        weft_yield();
      }
    });
  CHECK(w.run() == WEFT_OK);
  CHECK(itself == 12);
}

TEST_CASE("a deadlock is told, exactly when there is one") {
  for (int round = 0; round < 20 * scale; ++round) {
    OnWorkers w(2);
    weft_chan *c = weft_chan_new(1, 0);
    std::atomic<int> steps{0};
    w.go([&] {
      for (int i = 0; i < round; ++i)
        weft_yield();
      char x = 0;
      weft_chan_recv(c, &x); // from nobody
    });
    w.go([&] {
      for (int i = 0; i < 3 + round; ++i) {
        steps++;
        weft_yield();
      }
    });
    CHECK(w.run() == WEFT_E_DEADLOCK);
    CHECK(steps == 3 + round);
    weft_shutdown(w.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    CHECK(w.run() == WEFT_OK);
    weft_chan_free(c);
  }
}

TEST_CASE("a child domain's tasks run on whichever worker, one at a time") {
  OnWorkers w(3);
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = "child";
  attr.picks = 4;
  weft_domain *child = nullptr;
  REQUIRE(weft_domain_create(nullptr, &attr, &child, nullptr, 0) == WEFT_OK);
  std::atomic<int> inside{0}, overlap{0}, runs{0};
  for (int i = 0; i < 10; ++i) {
    w.go([&] {
      for (int n = 0; n < 20 * scale; ++n) {
        if (++inside > 1)
          overlap++;
        runs++;
        inside--;
        weft_yield();
      }
    }, nullptr, child);
    w.go([&] {
      for (int n = 0; n < 20 * scale; ++n)
        weft_yield();
    });
  }
  CHECK(w.run() == WEFT_OK);
  CHECK(runs == 200 * scale);
  CHECK(overlap == 0);
  CHECK(weft_domain_close(child) == WEFT_OK);
}

TEST_CASE("an idle program costs nothing") {
  OnWorkers w(2);
  w.go([] {}, nullptr);
  CHECK(w.run() == WEFT_OK);
  weft_token token = weft_token_new(w.rt);
  struct rusage before, after;
  std::thread end([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    getrusage(RUSAGE_SELF, &before);
    std::this_thread::sleep_for(std::chrono::milliseconds(1000));
    getrusage(RUSAGE_SELF, &after);
    weft_complete(token, WEFT_OK, 0);
  });
  w.go([token] { weft_await(token, nullptr); });
  CHECK(w.run() == WEFT_OK);
  end.join();
  auto cpu = [](const struct rusage &u) {
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
  };
  if (sanitized())
    return; // their own threads wake up
  CHECK(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw <= 3); // the thread's own sleep
  CHECK(cpu(after) - cpu(before) < 10000);
}

TEST_CASE("a runtime of several workers is made and destroyed again and again, with tasks left in it") {
  for (int i = 0; i < 20 * scale; ++i) {
    OnWorkers w(1 + static_cast<uint32_t>(i) % 4);
    std::atomic<int> cleaned{0};
    struct Counted {
      std::atomic<int> &n;
      ~Counted() { n++; }
    };
    weft_chan *c = weft_chan_new(1, 0);
    for (int n = 0; n < 5; ++n)
      w.go([&] {
        Counted counted{cleaned};
        char x;
        for (;;)
          weft_chan_recv(c, &x); // answers cancels with the next wait
      });
    for (int n = 0; n < 5; ++n)
      w.go([&] {
        for (int k = 0; k < 5; ++k)
          weft_yield();
      });
    CHECK(w.run() == WEFT_E_DEADLOCK);
    weft_shutdown(w.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    w.run();
    CHECK(weft_runtime_destroy(w.rt) == WEFT_OK);
    w.rt = nullptr;
    CHECK(cleaned == 5);
    weft_chan_free(c);
  }
}

TEST_CASE("dumps and counts may be asked for while others run") {
  OnWorkers w(3);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> bytes{0};
  for (int i = 0; i < 6; ++i)
    w.go([&] {
      while (!stop.load())
        weft_yield();
    });
  w.go([&] {
    for (int i = 0; i < 5 * scale; ++i) {
      weft_dump_to(nullptr, i % 2 ? WEFT_DUMP_JSON : WEFT_DUMP_TEXT,
                   [](void *arg, const char *, size_t n) { *static_cast<std::atomic<uint64_t> *>(arg) += n; }, &bytes);
      weft_stats stats = {};
      stats.size = sizeof stats;
      weft_get_stats(nullptr, &stats);
      weft_yield();
    }
    stop = true;
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(bytes > 1000);
}
