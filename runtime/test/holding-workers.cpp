// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A policy that holds back, with several workers: whoever sleeps is woken when the hold ends, and nobody looks in vain all the time.
#include "holding_scheduler.h"
#include "on_workers.h"
#include "weft/host.h"

namespace {

// What its policy allows at a time is all that runs at a time; each runs to its end.
void all_run(const char *root, const char *child, uint32_t bind, int tasks, int steps) {
  Holding::enroll();
  std::atomic<int> done{0};
  {
    OnWorkers w(3, root);
    weft_domain *domain = nullptr;
    if (child) {
      weft_domain_attr attr = {};
      attr.size = sizeof attr;
      attr.sched = child;
      attr.bind = bind;
      char error[256] = "";
      weft_status made = weft_domain_create(nullptr, &attr, &domain, error, sizeof error);
      INFO(error);
      REQUIRE(made == WEFT_OK);
    }
    for (int i = 0; i < tasks; ++i)
      w.go(
          [&, steps] {
            for (int s = 0; s < steps; ++s)
              weft_yield();
            done++;
          },
          nullptr, domain);
    for (int i = 0; child && i < 3; ++i) // others beside it
      w.go([steps] {
        for (int s = 0; s < steps; ++s)
          weft_yield();
      });
    weft_status status = w.run();
    CHECK(status == WEFT_OK);
  }
  CHECK(done == tasks);
}

} // namespace

namespace {

// Two at a time, whoever counts them.
void two_at_a_time(const char *sched) {
  Holding::enroll();
  std::atomic<int> here{0}, running{0}, most{0}, met{0};
  {
    OnWorkers w(4, sched);
    for (int i = 0; i < 20; ++i)
      w.go([&] {
        for (int s = 0; s < 20; ++s) {
          int now = ++running;
          for (int known = most; known < now && !most.compare_exchange_weak(known, now);)
            ;
          if (s == 0)
            met += meet(here, 2);
          running--;
          weft_yield();
        }
      });
    weft_status status = w.run();
    CHECK(status == WEFT_OK);
  }
  CHECK(met == 20);
  CHECK(most == 2);
}

} // namespace

TEST_CASE("several workers: as many run at a time as a root that waits for runs allows, and no more") {
  two_at_a_time("holding:limit=2");
  CHECK(Holding::most_running == 2);
}

TEST_CASE("several workers: limited lets so many run at a time, of whatever policy") {
  for (const char *sched : {"limited:parallelism=2", "limited:parallelism=2,of=priority", "limited:parallelism=2,of=work_stealing"}) {
    INFO(sched);
    two_at_a_time(sched);
  }
}

TEST_CASE("several workers: a root that holds back for a time wakes one when it is over, and asks nobody meanwhile") {
  all_run("holding:every=200000", nullptr, 0, 5, 3);
  const uint64_t picks = 5 * 4;
  CHECK(Holding::asked <= 16 * picks);
}

TEST_CASE("several workers: a root that holds back till the next turn gets one") { all_run("holding:turn=3", nullptr, 0, 20, 10); }

TEST_CASE("several workers: a child that holds back, under policies with and without the lock, on each side") {
  for (const char *root : {"fifo", "work_stealing"})
    for (const char *child : {"holding:every=50000", "holding:turn=2", "holding:limit=1", "limited:rate=100000,parallelism=1", "limited:quota=1ms,period=2ms", "frame:budget=50us"})
      for (uint32_t bind : {WEFT_BIND_ANY, WEFT_BIND_HOST, WEFT_BIND_POOL}) {
        INFO(root << " " << child << " " << bind);
        all_run(root, child, bind, 5, 20);
      }
}

TEST_CASE("several workers: a domain that waits for its child on the other side goes on when that has run") {
  for (const char *root : {"fifo", "work_stealing", "holding:limit=2", "frame:budget=50us"})
    for (const char *sched : {"holding:limit=1", "holding:limit=2", "holding:turn=2", "holding:every=20000", "holding:limit=1,every=20000"}) {
      INFO(root << " " << sched);
      Holding::enroll();
      std::atomic<int> done{0};
      {
        OnWorkers w(3, root);
        weft_domain_attr attr = {};
        attr.size = sizeof attr;
        attr.sched = sched;
        weft_domain *outer = nullptr, *sides[2] = {};
        weft_status made = weft_domain_create(nullptr, &attr, &outer, nullptr, 0);
        for (uint32_t side : {0, 1}) {
          attr.bind = side ? WEFT_BIND_POOL : WEFT_BIND_HOST;
          made |= weft_domain_create(outer, &attr, &sides[side], nullptr, 0);
        }
        REQUIRE(made == WEFT_OK);
        for (weft_domain *d : {outer, sides[0], sides[1], (weft_domain *)nullptr})
          for (int i = 0; i < 4; ++i)
            w.go(
                [&] {
                  for (int s = 0; s < 10; ++s)
                    weft_yield();
                  done++;
                },
                nullptr, d);
        weft_status status = w.run();
        CHECK(status == WEFT_OK);
      }
      CHECK(done == 16);
    }
}

TEST_CASE("several workers: foreign wakes, cancels and closes meet a domain that holds back, and nothing stays behind") {
  for (const char *sched : {"holding:every=20000", "holding:turn=1", "holding:limit=1"})
    for (int round = 0; round < thoroughly(20); ++round) {
      INFO(sched << " round " << round);
      Holding::enroll();
      std::atomic<int> ended{0}, closed{-1};
      {
        OnWorkers w(3, round % 2 ? "fifo" : "work_stealing");
        w.go([&, sched] {
          weft_domain_attr attr = {};
          attr.size = sizeof attr;
          attr.sched = sched;
          weft_domain *d = nullptr;
          if (weft_domain_create(nullptr, &attr, &d, nullptr, 0) != WEFT_OK)
            return;
          weft_task tasks[6];
          for (weft_task &t : tasks)
            OnWorkers::go(
                [&] {
                  while (weft_park() == WEFT_OK)
                    ;
                  ended++;
                },
                &t, d);
          for (weft_task t : tasks) {
            weft_wake(t);
            weft_yield();
          }
          weft_cancel(tasks[0]);
          closed = weft_domain_close(d);
          for (weft_task t : tasks)
            weft_join(t);
        });
        weft_status status = w.run();
        CHECK(status == WEFT_OK);
      }
      CHECK(ended == 6);
      CHECK(closed == WEFT_OK);
    }
}

TEST_CASE("several workers: a deadlock is told when what was held back has run") {
  Holding::enroll();
  OnWorkers w(3, "holding:every=100000");
  std::atomic<int> ran{0};
  for (int i = 0; i < 4; ++i)
    w.go([&] {
      for (int s = 0; s < 4; ++s, ++ran)
        weft_yield();
    });
  w.go([] { // without an end: nobody has its handle
    weft_sem never = {};
    weft_sem_acquire(&never, WEFT_NEVER);
  });
  weft_status status = w.run();
  CHECK(status == WEFT_E_DEADLOCK);
  CHECK(ran == 16);
}
