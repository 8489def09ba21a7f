// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// limited through its table, in virtual time: its limits are exact in both directions, and all else is the inner policy's.
#include "held_policy.h"

#include <algorithm>

namespace {

using P = HeldPolicy::Params;
constexpr uint64_t kMs = 1'000'000, kSecond = 1000 * kMs;

struct Limited : HeldPolicy {
  explicit Limited(Params params, uint32_t workers = 4) : HeldPolicy("limited", std::move(params), workers) {}
};

// The most in any stretch of `ns`, its end not included.
size_t most_within(const std::vector<uint64_t> &at, uint64_t ns) {
  size_t most = 0;
  for (size_t first = 0, last = 0; last < at.size(); ++last) {
    while (at[last] - at[first] >= ns)
      ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

std::string refused(HeldPolicy::Params params) {
  Limited l(std::move(params));
  return l.status == WEFT_OK ? "" : l.error;
}

} // namespace

TEST_CASE("rate=N: N picks a second, equally apart, and not one more") {
  Limited l(P{{"rate", "1000"}});
  l.ready();
  l.ready();
  std::vector<uint64_t> at = l.run_until(l.now + 5 * kSecond, 1000);
  CHECK(at.size() == 5000);
  for (size_t i = 1; i < at.size(); ++i)
    if (at[i] - at[i - 1] != kMs)
      FAIL_CHECK("pick " << i << " came after " << at[i] - at[i - 1] << " ns");
}

TEST_CASE("a rate that does not divide a second is never passed") {
  Limited l(P{{"rate", "3"}});
  l.ready();
  std::vector<uint64_t> at = l.run_until(l.now + 100 * kSecond, 1);
  CHECK(most_within(at, kSecond) == 3);
  CHECK(at.size() == 300);
}

TEST_CASE("burst=N: after a pause N at once, and in any stretch of T seconds at most N + rate T") {
  Limited l(P{{"rate", "1000"}, {"burst", "20"}});
  l.ready();
  std::vector<uint64_t> at = l.run_until(l.now + 100 * kMs, 10);
  CHECK(most_within(at, kMs) == 20);
  CHECK(at.size() == 20 + 99);
  l.now += 7 * kMs; // seven steps are saved, no more
  size_t before = at.size();
  for (uint64_t t : l.run_until(l.now + 10 * kMs, 10))
    at.push_back(t);
  CHECK(at.size() - before <= 7 + 11);
  l.now += 10 * kSecond;
  for (uint64_t t : l.run_until(l.now + 50 * kMs, 10))
    at.push_back(t);
  for (uint64_t ms : {1, 3, 10, 49})
    CHECK(most_within(at, ms * kMs) <= 20 + ms);
  CHECK(most_within(at, 49 * kMs) == 20 + 48);
}

TEST_CASE("parallelism=N: the next pick waits for a run to end, whoever asks") {
  Limited l(P{{"parallelism", "2"}});
  weft_ent *a = l.ready(), *b = l.ready(), *c = l.ready();
  CHECK(l.pick(0) == a);
  CHECK(l.pick(1) == b);
  CHECK(l.pick(2) == nullptr);
  CHECK(l.slice.hold == WEFT_HOLD_RAN);
  CHECK(l.pick(0) == nullptr);
  l.ran(b, 0, WEFT_RAN_PARKED);
  CHECK(l.pick(3) == c);
  CHECK(l.pick(3) == nullptr);
  CHECK(l.slice.hold == 0); // nothing is queued
}

TEST_CASE("quota in a period: so much running time in each, to the nanosecond while runs fit") {
  Limited l(P{{"quota", "2ms"}, {"period", "10ms"}});
  l.ready();
  l.ready();
  const uint64_t begin = l.now;
  std::vector<uint64_t> at = l.run_until(begin + 100 * kMs, kMs / 4);
  CHECK(at.size() == 10 * 8);
  for (uint64_t period = 0; period < 10; ++period)
    CHECK(std::count_if(at.begin(), at.end(), [&](uint64_t t) { return (t - begin) / (10 * kMs) == period; }) == 8);
}

TEST_CASE("quota: the slice is what is left, so that the runtime measures the run") {
  Limited l(P{{"quota", "2ms"}});
  weft_ent *e = l.ready();
  CHECK(l.pick() == e);
  CHECK(l.slice.ns == 2 * kMs);
  l.ran(e, kMs / 2);
  l.again(e);
  CHECK(l.pick() == e);
  CHECK(l.slice.ns == 3 * kMs / 2);
}

TEST_CASE("quota: what ran too long is taken from the next periods, and over many the share is exact") {
  Limited l(P{{"quota", "2ms"}, {"period", "10ms"}});
  l.ready();
  const uint64_t begin = l.now;
  std::vector<uint64_t> at = l.run_until(begin + kSecond, 7 * kMs); // 3.5 quotas
  CHECK(at.size() * 7 * kMs <= kSecond / 5 + 7 * kMs);
  CHECK(at.size() * 7 * kMs >= kSecond / 5 - 7 * kMs);
}

TEST_CASE("quota: however long a run was, and however little the quota is, the hold is one that SCHED-18 allows") {
  for (const char *period : {"1s", "1000000000s"}) {
    Limited l(P{{"quota", "1ns"}, {"period", period}});
    weft_ent *e = l.ready();
    CHECK(l.pick() == e);
    l.ran(e, 40 * kSecond);
    l.again(e);
    CHECK(l.pick() == nullptr);
    CHECK(l.slice.hold == WEFT_HOLD_NS);
    CHECK(l.slice.ns > kSecond);
    CHECK(l.slice.ns <= UINT64_C(1) << 62);
  }
}

TEST_CASE("quota: an idle time is not saved for later") {
  Limited l(P{{"quota", "2ms"}, {"period", "10ms"}});
  l.ready();
  l.now += 10 * kSecond;
  const uint64_t begin = l.now;
  CHECK(l.run_until(begin + 10 * kMs, kMs).size() == 2);
}

TEST_CASE("a rate and a quota at once: both hold, and it is asked once for both") {
  Limited l(P{{"rate", "1000"}, {"quota", "1ms"}, {"period", "10ms"}});
  weft_ent *e = l.ready();
  CHECK(l.pick() == e);
  l.ran(e, 2 * kMs);
  l.again(e);
  CHECK(l.pick() == nullptr);
  CHECK(l.slice.hold == WEFT_HOLD_NS);
  CHECK(l.slice.ns == 20 * kMs); // two periods for two quotas
  l.now += l.slice.ns;
  CHECK(l.pick() == e);
}

TEST_CASE("without limits, and between them, the order is the inner policy's, and so are its parameters") {
  Limited l(P{{"of", "priority"}, {"of.ageing", "1000000"}, {"rate", "1000000"}});
  weft_ent *low = l.ready(-3), *high = l.ready(5), *middle = l.ready(0);
  for (weft_ent *e : {high, middle, low}) {
    CHECK(l.pick() == e);
    l.now += kMs;
  }
}

TEST_CASE("one policy in another in another: each has its own limits") {
  Limited l(P{{"of", "limited"}, {"of.of", "priority"}, {"of.of.ageing", "1000000"}, {"of.rate", "1000"}, {"parallelism", "1"}});
  CHECK(l.status == WEFT_OK);
  weft_ent *low = l.ready(0), *high = l.ready(1);
  CHECK(l.pick() == high);
  CHECK(l.pick() == nullptr);
  CHECK(l.slice.hold == WEFT_HOLD_RAN);
  l.ran(high, 0, WEFT_RAN_DONE);
  CHECK(l.pick() == nullptr);
  CHECK(l.slice.hold == WEFT_HOLD_NS); // by the inner one
  CHECK(l.slice.ns == kMs);
  l.now += kMs;
  CHECK(l.pick() == low);
}

TEST_CASE("what the inner policy lacks the instance lacks, and what it has is there") {
  Limited fifo(P{}), stealing(P{{"of", "work_stealing"}}), explore(P{{"of", "explore"}});
  CHECK(!fifo.ops.choose);
  CHECK(!fifo.ops.admit);
  CHECK(!fifo.ops.worker_enter);
  CHECK(fifo.ops.remove);
  CHECK(fifo.ops.snapshot);
  CHECK(stealing.ops.worker_leave);
  CHECK(explore.ops.choose);
  CHECK(!(stealing.ops.flags & WEFT_SCHED_PARALLEL));
  CHECK(!fifo.ops.pick_many);
}

TEST_CASE("what is removed is no longer waited for") {
  Limited l(P{{"rate", "1000"}});
  weft_ent *a = l.ready(), *b = l.ready();
  CHECK(l.pick() == a);
  CHECK(l.pick() == nullptr);
  CHECK(l.slice.hold == WEFT_HOLD_NS);
  CHECK(l.ops.remove(l.self, b) == WEFT_OK);
  CHECK(l.pick() == nullptr);
  CHECK(l.slice.hold == 0);
}

TEST_CASE("wrong parameters are refused in a line that says what it takes") {
  for (auto &[key, value] : {std::pair{"parallelism", "0"}, std::pair{"rate", "many"}, std::pair{"rate", "2000000000"}, std::pair{"burst", "-1"},
                             std::pair{"quota", "5"}, std::pair{"quota", "0ms"}, std::pair{"period", "1h"}, std::pair{"speed", "1"}}) {
    std::string text = refused({{key, value}});
    INFO(text);
    CHECK(text.find(std::string("scheduler 'limited': '") + key + "=" + value + "': it takes parallelism=N") == 0);
  }
  CHECK(refused({{"of", "priority"}, {"of.colour", "red"}}).find("scheduler 'priority'") == 0);
}
