// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Domains under `fair` share time by weight, at each level, whatever runs in them and by whatever policy. Time is the manual host's,
// which only tasks move: so the shares are exact, and not the machine's.
#include "on_manual.h"

#include <atomic>

namespace {

constexpr uint64_t kUs = 1000;

weft_domain *domain(OnManual &m, const char *name, uint32_t weight, const char *sched = "fifo", weft_domain *parent = nullptr) {
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  attr.sched = sched;
  attr.weight = weight;
  weft_domain *d = nullptr;
  REQUIRE(weft_domain_create(parent ? parent : weft_root_domain(m.rt), &attr, &d, nullptr, 0) == WEFT_OK);
  return d;
}

// What runs in it, until the clock has moved on by `until`.
struct Load {
  uint64_t ran = 0;
};
void load(OnManual &m, weft_domain *d, int tasks, uint64_t run, uint64_t until, Load &l) {
  const uint64_t end = weft_manual_now(m.host) + until;
  for (int i = 0; i < tasks; ++i)
    m.go(
        [&m, &l, run, end] {
          while (weft_manual_now(m.host) < end) {
            weft_manual_advance(m.host, run);
            l.ran += run;
            weft_yield();
          }
        },
        d);
}
// fifo with limits, which keeps what `ran` says.
struct Told {
  uint64_t id, ns;
  weft_outcome outcome;
  bool operator==(const Told &o) const { return id == o.id && ns == o.ns && outcome == o.outcome; }
};
std::vector<Told> told;
weft_slice limits;
std::ostream &operator<<(std::ostream &out, const Told &t) { return out << '#' << t.id << ' ' << t.ns << " ns, " << t.outcome; }

void enroll_telling() {
  struct Queue {
    weft_ent *head, *tail;
  };
  static weft_sched_ops ops = {};
  if (ops.size)
    return;
  ops.size = sizeof ops;
  ops.abi = WEFT_ABI;
  ops.name = "telling";
  ops.create = [](const weft_sched_config *, void **self) -> weft_status {
    *self = new Queue{};
    return WEFT_OK;
  };
  ops.destroy = [](void *self) { delete static_cast<Queue *>(self); };
  ops.ready = [](void *self, weft_ent_list *list, weft_worker *, weft_why) {
    auto *q = static_cast<Queue *>(self);
    (q->head ? q->tail->next : q->head) = list->head;
    q->tail = list->tail;
  };
  ops.pick = [](void *self, weft_worker *, uint64_t, weft_slice *slice) {
    auto *q = static_cast<Queue *>(self);
    weft_ent *e = q->head;
    if (e)
      q->head = e->next;
    *slice = limits;
    return e;
  };
  ops.ran = [](void *, weft_worker *, weft_ent *e, weft_outcome outcome, uint64_t ns) { told.push_back({e->id, ns, outcome}); };
  REQUIRE(weft_sched_register(&ops) == WEFT_OK);
}

double share(const Load &a, const Load &b) { return static_cast<double>(a.ran) / static_cast<double>(b.ran); }

} // namespace

TEST_CASE("a greedy domain and a polite one share time by weight, each under its own policy") {
  for (uint32_t weight : {1u, 3u}) {
    OnManual m("fair");
    weft_domain *greedy = domain(m, "greedy", 1, "priority"), *polite = domain(m, "polite", weight, "fifo");
    Load g, p;
    load(m, greedy, 50, 700 * kUs, 400'000 * kUs, g);
    load(m, polite, 2, 3 * kUs, 400'000 * kUs, p);
    m.settle();
    INFO(weight);
    CHECK(share(p, g) == Approx(weight).epsilon(0.05));
  }
}

TEST_CASE("fair refuses weights that it cannot tell apart") {
  OnManual m("fair");
  for (uint32_t weight : {65536u, 65537u}) {
    weft_domain_attr attr = {};
    attr.size = sizeof attr;
    attr.weight = weight;
    weft_domain *d = nullptr;
    CHECK(weft_domain_create(nullptr, &attr, &d, nullptr, 0) == (weight == 65536 ? WEFT_OK : WEFT_E_INVAL));
    weft_spawn_attr spawned = {};
    spawned.size = sizeof spawned;
    spawned.weight = weight;
    CHECK(weft_spawn(m.rt, [](void *) {}, nullptr, &spawned, nullptr) == (weight == 65536 ? WEFT_OK : WEFT_E_INVAL));
  }
  m.settle();
}

TEST_CASE("under fifo the same two do not: the greedy one has nearly all") {
  OnManual m("fifo");
  Load g, p;
  load(m, domain(m, "greedy", 1, "priority"), 50, 700 * kUs, 400'000 * kUs, g);
  load(m, domain(m, "polite", 1, "fifo"), 2, 3 * kUs, 400'000 * kUs, p);
  m.settle();
  CHECK(share(p, g) < 0.1);
}

TEST_CASE("a slice ends with the first pick after its time, also in the levels below") {
  OnManual m("fair:slice=100us");
  weft_domain *outer = domain(m, "outer", 1), *inner = domain(m, "inner", 1, "fifo", outer), *other = domain(m, "other", 1);
  uint64_t in_row = 0, most = 0;
  auto body = [&](uint64_t run, bool counts) {
    for (int i = 0; i < (counts ? 1000 : 5000); ++i) {
      in_row = counts ? in_row + run : 0;
      most = std::max(most, in_row);
      weft_manual_advance(m.host, run);
      weft_yield();
    }
  };
  m.go([&] { body(7 * kUs, true); }, inner);
  m.go([&] { body(7 * kUs, true); }, inner);
  m.go([&] { body(7 * kUs, false); }, other);
  m.settle();
  CHECK(most >= 98 * kUs);
  CHECK(most <= 2 * 107 * kUs); // of two slices in a row, which a run too long in the other one's can bring
}

TEST_CASE("after a limit of ns `ran` says exactly how long it took, of tasks and of slices") {
  enroll_telling();
  OnManual m("telling");
  told.clear();
  limits = {10 * kUs, 0, 0};
  auto runs = [&m](std::vector<uint64_t> lengths) {
    return [&m, lengths] {
      for (uint64_t ns : lengths) {
        weft_manual_advance(m.host, ns);
        weft_yield();
      }
    };
  };
  m.go(runs({5, 70 * kUs, 0})); // #1: a task is not stopped
  weft_domain *d = domain(m, "d", 1); // #2
  m.go(runs({4 * kUs, 4 * kUs, 4 * kUs, 15 * kUs}), d);
  m.settle();
  CHECK(told == std::vector<Told>{{1, 5, WEFT_RAN_YIELDED},
                                  {2, 12 * kUs, WEFT_RAN_YIELDED},
                                  {1, 70 * kUs, WEFT_RAN_YIELDED},
                                  {2, 15 * kUs, WEFT_RAN_YIELDED},
                                  {1, 1, WEFT_RAN_YIELDED}, // the clock stood still: 0 would be "not measured"
                                  {2, 1, WEFT_RAN_EMPTY},
                                  {1, 1, WEFT_RAN_DONE}});
}

TEST_CASE("picks and ns limit a slice together, and without ns nothing is measured") {
  enroll_telling();
  for (bool timed : {true, false}) {
    OnManual m("telling");
    told.clear();
    limits = {timed ? 100 * kUs : 0, 3, 0};
    weft_domain *d = domain(m, "d", 1); // #2
    m.go(
        [&m] {
          for (int i = 0; i < 8; ++i) {
            weft_manual_advance(m.host, i < 5 ? kUs : 60 * kUs);
            weft_yield();
          }
        },
        d);
    m.settle();
    auto ns = [timed](uint64_t us) { return timed ? us * kUs : 0; };
    if (timed)
      CHECK(told == std::vector<Told>{{2, ns(3), WEFT_RAN_YIELDED}, {2, ns(62), WEFT_RAN_YIELDED}, {2, ns(120), WEFT_RAN_YIELDED}, {2, 1, WEFT_RAN_EMPTY}});
    else
      CHECK(told == std::vector<Told>{{2, 0, WEFT_RAN_YIELDED}, {2, 0, WEFT_RAN_YIELDED}, {2, 0, WEFT_RAN_EMPTY}});
  }
}

TEST_CASE("three levels: a share is divided below as it was above") {
  OnManual m("fair");
  weft_domain *a = domain(m, "a", 3, "fair"), *b = domain(m, "b", 1, "fifo");
  weft_domain *a1 = domain(m, "a1", 1, "fair", a), *a2 = domain(m, "a2", 2, "work_stealing", a);
  weft_domain *a11 = domain(m, "a11", 1, "priority", a1), *a12 = domain(m, "a12", 4, "fifo", a1);
  Load lb, la2, la11, la12;
  const uint64_t until = 2'000'000 * kUs;
  load(m, b, 20, 900 * kUs, until, lb);
  load(m, a2, 3, 50 * kUs, until, la2);
  load(m, a11, 1, 400 * kUs, until, la11);
  load(m, a12, 7, 11 * kUs, until, la12);
  m.settle();
  const double all = static_cast<double>(lb.ran + la2.ran + la11.ran + la12.ran);
  auto part = [&](const Load &l) { return static_cast<double>(l.ran) / all; };
  CHECK(part(lb) == Approx(0.25).epsilon(0.05));
  CHECK(part(la2) == Approx(0.5).epsilon(0.05));
  CHECK(part(la11) == Approx(0.05).epsilon(0.05));
  CHECK(part(la12) == Approx(0.2).epsilon(0.05));
}

TEST_CASE("tasks beside domains have their shares, by weft_spawn_attr.weight") {
  OnManual m("fair");
  Load d, t1, t4;
  const uint64_t end = weft_manual_now(m.host) + 400'000 * kUs;
  load(m, domain(m, "d", 2), 30, 200 * kUs, 400'000 * kUs, d);
  struct Arg {
    OnManual *m;
    Load *l;
    uint64_t end, run;
  } args[] = {{&m, &t1, end, 100 * kUs}, {&m, &t4, end, 5 * kUs}};
  for (Arg &a : args) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.weight = a.l == &t4 ? 4 : 0; // 0: 1
    REQUIRE(weft_spawn(
                m.rt,
                [](void *arg) {
                  auto *of = static_cast<Arg *>(arg);
                  while (weft_manual_now(of->m->host) < of->end) {
                    weft_manual_advance(of->m->host, of->run);
                    of->l->ran += of->run;
                    weft_yield();
                  }
                },
                &a, &attr, nullptr) == WEFT_OK);
  }
  m.settle();
  CHECK(share(d, t1) == Approx(2).epsilon(0.05));
  CHECK(share(t4, t1) == Approx(4).epsilon(0.05));
}

TEST_CASE("a domain that was idle saves nothing up") {
  OnManual m("fair");
  weft_domain *busy = domain(m, "busy", 1), *late = domain(m, "late", 1);
  Load b, l, ignored;
  weft_task waits = m.make([] { weft_park(); }, late);
  load(m, busy, 3, 100 * kUs, 500'000 * kUs, ignored);
  m.settle();
  load(m, busy, 3, 100 * kUs, 100'000 * kUs, b);
  load(m, late, 3, 100 * kUs, 100'000 * kUs, l);
  weft_wake(waits);
  m.settle();
  CHECK(share(l, b) == Approx(1).epsilon(0.05));
  m.go([&] { weft_join(waits); });
  m.settle();
}

TEST_CASE("wake, cancel and deadline cross levels while shares are kept") {
  OnManual m("fair");
  weft_domain *outer = domain(m, "outer", 2, "fair"), *inner = domain(m, "inner", 1, "fifo", outer), *busy = domain(m, "busy", 1);
  Load b, in;
  const uint64_t until = 200'000 * kUs;
  load(m, busy, 10, 500 * kUs, until, b);
  load(m, inner, 2, 20 * kUs, until, in);
  weft_status woken = WEFT_E_INVAL, cancelled = WEFT_E_INVAL, late = WEFT_E_INVAL;
  uint64_t due = weft_manual_now(m.host) + 50'000 * kUs, at = 0;
  weft_task one = m.make([&] { woken = weft_park(); }, inner), two = m.make([&] { cancelled = weft_park(); }, inner);
  m.go(
      [&] {
        late = weft_park_until(due);
        at = weft_manual_now(m.host);
      },
      inner);
  m.go(
      [&] {
        for (int i = 0; i < 20; ++i)
          weft_yield();
        weft_wake(one);
        weft_cancel(two);
        weft_join(one);
        weft_join(two);
      },
      busy);
  m.settle();
  CHECK(woken == WEFT_OK);
  CHECK(cancelled == WEFT_E_CANCELLED);
  CHECK(late == WEFT_E_TIMEOUT);
  CHECK(at >= due);
  CHECK(at < due + 100'000 * kUs);
  CHECK(share(in, b) == Approx(2).epsilon(0.05));
}

TEST_CASE("who spins in a domain until another domain has run comes back, though the clock stands still meanwhile") {
  OnManual m("fair:slice=20us");
  weft_domain *spins = domain(m, "spins", 1), *sets = domain(m, "sets", 1);
  bool set = false;
  uint64_t spun = 0;
  m.go(
      [&] {
        while (!set && ++spun < 1'000'000)
          weft_yield();
      },
      spins);
  m.go([&] { set = true; }, sets);
  m.settle();
  CHECK(set);
  CHECK(spun < 10'000);
}

TEST_CASE("a slice of short runs that turn long is overrun by seven of them at most") {
  OnManual m("fair:slice=1ms");
  weft_domain *busy = domain(m, "busy", 1), *other = domain(m, "other", 1);
  constexpr uint64_t kLong = 1000 * kUs;
  uint64_t last = 0, longest = 0;
  std::atomic<bool> end{false};
  m.go(
      [&] {
        for (int round = 0; round < 20; ++round) {
          for (int i = 0; i < 150; ++i) {
            weft_manual_advance(m.host, 10);
            weft_yield();
          }
          for (int i = 0; i < 80; ++i) {
            weft_manual_advance(m.host, kLong);
            weft_yield();
          }
        }
        end = true;
      },
      busy);
  m.go(
      [&] {
        for (last = weft_manual_now(m.host); !end; weft_yield()) {
          longest = std::max(longest, weft_manual_now(m.host) - last);
          weft_manual_advance(m.host, kLong); // all the time it gets, so that it is always the other one's turn
          last = weft_manual_now(m.host);
        }
      },
      other);
  m.settle();
  CHECK(longest >= kLong);
  CHECK(longest <= 9 * kLong);
}
