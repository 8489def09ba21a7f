// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// SCHED-11: an entity that its policy forgot, while it goes on to pick others, is named within a second, once; and nobody is
// who is only late.
#include "dies.h"
#include "on_manual.h"
#include "on_workers.h"

#include <atomic>
#include <chrono>
#include <ctime>
#include <cstdlib>
#include <deque>
#include <mutex>

namespace {

// A fifo with faults by parameters: drop=ID of kind=task|domain at its at=N-th ready (1), or late=ID: that entity is picked when there
// is nothing else; or first=ID: it is picked before all others until there was a snapshot. Without them it is honest. The one named
// "blind" has no snapshot, and "parallel" is called by several workers at once.
struct Policy {
  std::deque<weft_ent *> queue;
  std::mutex lock; // for the one that workers call at once
  uint64_t drop = 0, late = 0, first = 0;
  uint32_t kind = WEFT_ENT_TASK;
  int at = 1;

  // It forgets nobody before: with several workers, while there are fewer tasks than these, one may find nothing else (SCHED-02).
  static inline std::atomic<bool> armed{true};
  static inline std::atomic<int> snapshots{0};
  static inline std::atomic<const weft_ent *> first_one{nullptr};
  // The watch's mark is on `first` (kEntWatched in task.h).
  static bool is_marked() {
    const weft_ent *e = first_one;
    return e && __atomic_load_n(&e->reserved, __ATOMIC_RELAXED) == 5;
  }

  bool is(const weft_ent *e, uint64_t id) const { return e->id == id && e->kind == kind; }

  static weft_status create(const weft_sched_config *config, void **out) {
    auto *p = new Policy;
    for (size_t i = 0; i < config->param_count; ++i) {
      std::string key = config->params[i].key, value = config->params[i].value;
      if (key == "drop")
        p->drop = std::stoull(value);
      else if (key == "late")
        p->late = std::stoull(value);
      else if (key == "first")
        p->first = std::stoull(value);
      else if (key == "at")
        p->at = std::stoi(value);
      else if (key == "kind")
        p->kind = value == "domain" ? WEFT_ENT_DOMAIN : WEFT_ENT_TASK;
    }
    *out = p;
    return WEFT_OK;
  }
  static void ready(void *self, weft_ent_list *list, weft_worker *, weft_why) {
    auto *p = static_cast<Policy *>(self);
    std::lock_guard<std::mutex> hold(p->lock);
    for (weft_ent *e = list->head, *next; e; e = next) {
      next = e->next;
      if (armed && p->is(e, p->drop) && --p->at == 0)
        continue;
      if (p->is(e, p->first) && snapshots == 0) {
        p->queue.push_front(e);
        first_one = e;
      } else {
        p->queue.push_back(e);
      }
    }
  }
  static weft_ent *pick(void *self, weft_worker *, uint64_t, weft_slice *) {
    auto *p = static_cast<Policy *>(self);
    std::lock_guard<std::mutex> hold(p->lock);
    for (size_t i = 0; i < p->queue.size(); ++i) {
      weft_ent *e = p->queue[i];
      if (p->is(e, p->late) && p->queue.size() > 1)
        continue;
      p->queue.erase(p->queue.begin() + static_cast<long>(i));
      return e;
    }
    return nullptr;
  }
  static void snapshot(void *self, void (*visit)(void *, const weft_ent *), void *arg) {
    snapshots++;
    for (weft_ent *e : static_cast<Policy *>(self)->queue)
      visit(arg, e);
  }
  static void enroll() {
    static weft_sched_ops seeing = {}, blind, parallel;
    if (seeing.size)
      return;
    seeing.size = sizeof seeing;
    seeing.abi = WEFT_ABI;
    seeing.name = "mutant";
    seeing.create = create;
    seeing.destroy = [](void *self) { delete static_cast<Policy *>(self); };
    seeing.ready = ready;
    seeing.pick = pick;
    blind = seeing;
    blind.name = "blind";
    seeing.snapshot = snapshot;
    parallel = seeing;
    parallel.name = "parallel";
    parallel.flags = WEFT_SCHED_PARALLEL;
    weft_sched_register(&seeing);
    weft_sched_register(&parallel);
    weft_sched_register(&blind);
  }
};

constexpr uint64_t kMillisecond = 1000000, kSecond = 1000 * kMillisecond;

size_t count(const std::string &text, const std::string &part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++n;
  return n;
}

// In a child, on the manual host: `ids` tasks whose runs take `each`, for `seconds` in all; what it prints.
struct Load {
  const char *sched;
  int tasks = 4;
  uint64_t each = kMillisecond;
  uint64_t seconds = 5;
};
std::string told(const Load &load, const std::function<void(OnManual &)> &before = nullptr) {
  Policy::enroll();
  Death death = dies([&] {
    OnManual m(load.sched);
    uint64_t end = weft_now() + load.seconds * kSecond;
    if (before)
      before(m);
    for (int i = 0; i < load.tasks; ++i)
      m.go([&] {
        while (weft_now() < end) {
          weft_manual_advance(m.host, load.each);
          weft_yield();
        }
        _exit(0);
      }, nullptr, WEFT_SPAWN_DETACHED, ("task " + std::to_string(i + 1)).c_str());
    m.settle();
  });
  CHECK(death.signal == 0);
  CHECK(death.code == 0);
  return death.text;
}

} // namespace

TEST_CASE("a task that its policy forgot while it picks others is named, once") {
  for (const char *sched : {"mutant:drop=2", "mutant:drop=2,at=3", "mutant:drop=2,at=700"})
    CHECK(told({sched}) == "weft: lost task 'task 2' #2: ready 1.0 s, never picked by 'mutant' (SCHED-11); domain 'root' #1\n");
}

TEST_CASE("it is told within a second") {
  for (uint64_t ms : {1100, 940}) {
    Policy::enroll();
    Death death = dies([&] {
      OnManual m("mutant:drop=1");
      m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, "gone");
      m.go([&] {
        for (uint64_t i = 0; i < ms * 10; ++i) {
          weft_manual_advance(m.host, kMillisecond / 10);
          weft_yield();
        }
        _exit(0);
      });
      m.settle();
    });
    CHECK(count(death.text, "lost task 'gone' #1: ready 1.0 s") == (ms > 1000));
    CHECK(count(death.text, "\n") == (ms > 1000));
  }
}

TEST_CASE("two that are lost are two lines, and who is found again is no third") {
  std::string text = told({"mutant:drop=1"}, [](OnManual &m) {
    weft_domain *side = m.domain("side", nullptr, "mutant:drop=7");
    for (int i = 0; i < 6; ++i)
      m.go([] { weft_yield(); }, side);
    m.go([] {}, side, WEFT_SPAWN_DETACHED, "inner");
    m.go([] {
      for (;;)
        weft_yield();
    }, side);
  });
  CHECK(count(text, "weft: ") == 1); // #1 is in the child, where nothing forgets it
  CHECK(count(text, "lost task 'inner' #7: ready 1.0 s, never picked by 'mutant' (SCHED-11); domain 'side' #2\n") == 1);
  text = told({"mutant:drop=1"}, [](OnManual &m) {
    weft_domain *side = m.domain("side", nullptr, "mutant:drop=2");
    m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, "outer");
    m.go([] {}, side, WEFT_SPAWN_DETACHED, "inner");
    m.go([] {
      for (;;)
        weft_yield();
    }, side);
  });
  CHECK(count(text, "weft: ") == 2);
  CHECK(count(text, "lost task 'outer' #1: ") == 1);
  CHECK(count(text, "lost task 'inner' #2: ") == 1);
}

TEST_CASE("a child domain that is forgotten is named itself, not the tasks that wait in it") {
  std::string text = told({"mutant:drop=2,kind=domain,at=5"}, [](OnManual &m) {
    weft_domain *side = m.domain("side", nullptr, "mutant");
    m.go([] {
      for (;;)
        weft_yield();
    }, side, WEFT_SPAWN_DETACHED, "inner");
  });
  CHECK(text == "weft: lost domain 'side' #2: ready 1.0 s, never picked by 'mutant' (SCHED-11); domain 'root' #1\n");
}

TEST_CASE("who is queued and not picked, because others go before, is starved and not lost") {
  CHECK(told({"mutant:late=2"}) == "");
  // Forty seconds for a round of an honest policy.
  CHECK(told({"mutant", 400, 100 * kMillisecond, 90}) == "");
  CHECK(told({"fifo", 400, 100 * kMillisecond, 90}) == "");
  CHECK(told({"work_stealing", 400, 100 * kMillisecond, 90}) == "");
  // One run of three seconds.
  CHECK(told({"mutant", 3, 3 * kSecond, 30}) == "");
  CHECK(told({"fifo", 5, kMillisecond, 5}, [](OnManual &m) {
    m.go([&] { weft_manual_advance(m.host, 10 * kSecond); });
  }) == "");
}

TEST_CASE("a policy without a snapshot is told what is known: lost or starved, after many times the picks of a fair one") {
  const std::string line = "weft: task 'task 2' #2: ready 1.0 s, never picked by 'blind' (SCHED-11); domain 'root' #1; lost or starved, "
                           "there is no snapshot to tell\n";
  CHECK(told({"blind:drop=2"}) == line);
  CHECK(told({"blind:late=2"}) == line);
  CHECK(told({"blind", 400, 100 * kMillisecond, 90}) == "");
  CHECK(told({"blind", 3, 3 * kSecond, 30}) == "");
  // A child domain that is not picked is not to blame for what waits in it.
  std::string text = told({"mutant:late=2,kind=domain"}, [](OnManual &m) {
    weft_domain *side = m.domain("side", nullptr, "blind");
    m.go([] {}, side, WEFT_SPAWN_DETACHED, "inner");
  });
  CHECK(text == "");
}

TEST_CASE("with several workers nobody is named who is only late, however their policy moves them about") {
  Policy::enroll();
  for (const char *sched : {"work_stealing", "fifo"}) {
    Death death = dies([&] {
      OnWorkers w(3, sched);
      weft_domain_attr attr = {};
      attr.size = sizeof attr;
      attr.sched = "mutant";
      weft_domain *side = nullptr;
      weft_domain_create(nullptr, &attr, &side, nullptr, 0);
      // A round of all takes more than a second, so that snapshots are taken.
      auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
      for (int i = 0; i < 600; ++i)
        w.go([&, i] {
          for (int n = 0; std::chrono::steady_clock::now() < end; ++n) {
            auto till = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
            while (std::chrono::steady_clock::now() < till)
              ;
            if ((n + i) % 8 == 0)
              weft_sleep(kMillisecond);
            else
              weft_yield();
          }
        }, nullptr, i % 3 ? nullptr : side);
      w.run();
    });
    CHECK(death.text == "");
    CHECK(death.signal == 0);
  }
}

TEST_CASE("who ran while the queue was looked at, and is queued since, is not lost") {
  Policy::enroll();
  Death death = dies([&] {
    OnWorkers w(3, "mutant:first=1");
    Policy::snapshots = 0;
    auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2700);
    auto now = [] { return std::chrono::steady_clock::now(); };
    // A loaded machine looks later.
    auto over = [&] { return now() > end && (Policy::snapshots != 0 || now() > end + std::chrono::seconds(60)); };
    // A round of the watch is of two steps, of 512 records each. The first step marks this one, which runs; the second finds those behind
    // it late, and looks at the queue. Then it is queued, too, with its mark, and late.
    w.go([&] {
      while (Policy::snapshots == 0 && !over()) {
        while (!Policy::is_marked() && !over())
          ;
        for (auto till = now() + std::chrono::milliseconds(50); Policy::snapshots == 0 && now() < till;)
          ;
        weft_yield();
      }
    });
    for (int i = 0; i < 511; ++i)
      w.go([] { weft_sleep(3 * kSecond); });
    for (int i = 0; i < 300; ++i)
      w.go([&] {
        while (!over()) {
          for (auto till = now() + std::chrono::milliseconds(20); now() < till;)
            ;
          weft_yield();
        }
      });
    w.run();
    _exit(Policy::snapshots >= 1 ? 0 : 3);
  });
  CHECK(death.text == "");
  CHECK(death.signal == 0);
  CHECK(death.code == 0);
}

TEST_CASE("with several workers, by a real clock") {
  Policy::enroll();
  for (auto [workers, sched] : {std::pair{1u, "mutant"}, {2u, "parallel"}, {4u, "mutant"}, {4u, "parallel"}}) {
    auto began = std::chrono::steady_clock::now();
    Death death = dies([&] {
      OnWorkers w(workers, (std::string(sched) + ":drop=3,at=20").c_str());
      Policy::armed = false;
      // A second of processor time, too: who is on a loaded machine gets to look later.
      auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1600);
      for (int i = 0; i < 8; ++i)
        w.go([&] {
          while (std::chrono::steady_clock::now() < end || std::clock() < CLOCKS_PER_SEC)
            weft_yield();
          _exit(0);
        });
      Policy::armed = true;
      w.run();
    });
    INFO(death.text);
    CHECK(death.signal == 0);
    CHECK(count(death.text, "weft: ") == 1);
    CHECK(count(death.text, "lost task '' #3: ready ") == 1);
    CHECK(count(death.text, "never picked by '" + std::string(sched) + "' (SCHED-11); domain 'root' #1\n") == 1);
    // Truly: as late as it says, and no earlier. (It may be much later where this machine is loaded.)
    size_t at = death.text.find("ready ");
    double age = std::atof(death.text.c_str() + (at == std::string::npos ? 0 : at + 6));
    CHECK(age >= 0.9);
    CHECK(age <= std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count() + 0.1);
  }
}
