// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// SCHED-05 from outside: a policy states its bound, which no table tells, so only what no bound could be is found: a
// waiting entity that is passed over 256 (n + 256) times for each worker, of n that are ready, or as --bound says. All have the
// same attributes, since a policy may let the urgent starve the rest.
//
// Each schedule has those that crowd, in one way, and those that are waited for, made ready in another.
#include "tests.h"

#include <algorithm>
#include <array>

namespace conformance {

namespace {

enum Way { Yielding, Waking, Inbox, Spawned, Timed, kWays, Child = kWays, kWaitingWays }; // a child domain only waits
constexpr const char *crowds[] = {"that only yield", "that wake each other", "that are woken from the inbox", "that spawn others all the time",
                                  "whose timers fire"};

class Crowd {
public:
  Crowd(Model &model, Way crowd, Way waiting, uint16_t count, uint16_t waiters)
      : model_(model), crowd_(crowd), waiting_(waiting), waiters_(waiters), count_(count) {
    Step step;
    for (uint16_t i = 1; i <= waiters + count; ++i) {
      step.op = waiting == Child && i <= waiters ? Op::Domain : Op::Admit;
      one(step, i);
    }
  }

  void begin() {
    for (uint16_t i = waiters_ + 1; i <= waiters_ + count_; ++i)
      if (crowd_ != Waking || i % 2)
        ready(i, crowd_, 0);
    for (uint16_t i = 1; i <= waiters_; ++i)
      ready(i, waiting_, 0);
  }

  void ran(uint16_t who, uint8_t worker) {
    if (who <= waiters_)
      return again(who, waiting_, worker);
    if (who > waiters_ + count_)
      return step(Op::End, worker);
    if (crowd_ == Waking) {
      uint16_t place = who - waiters_ - 1, friend_of = place ^ 1;
      if (friend_of < count_)
        ready(waiters_ + friend_of + 1, Waking, worker);
      if (friend_of >= count_ || model_.entity(waiters_ + friend_of).state != Entity::Queued)
        return again(who, Waking, worker);
      return step(Op::Park, worker);
    }
    if (crowd_ == Spawned) {
      for (uint16_t child = waiters_ + count_ + 1; child <= model_.size(); ++child)
        if (model_.entity(child - 1u).state == Entity::Free) {
          Step born;
          born.op = Op::Admit;
          one(born, child);
          ready(child, Spawned, worker);
          break;
        }
      return again(who, Yielding, worker);
    }
    again(who, crowd_, worker);
  }

private:
  void one(Step s, uint16_t who) {
    s.count = 1;
    s.who[0] = who;
    model_.run(s);
  }
  void step(Op op, uint8_t worker) {
    Step s;
    s.op = op;
    s.worker = worker;
    s.count = 1;
    model_.run(s);
  }
  void ready(uint16_t who, Way way, uint8_t worker) {
    static constexpr std::array<weft_why, kWaitingWays> whys = {WEFT_WHY_TIMER, WEFT_WHY_WAKE, WEFT_WHY_WAKE,
                                                                WEFT_WHY_NEW,   WEFT_WHY_TIMER, WEFT_WHY_CHILD};
    Step s;
    s.op = Op::Ready;
    s.worker = way == Inbox ? kInbox : worker;
    s.why = whys[way];
    one(s, who);
  }
  void again(uint16_t who, Way way, uint8_t worker) {
    if (way == Yielding)
      return step(Op::Yield, worker);
    if (way == Child)
      return step(Op::Again, worker);
    step(Op::Park, worker);
    ready(who, way, worker);
  }

  Model &model_;
  Way crowd_, waiting_;
  uint16_t waiters_, count_;
};

} // namespace

void run_starvation(const Run &run, const Test &test, uint64_t seed) {
  Random random(seed, 5);
  uint64_t which = (seed - 1) % kStarvations;
  auto crowd = static_cast<Way>(which % kWays), waiting = static_cast<Way>(which / kWays % kWaitingWays);
  uint32_t workers = which < kStarvations / 2 || run.most_workers < 2 ? 1 : 2;
  auto count = static_cast<uint16_t>(2 + random.below(16)), waiters = static_cast<uint16_t>(1 + random.below(4));
  const size_t n = count + waiters + 8u;
  const uint64_t bound = run.bound ? run.bound * n : 256 * (n + 256) * workers;
  run.report->workers = workers;
  Model model(run.ops, run.params, workers, n, run.report);
  if (model.wrong())
    return judge(run, test, model);
  Crowd all(model, crowd, waiting, count, waiters);
  all.begin();
  const uint64_t often = std::clamp<uint64_t>(bound / 16, 1, 256);
  for (uint64_t turn = 0; model.picks() < bound + bound / 16 + n && !model.wrong(); ++turn) {
    auto worker = static_cast<uint8_t>(turn % workers);
    for (uint16_t who : model.pick(worker, 0))
      all.ran(who, worker);
    if (turn % 16 == 0)
      model.pass_time(16 * 20'000);
    for (size_t i = 0; turn % often == 0 && i < n; ++i) {
      const Entity &e = model.entity(i);
      if (e.state == Entity::Queued && model.picks() - e.since > bound)
        return run.fail(test.rule, (e.ent.kind == WEFT_ENT_DOMAIN ? "child domain " : "task ") + std::to_string(i + 1) + " was ready by " + (e.by == kInbox ? "the inbox" : "a worker") + " (" +
                                       text_of(static_cast<weft_why>(e.why)) + "), and " + std::to_string(bound) + " others were picked first, of " +
                                       std::to_string(count) + " " + crowds[crowd] + (run.bound ? " (more than --bound " + std::to_string(run.bound) + " allows for " + std::to_string(n) + ")" : ""));
    }
  }
  model.finish();
  judge(run, test, model);
}

} // namespace conformance
