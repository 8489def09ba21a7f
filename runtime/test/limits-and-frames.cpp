// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// `limited` and `frame` in a runtime, with turns by hand and a clock that the tasks themselves move: what runs when, and beside whom.
#include "on_manual.h"

namespace {

constexpr uint64_t kMs = 1'000'000;

struct Clocked : OnManual {
  explicit Clocked(const char *sched = "fifo") : OnManual(sched), begin(weft_manual_now(host)) {}
  // A task of n runs, each of which takes so long and writes its letter.
  void steps(char letter, int n, uint64_t ns, weft_domain *domain = nullptr, int32_t priority = 0) {
    struct Steps {
      Clocked *m;
      char letter;
      int n;
      uint64_t ns;
    };
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.flags = WEFT_SPAWN_DETACHED;
    attr.domain = domain;
    attr.priority = priority;
    status = weft_spawn(
        rt,
        [](void *arg) {
          auto s = *static_cast<Steps *>(arg);
          delete static_cast<Steps *>(arg);
          for (int i = 0; i < s.n; ++i) {
            if (i != 0)
              weft_yield();
            s.m->order += s.letter;
            weft_manual_advance(s.m->host, s.ns);
          }
        },
        new Steps{this, letter, n, ns}, &attr, nullptr);
    CHECK(status == WEFT_OK);
  }
  std::string take() { return std::exchange(order, ""); }
  uint64_t passed() const { return weft_manual_now(host) - begin; }
  std::string order;
  uint64_t begin;
};

} // namespace

TEST_CASE("frame as the root: in each turn its tasks run for the budget, and it asks for the next turn") {
  Clocked m("frame:budget=4ms");
  m.steps('a', 5, kMs);
  m.steps('b', 5, kMs);
  CHECK(m.turn().more);
  CHECK(m.take() == "abab");
  weft_manual_advance(m.host, 12 * kMs); // the loop paints
  CHECK(m.turn().more);
  CHECK(m.take() == "abab");
  CHECK(!m.turn().more);
  CHECK(m.take() == "ab");
}

TEST_CASE("frame as a child: others have the rest of the turn, and what they run is not on its account") {
  Clocked m;
  weft_domain *gui = m.domain("gui", nullptr, "frame:budget=2ms");
  m.steps('g', 6, kMs, gui);
  m.steps('o', 5, 3 * kMs);
  CHECK(m.turn().more);
  CHECK(m.take() == "gogoooo");
  m.steps('p', 2, kMs);
  CHECK(m.turn().more);
  CHECK(m.take() == "pgpg"); // p was there first
  CHECK(!m.turn().more);
  CHECK(m.take() == "gg");
}

TEST_CASE("frame ends the slice of a child domain with its budget") {
  Clocked m;
  weft_domain *gui = m.domain("gui", nullptr, "frame:budget=3ms");
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.picks = 100;
  weft_domain *inner = nullptr;
  REQUIRE(weft_domain_create(gui, &attr, &inner, nullptr, 0) == WEFT_OK);
  m.steps('i', 8, kMs, inner);
  m.turn();
  CHECK(m.take() == "iii");
  m.turn();
  CHECK(m.take() == "iii");
  m.turn();
  CHECK(m.take() == "ii");
}

TEST_CASE("frame under weft_run comes to its end, a turn after the other") {
  Clocked m("frame:budget=1us,of=priority");
  m.steps('a', 10, kMs);
  m.steps('b', 10, kMs, nullptr, 1);
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(m.order.size() == 20);
}

TEST_CASE("limited by rate: one domain is slowed down, and the others are not") {
  Clocked m;
  weft_domain *slow = m.domain("slow", nullptr, "limited:rate=1000");
  m.steps('s', 3, 0, slow);
  m.steps('f', 4, 0);
  m.turn();
  CHECK(m.take() == "sffff");
  m.pass(kMs - 1);
  CHECK(m.take() == "");
  m.pass(1);
  CHECK(m.take() == "s");
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(m.take() == "s");
  CHECK(m.passed() == 2 * kMs);
}

TEST_CASE("limited by quota: so much running time in each period, counted exactly") {
  Clocked m;
  weft_domain *slow = m.domain("slow", nullptr, "limited:quota=2ms,period=10ms");
  m.steps('s', 6, kMs, slow);
  m.turn();
  CHECK(m.take() == "ss");
  CHECK(m.passed() == 2 * kMs);
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(m.take() == "ssss");
  CHECK(m.passed() == 22 * kMs); // two in each of three periods
}

TEST_CASE("limited by quota, of a child domain's slices too") {
  Clocked m;
  weft_domain *slow = m.domain("slow", nullptr, "limited:quota=2ms,period=10ms"), *inner = m.domain("inner", slow);
  m.steps('s', 6, kMs, inner);
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(m.passed() == 22 * kMs);
}

TEST_CASE("a limit around a frame around an order: each does its part") {
  Clocked m("limited:rate=1000,burst=3,of=frame,of.budget=2ms,of.of=priority,of.of.ageing=1000000");
  m.steps('l', 2, kMs);
  m.steps('h', 4, kMs, nullptr, 1);
  CHECK(m.turn().more);
  CHECK(m.take() == "hh"); // the frame is full
  m.turn();
  CHECK(m.take() == "hh");
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(m.take() == "ll");
}

TEST_CASE("what was picked under a limit may park, end and be cancelled, and its place is free again") {
  Clocked m("limited:parallelism=1");
  weft_status status = WEFT_OK;
  weft_task t = m.make([&] { status = weft_park(); });
  m.steps('a', 2, 0);
  m.turn();
  CHECK(m.take() == "aa");
  weft_cancel(t);
  m.settle();
  CHECK(status == WEFT_E_CANCELLED);
  m.steps('b', 1, 0);
  m.settle();
  CHECK(m.take() == "b");
  weft_detach(t);
}

TEST_CASE("a policy inside another is refused where that would be") {
  weft_manual_host *host = weft_manual_host_new();
  auto refused = [&](const char *sched) {
    char error[512] = "";
    weft_runtime *rt = nullptr;
    CHECK(weft_manual_runtime(host, sched, &rt, error, sizeof error) != WEFT_OK);
    return std::string(error);
  };
  CHECK(refused("limited:of=nothing").find("scheduler 'nothing' is unknown; accepted: explore, ") == 0);
  CHECK(refused("frame:of=./no-such.so").find("scheduler './no-such.so' cannot be loaded") == 0);
  CHECK(refused("frame:of=priority,of.ageing=none").find("scheduler 'priority'") == 0);
  weft_manual_host_free(host);
}
