// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// SCHED-19: shares by weight. Whether a policy looks at weights at all is found out by taking them away. What it is
// told of time is what it asked for by the limits of its slices; one that does not ask is judged by picks, where all run as long.
//
// A fifth more or less passes, over a hundred of the longest runs of the one with the least share, so that policies that draw
// lots do.
#include "tests.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace conformance {

namespace {

constexpr uint64_t kUs = 1000;

struct Member {
  uint32_t weight;
  uint64_t length; // of its runs, in ns
};

// Those that are always ready, unless they were parked by hand.
class Crowd {
public:
  Crowd(const Run &run, const std::vector<Member> &members, bool domains)
      : model_(run.ops, run.params, 1, members.size(), run.report), members_(members), time(members.size()) {
    for (uint16_t i = 0; i < members.size(); ++i) {
      model_.weight = members[i].weight;
      step(domains ? Op::Domain : Op::Admit, static_cast<uint16_t>(i + 1));
    }
    for (uint16_t i = 0; i < members.size(); ++i)
      ready(i);
  }

  // The next one runs; and waits, if it is that one.
  bool pick(size_t parks = SIZE_MAX) {
    std::vector<uint16_t> got = model_.pick(0, 0);
    if (got.empty())
      return false;
    const size_t i = got[0] - 1u;
    const bool domain = model_.entity(i).ent.kind == WEFT_ENT_DOMAIN;
    timed_ |= model_.entity(i).timed;
    model_.ran_ns = members_[i].length;
    time[i] += members_[i].length;
    total += members_[i].length;
    model_.pass_time(members_[i].length);
    if (i == parks)
      step(domain ? Op::Empty : Op::Park, 0);
    else
      step(domain ? Op::Again : Op::Yield, 0);
    return !model_.wrong() && i != parks;
  }
  void ready(uint16_t i) {
    Step s;
    s.op = Op::Ready;
    s.why = model_.entity(i).ent.kind == WEFT_ENT_DOMAIN ? WEFT_WHY_CHILD : WEFT_WHY_WAKE;
    s.count = 1;
    s.who[0] = static_cast<uint16_t>(i + 1);
    model_.run(s);
  }
  bool timed() const { return timed_; }
  Model &model() { return model_; }

private:
  void step(Op op, uint16_t who) {
    Step s;
    s.op = op;
    s.count = 1;
    s.who[0] = who;
    model_.run(s);
  }
  Model model_;
  const std::vector<Member> &members_;
  bool timed_ = false;

public:
  std::vector<uint64_t> time; // that each has had
  uint64_t total = 0;
};

// By twelve times the weight one has more picks than without, though chance may play, too.
struct Look {
  bool weights, time;
};
Look looks_at(const Run &run) {
  static const Look answer = [&] {
    std::array<uint64_t, 2> had{};
    bool timed = false;
    for (size_t given : {0, 1}) {
      std::vector<Member> members = {{1, 100 * kUs}, {given ? 12u : 1u, 100 * kUs}};
      Crowd all(run, members, false);
      for (int i = 0; i < 400 && all.pick(); ++i)
        ;
      had[given] = all.time[1];
      timed |= all.timed();
    }
    return Look{had[1] > had[0] + had[0] / 4, timed};
  }();
  return answer;
}

std::string percent(double part) { return std::to_string(static_cast<int>(std::lround(100 * part))) + " %"; }

} // namespace

void run_weights(const Run &run, const Test &test, uint64_t seed) {
  const Look look = looks_at(run);
  if (!look.weights)
    return run.skip("without weight: what it picks does not depend on it");
  run.report->workers = 1;
  Random random(seed, 19);
  std::vector<Member> members;
  uint64_t longest = 0, weights = 0, least = UINT64_MAX;
  for (uint64_t n = 2 + random.below(4); n != 0; --n) {
    members.push_back({static_cast<uint32_t>(1 + random.below(8)), look.time ? (50 + random.below(350)) * kUs : 100 * kUs});
    longest = std::max(longest, members.back().length);
    weights += members.back().weight;
    least = std::min<uint64_t>(least, members.back().weight);
  }
  Crowd all(run, members, seed % 2 == 0);
  while (all.total < 100 * longest * weights / least && all.pick())
    ;
  for (size_t i = 0; i < members.size() && !all.model().wrong(); ++i) {
    const double is = static_cast<double>(all.time[i]) / static_cast<double>(all.total);
    const double wanted = static_cast<double>(members[i].weight) / static_cast<double>(weights);
    if (is < wanted * 0.8 || is > wanted * 1.2)
      all.model().fail(test.rule, "entity " + std::to_string(i + 1) + ", of weight " + std::to_string(members[i].weight) + " among " +
                                      std::to_string(weights) + " and with runs of " + std::to_string(members[i].length / kUs) + " us, has " +
                                      percent(is) + " of the " + (look.time ? "time" : "picks") + " and not " + percent(wanted));
  }
  all.model().finish();
  judge(run, test, all.model());
}

void run_idle(const Run &run, const Test &test, uint64_t seed) {
  if (!looks_at(run).weights)
    return run.skip("without weight: what it picks does not depend on it");
  run.report->workers = 1;
  const std::vector<Member> members = {{3, 100 * kUs}, {3, 100 * kUs}};
  Crowd all(run, members, seed % 2 == 0);
  for (uint64_t i = 0; i < 20 + seed % 7 && all.pick(); ++i)
    ;
  while (all.pick(1))
    ;
  for (int i = 0; i < 2000 && all.pick(); ++i)
    ;
  all.time = {0, 0};
  all.ready(1);
  for (int i = 0; i < 200 && all.pick(); ++i)
    ;
  const double part = static_cast<double>(all.time[1]) / static_cast<double>(all.time[0] + all.time[1] + 1);
  if (!all.model().wrong() && (part < 0.35 || part > 0.65))
    all.model().fail(test.rule, "who had waited for 2000 runs of another one of its weight had " + percent(part) + " of the next 200");
  all.model().finish();
  judge(run, test, all.model());
}

} // namespace conformance
