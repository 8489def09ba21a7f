// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tests of order: which of several a policy picks first. They compare instances that were driven the same way, so
// they judge only policies that do the same again (a random one is free to do as it likes); and whether a policy looks at
// priorities or deadlines at all is found out by taking them away.
#include "tests.h"

#include <climits>
#include <cstring>

namespace conformance {

namespace {

constexpr uint64_t kNow = UINT64_C(1'000'000'000'000);

Watch watch_of(const Test &test, bool order) {
  Watch watch;
  watch.order = order;
  watch.told_by_attr = !strcmp(test.rule, "SCHED-15");
  return watch;
}

Schedule generated(const Run &run, uint64_t seed, size_t steps) {
  Schedule s;
  Generator generator(seed, {});
  Model model(run.ops, run.params, 1, generator.entities(), run.report);
  for (size_t i = 0; i < steps && !model.wrong(); ++i) {
    s.steps.push_back(generator.next(model));
    model.run(s.steps.back());
  }
  return s;
}

std::vector<uint16_t> picked(const Run &run, const Schedule &s, size_t more, Watch watch = {}) {
  Model model(run.ops, run.params, 1, 64, run.report, watch);
  for (const Step &step : s.steps)
    model.run(step);
  for (size_t i = 0; i < more && model.queued(); ++i)
    model.pick(0, 0);
  return model.order();
}

// Once in a process: instances that are driven the same way answer the same.
bool deterministic(const Run &run) {
  static const bool answer = [&] {
    for (uint64_t seed = 1; seed <= 40; ++seed) {
      Schedule s = generated(run, seed, 120);
      if (picked(run, s, 64) != picked(run, s, 64))
        return false;
    }
    return true;
  }();
  return answer;
}

// ---- SCHED-14 and SCHED-15 ----

// Kinds of pairs, so that a policy with few levels, or one that bounds them, is judged by what it can tell apart. Far apart: a level
// more may be worth a few places in a line.
constexpr uint64_t kKinds = 5;

void draw(Random &random, uint64_t kind, Step &s) {
  static constexpr int32_t pairs[3][2] = {{0, 100}, {-100, 100}, {INT_MIN, INT_MAX}};
  s.priority = 0;
  s.deadline = UINT64_MAX;
  if (kind < 3)
    s.priority = pairs[kind][random.below(2)];
  else if (kind == 3)
    s.deadline = kNow + 1 + random.below(1'000'000);
  else if (random.below(3))
    s.deadline = kNow + 1 + (random() >> (24 + random.below(38)));
}

Step one(Op op, uint16_t who) {
  Step s;
  s.op = op;
  s.count = 1;
  s.who[0] = who;
  return s;
}

// Some are born, become ready in any order, and all are picked; `changes`: attributes are given anew in between.
Schedule ordered(uint64_t seed, bool changes) {
  Random random(seed, 14);
  Schedule s;
  const uint64_t kind = seed % kKinds;
  const auto n = static_cast<uint16_t>(2 + random.below(5));
  std::vector<uint16_t> held;
  for (uint16_t who = 1; who <= n; ++who) {
    s.steps.push_back(one(Op::Admit, who));
    draw(random, kind, s.steps.back());
    held.insert(held.begin() + static_cast<long>(random.below(held.size() + 1)), who);
  }
  auto change = [&](uint16_t who) {
    s.steps.push_back(one(Op::Attr, who));
    draw(random, kind, s.steps.back());
  };
  static constexpr weft_why whys[] = {WEFT_WHY_NEW, WEFT_WHY_WAKE, WEFT_WHY_TIMER};
  while (!held.empty()) {
    if (changes && random.one_in(3))
      change(held[random.below(held.size())]);
    Step ready;
    ready.op = Op::Ready;
    ready.worker = random.one_in(2) ? kInbox : 0;
    ready.why = whys[random.below(3)];
    for (uint64_t list = 1 + random.below(3); list && !held.empty(); --list) {
      ready.who[ready.count++] = held.back();
      held.pop_back();
    }
    s.steps.push_back(ready);
  }
  for (uint16_t i = 0; i < n; ++i) {
    for (uint64_t times = changes ? random.below(3) : 0; times; --times)
      change(static_cast<uint16_t>(1 + random.below(n)));
    s.steps.push_back(Step());
    s.steps.push_back(Step());
    s.steps.back().op = Op::Park;
  }
  return s;
}

// Whether what is picked depends on that kind of attributes.
bool looks_at(const Run &run, const Test &test, uint64_t kind) {
  static int answers[kKinds]; // 0: not known
  int &answer = answers[kind];
  if (answer)
    return answer == 1;
  answer = 2;
  for (uint64_t seed = kind + kKinds; seed < 40 * kKinds && answer == 2; seed += kKinds) {
    Schedule given = ordered(seed, false), flat = given;
    for (Step &s : flat.steps) {
      s.priority = 0;
      s.deadline = UINT64_MAX;
    }
    if (picked(run, given, 0, watch_of(test, false)) != picked(run, flat, 0, watch_of(test, false)))
      answer = 1;
  }
  return answer == 1;
}

bool looks_at_any(const Run &run, const Test &test) {
  bool any = false;
  for (uint64_t kind = 0; kind < kKinds; ++kind)
    any |= looks_at(run, test, kind);
  return any;
}

void run_ordered(const Run &run, const Test &test, uint64_t seed, bool changes) {
  if (!deterministic(run))
    return run.skip("cannot be judged: two instances that are driven the same way pick in different orders");
  if (!looks_at_any(run, test))
    return run.skip("without priority, deadline: what it picks does not depend on them");
  for (uint64_t one = seed * 4 * kKinds; one < (seed + 1) * 4 * kKinds && !run.report->failed; ++one)
    if (looks_at(run, test, one % kKinds)) {
      Schedule s = ordered(one, changes);
      run.report->workers = 1;
      run.report->step_count = 0;
      replay_order(run, test, s);
    }
}

} // namespace

void run_order(const Run &run, const Test &test, uint64_t seed) { run_ordered(run, test, seed, false); }
void run_attr_order(const Run &run, const Test &test, uint64_t seed) { run_ordered(run, test, seed, true); }

void replay_order(const Run &run, const Test &test, const Schedule &schedule) {
  Model model(run.ops, run.params, schedule.workers, 64, run.report, watch_of(test, true));
  for (const Step &step : schedule.steps) {
    run.log(step);
    model.run(step);
  }
  model.finish();
  judge(run, test, model);
}

// ---- SCHED-08 ----

void replay_line(const Run &run, const Test &test, const Schedule &schedule) {
  Model line(run.ops, run.params, 1, 64, run.report), single(run.ops, run.params, 1, 64, run.report);
  for (const Step &step : schedule.steps) {
    run.log(step);
    if (step.op != Op::Line) {
      line.run(step);
      single.run(step);
      continue;
    }
    std::vector<uint16_t> got = line.pick(0, step.count), expected;
    while (expected.size() < got.size() && !single.wrong())
      for (uint16_t who : single.pick(0, 0))
        expected.push_back(who);
    if (!line.wrong() && got != expected) {
      size_t at = 0;
      while (got[at] == expected[at])
        ++at;
      line.fail(test.rule, "`pick_many` gave task " + std::to_string(got[at]) + " as number " + std::to_string(at + 1) + " where `pick` gave task " +
                               std::to_string(expected[at]));
    }
    break; // from here on the two may differ
  }
  judge(run, test, line);
  judge(run, test, single);
}

void run_line(const Run &run, const Test &test, uint64_t seed) {
  if (!deterministic(run))
    return run.skip("cannot be judged: two instances that are driven the same way pick in different orders");
  Random random(seed, 8);
  Schedule s = generated(run, seed, 10 + random.below(90));
  Step line;
  line.op = Op::Line;
  line.count = static_cast<uint16_t>(1 + random.below(16));
  s.steps.push_back(line);
  s.workers = run.report->workers = 1;
  replay_line(run, test, s);
}

} // namespace conformance
