// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// frame through its table, in virtual time: in each turn its runs take the budget, and no more than one of them is beyond it.
#include "held_policy.h"

namespace {

using P = HeldPolicy::Params;
constexpr uint64_t kMs = 1'000'000;

struct Frame : HeldPolicy {
  explicit Frame(Params params) : HeldPolicy("frame", std::move(params)) {}
};

} // namespace

TEST_CASE("in one turn it runs for its budget, then it waits for the next turn, however late that is") {
  Frame f(P{{"budget", "2ms"}});
  f.ready();
  f.ready();
  for (int turn = 0; turn < 5; ++turn) {
    CHECK(f.run_until(UINT64_MAX, kMs / 4).size() == 8);
    CHECK(f.slice.hold == WEFT_HOLD_TURN);
    f.now += 100 * kMs; // time alone does not bring it back
    CHECK(f.pick() == nullptr);
    CHECK(f.slice.hold == WEFT_HOLD_TURN);
    f.turn++;
  }
}

TEST_CASE("the budget is 4ms, and is passed by less than one run") {
  Frame f(P{});
  f.ready();
  CHECK(f.run_until(UINT64_MAX, 3 * kMs).size() == 2);
  f.turn++;
  CHECK(f.run_until(UINT64_MAX, 10 * kMs).size() == 1);
}

TEST_CASE("each slice is what is left of the budget") {
  Frame f(P{{"budget", "2ms"}});
  weft_ent *e = f.ready();
  CHECK(f.pick() == e);
  CHECK(f.slice.ns == 2 * kMs);
  f.ran(e, kMs / 2);
  f.again(e);
  CHECK(f.pick() == e);
  CHECK(f.slice.ns == 3 * kMs / 2);
}

TEST_CASE("what others ran in the turn is not on its account") {
  Frame f(P{{"budget", "2ms"}});
  f.ready();
  f.now += 50 * kMs;
  CHECK(f.run_until(UINT64_MAX, kMs).size() == 2);
}

TEST_CASE("the order is the inner policy's") {
  Frame f(P{{"of", "priority"}, {"of.ageing", "1000000"}});
  weft_ent *low = f.ready(-1), *high = f.ready(1);
  CHECK(f.pick() == high);
  CHECK(f.pick() == low);
  CHECK(f.pick() == nullptr);
  CHECK(f.slice.hold == 0);
}

TEST_CASE("wrong budgets are refused") {
  for (const char *value : {"0ms", "4", "-1ms", "ms", "4 ms"}) {
    Frame f(P{{"budget", value}});
    CHECK(f.status == WEFT_E_INVAL);
    CHECK(std::string(f.error) == std::string("scheduler 'frame': 'budget=") + value + "': it takes budget=TIME (as 250us, 4ms, 1s), of=NAME, of.KEY=VALUE");
  }
}
