// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An entity that is the only one ready in its domain is run on without asking the policy (only.h): nobody sees it but the policy.
#include "on_manual.h"
#include "sanitized.h"
#include "weft/scheduler.h"
#include "weft/sync.h"

#include <cstdlib>
#include <random>

extern "C" const weft_sched_ops weft_sched_fifo;

namespace {

// Fifo, one whose every pick is asked for, and one that counts what it is asked.
uint64_t asked;
weft_ent *pick_counted(void *self, weft_worker *w, uint64_t now, weft_slice *slice) {
  ++asked;
  return weft_sched_fifo.pick(self, w, now, slice);
}
size_t many_counted(void *self, weft_worker *w, uint64_t now, weft_ent **ents, size_t n) {
  ++asked;
  return weft_sched_fifo.pick_many(self, w, now, ents, n);
}
void ready_counted(void *self, weft_ent_list *list, weft_worker *from, weft_why why) {
  ++asked;
  weft_sched_fifo.ready(self, list, from, why);
}
void enroll() {
  static weft_sched_ops each, counting;
  if (each.name)
    return;
  each = counting = weft_sched_fifo;
  each.name = "asked-each-time";
  each.pick_many = nullptr;
  CHECK(weft_sched_register(&each) == WEFT_OK);
  counting.name = "counts-asks";
  counting.pick = pick_counted;
  counting.pick_many = many_counted;
  counting.ready = ready_counted;
  CHECK(weft_sched_register(&counting) == WEFT_OK);
}

weft_domain *domain(weft_domain *parent, const char *sched, uint32_t picks) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.sched = sched;
  attr.picks = picks;
  weft_domain *d = nullptr;
  char error[256] = "";
  weft_status made = weft_domain_create(parent, &attr, &d, error, sizeof error);
  INFO(error);
  REQUIRE(made == WEFT_OK);
  return d;
}

// A few tasks in a tree of eight domains, most of them alone most of the time, driven by turns of random budgets: what
// happened, and after each turn what each domain counted, as text. All choices come from seed, and each task's from a generator of its own.
std::string random_tree(const char *sched, uint32_t seed) {
  OnManual m(sched);
  std::minstd_rand turns(seed);
  struct World {
    OnManual &m;
    std::string log;
    std::vector<weft_domain *> domains;
    std::vector<weft_task> tasks;
    int born;
  } world{m, {}, {}, {}, 0};
  auto add = [&](weft_domain *parent, const char *of, uint32_t picks) {
    world.domains.push_back(domain(parent, of, picks));
    return world.domains.back();
  };
  auto some = [&] { return turns() % 3 ? 1u : 1 + static_cast<uint32_t>(turns() % 4); };
  weft_domain *a = add(nullptr, sched, some()), *b = add(a, sched, some()), *c = add(b, sched, some());
  add(c, sched, some());
  add(c, "limited:rate=100000000", some()); // a pick in 10 ns
  weft_domain *f = add(nullptr, sched, some());
  add(f, "priority", some());
  world.domains.push_back(weft_root_domain(m.rt));
  struct Body {
    World &w;
    uint32_t seed;
    void operator()() const {
      std::minstd_rand choose(seed * 7919 + 1);
      auto note = [&](int what, long result) {
        w.log += std::to_string(seed % 1000) + ':' + std::to_string(what) + '=' + std::to_string(result) + ' ';
      };
      const int steps = 5 + static_cast<int>(choose() % 40);
      for (int i = 0; i < steps; ++i) {
        uint64_t v = choose() % 1000;
        weft_task other = w.tasks[v % w.tasks.size()];
        switch (choose() % 16) {
        case 0:
          note(0, weft_wake(other));
          break;
        case 1:
          note(1, weft_park());
          break;
        case 2:
          note(2, weft_sleep(v % 40));
          break;
        case 3:
          note(3, v < 100 ? weft_cancel(other) : 0);
          break;
        case 4:
          if (w.born < 24) {
            ++w.born;
            w.tasks.push_back(w.m.go(Body{w, 1000 * seed + static_cast<uint32_t>(w.born)}, w.domains[v % w.domains.size()]));
          }
          note(4, w.born);
          break;
        default:
          note(5, weft_yield());
        }
      }
    }
  };
  for (uint32_t i = 0; i < 4; ++i)
    world.tasks.push_back(m.go(Body{world, seed * 100 + i}, world.domains[turns() % world.domains.size()]));
  for (int i = 0; i < 300; ++i) {
    weft_turn_result r = m.turn(static_cast<uint32_t>(turns() % 64));
    world.log += r.more ? "| " : ". ";
    for (weft_domain *d : world.domains) {
      weft_domain_stats s = {};
      s.size = sizeof s;
      weft_get_domain_stats(d, &s);
      world.log += std::to_string(s.picked) + '/' + std::to_string(s.readied) + '/' + std::to_string(s.ready) + ' ';
    }
    if (r.live == 0)
      break;
    if (!r.more)
      weft_manual_advance(m.host, 10);
    if (i % 20 == 19) // who waits for nobody
      for (weft_task t : std::vector<weft_task>(world.tasks))
        weft_cancel(t);
  }
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  m.turn();
  weft_runtime_destroy(m.rt);
  m.rt = nullptr;
  return world.log;
}

} // namespace

TEST_CASE("random trees of domains run in the same order, and count the same, whether their policies are asked each time or not") {
  enroll();
  const uint32_t last = sanitized() ? 60 : getenv("WEFT_TEST_FULL") ? 3000 : 300;
  for (uint32_t seed = 1; seed <= last; ++seed) {
    std::string not_asked = random_tree("fifo", seed), was_asked = random_tree("asked-each-time", seed);
    if (not_asked == was_asked)
      continue;
    CAPTURE(seed);
    size_t at = 0;
    while (at < not_asked.size() && not_asked[at] == was_asked[at])
      ++at;
    size_t from = at < 200 ? 0 : at - 200;
    CHECK(not_asked.substr(from, 300) == was_asked.substr(from, 300));
    break;
  }
}

TEST_CASE("a chain of domains in which only one task is ready asks its policies nothing as it yields") {
  enroll();
  for (bool by_turns : {false, true}) { // alone in the root, or beside another chain
    OnManual m;
    for (int chains = 0; chains < (by_turns ? 2 : 1); ++chains) {
      weft_domain *at = nullptr;
      for (int depth = 0; depth < 5; ++depth)
        at = domain(at, "counts-asks", 1);
      m.go([] {
        for (int i = 0; i < 1000; ++i)
          weft_yield();
      }, at);
    }
    asked = 0;
    m.settle();
    CAPTURE(by_turns);
    CHECK(asked < 200); // some at the begin, the end, and where the clock is read
  }
}

TEST_CASE("a chain of domains goes with its only task, which closed it from within") {
  OnManual m;
  std::string log;
  weft_status closed = WEFT_E_AGAIN;
  weft_domain *tops[2] = {};
  for (int chain = 0; chain < 2; ++chain) { // by turns, each kept
    weft_domain *at = tops[chain] = domain(nullptr, "fifo", 1);
    for (int depth = 0; depth < 3; ++depth)
      at = domain(at, "fifo", 1);
    m.go([&, chain] {
      for (int i = 0; i < 10 + 5 * chain; ++i) {
        log += static_cast<char>('a' + chain);
        weft_yield();
      }
      if (chain == 0)
        closed = weft_domain_close(tops[0]); // its last task's end is that of four domains, in the slice of the last one
    }, at);
  }
  m.settle();
  CHECK(closed == WEFT_OK);
  CHECK(log == "ababababababababababbbbbb");
  CHECK(weft_domain_close(tops[1]) == WEFT_OK);
}

TEST_CASE("who becomes ready on the way to a domain that ran alone is run next, however many picks that one has") {
  for (uint32_t picks : {1u, 3u}) {
    OnManual m;
    weft_domain *outer = domain(nullptr, "fifo", 1), *middle = domain(outer, "fifo", 1), *inner = domain(middle, "fifo", picks);
    std::vector<uint32_t> before; // own picks before the other one's, for each
    m.go([&] {
      for (weft_domain *in : {weft_root_domain(m.rt), outer, middle}) {
        for (int i = 0; i < 20; ++i)
          weft_yield();
        bool ran = false;
        uint32_t own = 0;
        m.go([&] { ran = true; }, in);
        for (; !ran && own < 100; ++own)
          weft_yield();
        before.push_back(own);
      }
    }, inner);
    m.settle();
    REQUIRE(before.size() == 3);
    for (uint32_t own : before) {
      CHECK(own >= 1);
      CHECK(own <= picks); // to the end of the present slice
    }
  }
}
