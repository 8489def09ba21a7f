// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft_get_domain_stats and weft_get_worker_stats: what a small program did, to the unit; and with several workers, that the
// sums over workers and over domains are the same.
#include "dies.h"
#include "on_manual.h"
#include "on_workers.h"
#include "sanitized.h"
#include "weft/dump.h"
#include "weft/sync.h"

#include <atomic>
#include <numeric>

namespace {

weft_domain_stats of(const weft_domain *domain) {
  weft_domain_stats s = {};
  s.size = sizeof s;
  if (weft_get_domain_stats(domain, &s) != WEFT_OK)
    s.ran = UINT64_MAX;
  return s;
}
weft_worker_stats of(weft_runtime *rt, uint32_t worker) {
  weft_worker_stats s = {};
  s.size = sizeof s;
  if (weft_get_worker_stats(rt, worker, &s) != WEFT_OK)
    s.ran = UINT64_MAX;
  return s;
}
template <typename Stats> uint64_t samples(const Stats &s) {
  return std::accumulate(s.wake_to_run, s.wake_to_run + WEFT_TIME_BUCKETS, uint64_t{0});
}
void yield(int n) {
  while (n--)
    weft_yield();
}
constexpr uint64_t kMillisecond = 1000000;

} // namespace

TEST_CASE("yields, parks and ends of a small program, counted one by one") {
  OnManual m;
  weft_task parks = m.go([] { weft_park(); weft_park(); });
  m.go([] { yield(5); });
  m.go([&] {
    yield(1);
    weft_wake(parks);
  });
  m.settle();
  weft_domain_stats root = of(weft_root_domain(m.rt));
  CHECK(root.size == sizeof root);
  CHECK(root.tasks == 1);
  CHECK(root.ready == 0);
  CHECK(root.yielded == 6);
  CHECK(root.parked == 2);
  CHECK(root.done == 2);
  CHECK(root.ran == 6 + 2 + 2);
  CHECK(root.picked == root.ran);
  CHECK(root.readied == root.picked);
  CHECK(root.stolen == 0);
  weft_worker_stats home = of(m.rt, 0);
  CHECK(home.worker == 0);
  CHECK(home.ran == root.ran);
  CHECK(home.picked == root.picked);
  CHECK(home.readied == root.readied);
  CHECK(home.yielded == 6);
  CHECK(home.parked == 2);
  CHECK(home.done == 2);
  CHECK(home.slept == 0);
  weft_wake(parks);
  CHECK(of(weft_root_domain(m.rt)).ready == 1);
  CHECK(of(weft_root_domain(m.rt)).readied == root.readied + 1);
  m.settle();
  CHECK(of(weft_root_domain(m.rt)).done == 3);
}

TEST_CASE("what a task reads of its own domain is exact, whoever handed over to whom before") {
  OnManual m;
  weft_domain *root = weft_root_domain(m.rt);
  // Ten that yield seven times each, so they hand over to one another; the reader counts with them.
  uint64_t expected = 0, wrong = 0, looks = 0;
  for (int i = 0; i < 10; ++i)
    m.go([&] {
      for (int n = 0; n < 7; ++n) {
        ++expected; // this run
        weft_domain_stats s = of(root);
        wrong += s.ran != expected || s.yielded != expected - 1 - s.done || s.ready + s.done != 9;
        ++looks;
        weft_yield();
      }
      ++expected;
    });
  m.settle();
  CHECK(looks == 70);
  CHECK(wrong == 0);
  CHECK(of(root).ran == 80);
}

TEST_CASE("a task that yields alone is counted, while it runs and after, and lets others in as soon as there are some") {
  OnManual m;
  weft_domain *root = weft_root_domain(m.rt);
  std::vector<uint64_t> read;
  std::string order;
  m.go([&] {
    for (int n : {1, 6, 500}) {
      yield(n);
      read.push_back(of(root).yielded);
    }
    m.go([&] { order += "b"; });
    order += "a";
    weft_yield();
    order += "c";
  });
  m.settle();
  CHECK(read == std::vector<uint64_t>{1, 7, 507});
  CHECK(of(root).yielded == 508);
  CHECK(of(m.rt, 0).ran == 508 + 2);
  CHECK(order == "abc");
}

TEST_CASE("each domain counts its own tasks, and its parent the picks of it") {
  OnManual m;
  weft_domain *root = weft_root_domain(m.rt), *outer = m.domain("outer"), *inner = m.domain("inner", outer);
  m.go([] { yield(3); }, outer);
  m.go([] { yield(4); }, inner);
  m.go([] { yield(1); });
  uint64_t in_inner = 0, in_outer = 0;
  m.go([&] {
    in_inner = of(inner).ran;
    in_outer = of(outer).ran;
  }, inner);
  m.settle();
  weft_domain_stats r = of(root), o = of(outer), i = of(inner);
  CHECK(r.ran == 2);
  CHECK(o.ran == 4);
  CHECK(i.ran == 6);
  CHECK(i.picked == 6);
  CHECK(o.picked == 4 + 6); // one pick in each slice, as nothing else was asked for
  CHECK(r.picked == 2 + 10);
  CHECK(r.done == 1);
  CHECK(o.done == 1);
  CHECK(i.done == 2);
  CHECK(i.yielded == 4);
  for (const weft_domain_stats &s : {r, o, i})
    CHECK(s.readied == s.picked);
  CHECK(in_inner == 2); // the other's first run, and the one that asks
  CHECK(in_outer == 2);
  CHECK(of(m.rt, 0).picked == r.picked + o.picked + i.picked);
  CHECK(of(m.rt, 0).ran == 12);
  // What a domain did is not the root's when it is gone.
  m.go([&] { CHECK(weft_domain_close(outer) == WEFT_OK); });
  m.settle();
  weft_domain_stats after = of(root);
  CHECK(after.ran == 3);
  CHECK(after.done == 2);
  CHECK(after.picked == 2 + 10 + 1);
  CHECK(after.readied == after.picked);
}

TEST_CASE("from a wake to the run: in the bucket of the host's clock") {
  OnManual m;
  weft_domain *side = m.domain("side");
  CHECK(samples(of(m.rt, 0)) == 0);
  m.go([] {}, side); // the first is taken
  weft_manual_advance(m.host, 1000);
  m.settle();
  weft_worker_stats home = of(m.rt, 0);
  CHECK(samples(home) == 1);
  CHECK(home.wake_to_run[9] == 1); // 512 to 1023
  CHECK(of(side).wake_to_run[9] == 1);
  CHECK(samples(of(weft_root_domain(m.rt))) == 0);
  // After it, one in 256 on average. All are parked for as long, whatever for.
  weft_task parked[64];
  for (weft_task &t : parked)
    t = m.go([] {
      for (;;)
        if (weft_park() != WEFT_OK)
          break;
    });
  m.settle();
  uint64_t before = of(m.rt, 0).wake_to_run[20];
  for (int i = 0; i < 400; ++i) {
    for (weft_task t : parked)
      weft_wake(t);
    weft_manual_advance(m.host, 3 * kMillisecond / 2);
    m.settle();
  }
  uint64_t taken = of(m.rt, 0).wake_to_run[20] - before;
  CHECK(taken > 60);
  CHECK(taken < 160);
  CHECK(of(m.rt, 0).parked == 64 + 25600);
}

TEST_CASE("what takes 2.1 s and more is in the last bucket, and the text says no bound of it") {
  OnManual m;
  auto text = [&] {
    std::string all;
    CHECK(weft_dump_to(m.rt, WEFT_DUMP_TEXT, [](void *to, const char *bytes, size_t n) { static_cast<std::string *>(to)->append(bytes, n); },
                       &all) == WEFT_OK);
    return all;
  };
  m.go([] {}); // the first is taken
  weft_manual_advance(m.host, 60 * 1000 * kMillisecond);
  m.settle();
  CHECK(of(m.rt, 0).wake_to_run[WEFT_TIME_BUCKETS - 1] == 1);
  CHECK(text().find("; wake to run: 1 of 2.1 s or more (1 sample)\n") != std::string::npos);
  // Enough short ones, and it is less than half.
  weft_task parked = m.go([] {
    while (weft_park() == WEFT_OK)
      ;
  });
  m.settle();
  while (samples(of(m.rt, 0)) < 3) {
    weft_wake(parked);
    weft_manual_advance(m.host, 1000);
    m.settle();
  }
  CHECK(text().find("; wake to run: half under 1024 ns, 1 of 2.1 s or more (3 samples)\n") != std::string::npos);
  CHECK(text().find("4294 ms") == std::string::npos);
}

TEST_CASE("waits for tokens and times are wakes too") {
  OnManual m;
  weft_token token = weft_token_new(m.rt);
  m.go([&] { weft_await(token, nullptr); });
  for (int i = 0; i < 200; ++i)
    m.go([] {
      for (int n = 0; n < 32; ++n)
        weft_sleep(kMillisecond);
    });
  m.settle();
  uint64_t before = samples(of(m.rt, 0));
  for (int i = 0; i < 32; ++i)
    m.pass(kMillisecond);
  CHECK(of(m.rt, 0).done == 200);
  CHECK(samples(of(m.rt, 0)) - before > 6400 / 384);
  CHECK(samples(of(m.rt, 0)) - before < 6400 / 128);
  weft_complete(token, WEFT_OK, 0);
  m.settle();
  CHECK(of(m.rt, 0).done == 201);
}

TEST_CASE("the longest slice is that of the task that took longest") {
  OnManual m;
  m.go([] { yield(300); });
  m.go([&] {
    yield(100);
    weft_manual_advance(m.host, 5 * kMillisecond);
    yield(100);
  });
  m.go([&] {
    yield(50);
    weft_manual_advance(m.host, 2 * kMillisecond);
    yield(50);
  });
  m.settle();
  CHECK(of(m.rt, 0).longest_slice_ns == 5 * kMillisecond);
  CHECK(of(weft_root_domain(m.rt)).longest_slice_ns == 5 * kMillisecond);
  // The last run of a turn is no exception.
  m.go([&] { weft_manual_advance(m.host, 7 * kMillisecond); });
  m.settle();
  CHECK(of(m.rt, 0).longest_slice_ns == 7 * kMillisecond);
}

TEST_CASE("the longest slice of a child domain is not that of others") {
  OnManual m;
  weft_domain *a = m.domain("a"), *b = m.domain("b");
  // The first slice is taken; after that each run of more than 40 us is alone between two readings.
  m.go([&] { weft_manual_advance(m.host, 3 * kMillisecond); }, a);
  m.settle();
  CHECK(of(a).longest_slice_ns == 3 * kMillisecond);
  m.go([&] {
    for (int n = 0; n < 10; ++n) {
      weft_manual_advance(m.host, 2 * kMillisecond);
      weft_yield();
    }
  }, b);
  m.go([] { yield(10); });
  m.settle();
  CHECK(of(b).longest_slice_ns == 2 * kMillisecond);
  CHECK(of(weft_root_domain(m.rt)).longest_slice_ns == 0);
}

TEST_CASE("what was compiled against a longer or shorter struct gets its part") {
  OnManual m;
  m.go([] { yield(1); });
  m.settle();
  weft_domain_stats s = {};
  CHECK(weft_get_domain_stats(weft_root_domain(m.rt), &s) == WEFT_E_INVAL);
  s.size = 24;
  s.picked = 77;
  CHECK(weft_get_domain_stats(weft_root_domain(m.rt), &s) == WEFT_OK);
  CHECK(s.size == 24);
  CHECK(s.readied == 2);
  CHECK(s.picked == 77);
  CHECK(weft_get_domain_stats(nullptr, &s) == WEFT_E_INVAL);
  CHECK(weft_get_domain_stats(weft_root_domain(m.rt), nullptr) == WEFT_E_INVAL);
  weft_worker_stats w = {};
  CHECK(weft_get_worker_stats(m.rt, 0, &w) == WEFT_E_INVAL);
  w.size = sizeof w + 8;
  CHECK(weft_get_worker_stats(m.rt, 0, &w) == WEFT_OK);
  CHECK(w.size == sizeof w);
  CHECK(weft_get_worker_stats(m.rt, 1, &w) == WEFT_E_NOTFOUND);
  CHECK(weft_get_worker_stats(m.rt, 0, nullptr) == WEFT_E_INVAL);
}

TEST_CASE("with several workers: a task that another worker had made ready is stolen") {
  for (const char *sched : {"fifo", "work_stealing"}) {
    OnWorkers w(2, sched);
    std::atomic<int> here{0}, met{0};
    w.go([&] {
      w.go([&] { met += meet(here, 2); });
      met += meet(here, 2); // so this worker cannot run what it made
    });
    CHECK(w.run() == WEFT_OK);
    CHECK(met == 2);
    weft_domain_stats root = of(weft_root_domain(w.rt));
    CHECK(root.stolen >= 1); // the first was made by the host's thread, and may have run on the other one
    CHECK(root.stolen <= 2);
    CHECK(root.ran == 2);
    CHECK(of(w.rt, 0).stolen + of(w.rt, 1).stolen == root.stolen);
    CHECK(of(w.rt, 0).ran == 1);
    CHECK(of(w.rt, 1).ran == 1);
  }
}

TEST_CASE("with several workers: the sums over workers are those over domains, and what was done") {
  const int scale = sanitized() ? 1 : 10;
  for (const char *sched : {"fifo", "work_stealing"})
    for (uint32_t workers : {1u, 2u, 4u}) {
      INFO(sched << ", " << workers);
      OnWorkers w(workers, sched);
      weft_domain_attr attr = {};
      attr.size = sizeof attr;
      attr.name = "side";
      attr.picks = 3;
      weft_domain *side = nullptr;
      REQUIRE(weft_domain_create(nullptr, &attr, &side, nullptr, 0) == WEFT_OK);
      weft_domain *root = weft_root_domain(w.rt);
      weft_chan *c = weft_chan_new(sizeof(int), 0);
      const int each = 20 * scale;
      for (int i = 0; i < 10; ++i) {
        w.go([&] { yield(each); }, nullptr, i % 2 ? side : nullptr);
        w.go([&] {
          for (int n = 0; n < each; ++n)
            weft_chan_send(c, &n);
        }, nullptr, i % 2 ? side : nullptr);
        w.go([&] {
          for (int n = 0, got; n < each; ++n)
            weft_chan_recv(c, &got);
        });
      }
      // Somebody who reads all of it meanwhile.
      std::atomic<int> backwards{0};
      w.go([&] {
        uint64_t last = 0;
        for (int n = 0; n < each; ++n) {
          weft_domain_stats s = of(root);
          backwards += s.parked < last;
          last = s.parked;
          for (uint32_t i = 0; i < workers; ++i)
            of(w.rt, i);
          weft_yield();
        }
      });
      CHECK(w.run() == WEFT_OK);
      CHECK(backwards == 0);
      weft_domain_stats r = of(root), s = of(side);
      weft_worker_stats sum = {};
      for (uint32_t i = 0; i < workers; ++i) {
        weft_worker_stats one = of(w.rt, i);
        CHECK(one.ran == one.yielded + one.parked + one.done);
        sum.readied += one.readied;
        sum.picked += one.picked;
        sum.ran += one.ran;
        sum.stolen += one.stolen;
        sum.yielded += one.yielded;
        sum.parked += one.parked;
        sum.done += one.done;
        for (int b = 0; b < WEFT_TIME_BUCKETS; ++b)
          sum.wake_to_run[b] += one.wake_to_run[b];
      }
      CHECK(s.yielded == 5u * each);
      CHECK(s.done == 10);
      CHECK(r.yielded == 6u * each);
      CHECK(r.done == 21);
      CHECK(s.ran == s.picked);
      CHECK(s.ran == s.yielded + s.parked + s.done);
      CHECK(r.ran == r.yielded + r.parked + r.done);
      CHECK(s.readied == s.picked);
      CHECK(r.readied == r.picked);
      CHECK(r.picked > r.ran); // the child's slices
      CHECK(sum.readied == r.readied + s.readied);
      CHECK(sum.picked == r.picked + s.picked);
      CHECK(sum.ran == r.ran + s.ran);
      CHECK(sum.stolen == r.stolen + s.stolen);
      CHECK(sum.parked == r.parked + s.parked);
      CHECK(samples(sum) == samples(r) + samples(s));
      CHECK(samples(sum) > 0);
      CHECK((workers > 1 || sum.stolen == 0));
      weft_stats all = {};
      all.size = sizeof all;
      weft_get_stats(w.rt, &all);
      CHECK(all.picked == sum.picked);
      CHECK(all.readied == sum.readied);
      CHECK(all.yielded == sum.yielded);
      CHECK(all.parked == sum.parked);
      CHECK(all.tasks_done == 31);
      weft_chan_free(c);
    }
}

TEST_CASE("WEFT_STATS prints them at the end, and text dumps show them")  {
  setenv("WEFT_STATS", "1", 1);
  Death death = dies([] {
    OnWorkers w(1);
    w.go([] { yield(2); });
    w.run();
    weft_dump(w.rt, STDERR_FILENO);
  });
  unsetenv("WEFT_STATS");
  for (const char *indent : {"\n  ", "\nweft: "})
    for (const char *line : {"worker 0: readied 3, picked 3, ran 3 (0 stolen), yielded 2, parked 0, done 1, slept 0; longest slice ",
                             "domain #1 root: fifo, 0 tasks, 0 ready\n",
                             "  readied 3, picked 3, ran 3 (0 stolen), yielded 2, parked 0, done 1; longest slice "}) {
      INFO(death.text);
      CHECK(death.text.find(std::string(indent) + line) != std::string::npos);
    }
  CHECK(death.text.find("; wake to run: half under ") != std::string::npos);
  CHECK(death.text.find(" (1 sample)\n") != std::string::npos);
}

TEST_CASE("a worker that finds nothing sleeps, and that is counted") {
  OnWorkers w(2);
  w.go([&] {
    for (int i = 0; i < 3; ++i)
      weft_sleep(20 * kMillisecond);
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(of(w.rt, 0).slept == 0);
  CHECK(of(w.rt, 1).slept >= 1);
}
