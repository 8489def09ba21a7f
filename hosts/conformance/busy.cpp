// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Tasks that are always ready, and posts without end: the loop's own work comes between, and turns go on.
#include "cases.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace host_conformance {

namespace {

constexpr uint64_t kMs = 1000000;
constexpr uint64_t kLongest = 300 * kMs; // a turn that takes so much of a processor has no budget
constexpr uint64_t kPastDue = 30 * kMs; // or that goes on for so long after the program's own timer was due: without `until`
constexpr int kTicks = 40;

const char *nothing(const weft_host_check_adapter &) { return nullptr; }
const char *has_timer(const weft_host_check_adapter &a) { return a.timer ? nullptr : "without a timer of the program's own"; }

// The program's timer, again and again.
struct Ticker {
  explicit Ticker(Stage &stage) : stage(stage) { again(); }
  void again() {
    due_turn = stage.turns();
    since = thread_time();
    weft_status status = stage.context.adapter.timer(
        stage.host, kMs / 5,
        [](void *arg) {
          auto *t = static_cast<Ticker *>(arg);
          t->ticks++;
          if (t->ticks < kTicks)
            t->again();
        },
        this);
    if (status != WEFT_OK)
      stage.context.fail("HOST-01", "`timer` answered %s", weft_status_text(status));
  }
  Stage &stage;
  int ticks = 0;
  uint64_t due_turn = 0, since = 0;
};

void limit(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  bool done = false;
  stage.go("always ready", [&] {
    const uint64_t turn = stage.turns(), begun = thread_time();
    for (uint64_t n = 0; n % 16 || (stage.turns() == turn && !c.failed()); ++n) {
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      if (thread_time() - begun > kLongest)
        c.fail("HOST-10", "expected: a turn ends by its budget; seen: one, with a task that is always ready, that took %llu ms", (unsigned long long)((thread_time() - begun) / kMs));
      weft_yield();
    }
    done = true;
  });
  stage.run("a turn ends by its budget, and another one follows", [&] { return done; });
}

// How long turns go on behind the due time of the program's own timer, by the clock, as a turn's `ns` is: a machine under load, which may come
// between any two picks, does not so in each of some tries. Whether the timer is served then is another case's.
void until(const Context &c) {
  constexpr int kTries = 8, kMostTurns = 50;
  struct Try {
    bool fired = false;
    uint64_t due = 0, noticed = 0, turn = 0, past = 0;
  } one; // a timer may be left when the stage ends
  Stage stage(c);
  if (c.failed())
    return;
  auto begin = [&] {
    one = Try();
    one.due = c.adapter.ops->now(stage.host) + 3 * kMs;
    if (c.adapter.timer(stage.host, 3 * kMs, [](void *arg) { *static_cast<bool *>(arg) = true; }, &one.fired) != WEFT_OK)
      c.fail("HOST-01", "`timer` did not answer WEFT_OK");
  };
  bool over = false, ended = false;
  int tries = 0;
  uint64_t least = UINT64_MAX;
  begin(); // before the task, beside which the loop may never get to ask
  stage.go("always ready", [&] {
    for (uint64_t n = 0; !over && !c.failed(); ++n) {
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      if (n % 16 == 0 && !one.fired && weft_now() >= one.due) {
        uint64_t t = real_time(), turn = stage.turns();
        if (!one.noticed)
          one.noticed = t, one.turn = turn;
        if (turn == one.turn)
          one.past = t - one.noticed;
        else if (turn > one.turn + kMostTurns)
          over = true;
      }
      weft_yield();
    }
    ended = true;
  });
  stage.run("turns beside the program's own timer", [&] {
    if (one.fired && !over) {
      least = std::min(least, one.past);
      over = ++tries == kTries || least <= kPastDue;
      if (!over)
        begin();
    }
    return over && ended;
  });
  if (!c.failed() && tries == kTries && least > kPastDue)
    c.fail("HOST-10", "expected: a turn ends when the program's own timer is due, by `until`; seen: each of %d went on for more than %llu ms", kTries, (unsigned long long)(least / kMs));
}

void own_work(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  Ticker ticker(stage);
  bool over = false;
  uint64_t turn = 0, turn_began = 0;
  auto look = [&] { // in a task: ends it where the loop would never get to ask
    c.report->progress.fetch_add(1, std::memory_order_relaxed);
    uint64_t t = thread_time(), now_turn = stage.turns();
    if (now_turn != turn) {
      turn = now_turn;
      turn_began = t;
    } else if (t - turn_began > kLongest) {
      c.fail("HOST-10", "expected: a turn ends by its budget; seen: one, with tasks that are always ready, that took %llu ms", (unsigned long long)((t - turn_began) / kMs));
    }
    if (ticker.ticks < kTicks && t - ticker.since > 2 * kLongest && now_turn > ticker.due_turn + 1)
      c.fail("HOST-11", "expected: the loop's own work between turns that say `more`; seen: %llu turns while its timer was due", (unsigned long long)(now_turn - ticker.due_turn));
  };
  int running = 3;
  for (int i = 0; i < 3; ++i)
    stage.go("always ready", [&] {
      for (uint64_t n = 0; !over && !c.failed() && !weft_cancelled(); ++n) {
        if (n % 16 == 0)
          look();
        weft_yield();
      }
      --running;
    });
  stage.run("the program's own timer fires beside tasks that are always ready", [&] { return over = ticker.ticks == kTicks; });
  over = true;
  stage.run("tasks that are asked to end do", [&] { return running == 0; }); // what they read is of this function
}

// Turns that end by their budget, and nobody posts.
void again(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  bool done = false;
  uint64_t begun = 0;
  stage.go("yields", [&] {
    // By the task's own time: whatever the budget, some turns are needed. Many, for who forgets it at times.
    begun = thread_time();
    uint64_t first = stage.turns();
    for (uint64_t n = 0; thread_time() - begun < kLongest && !(n % 16 == 0 && stage.turns() > first + 200); ++n) {
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      weft_yield();
    }
    done = true;
  });
  stage.run("another turn after one that said `more`, without a post", [&] { return done; });
}

void storm(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  Ticker ticker(stage);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop && !c.failed())
      c.adapter.ops->post(stage.host);
  });
  c.report->progress++;
  bool over = false;
  int running = 1;
  stage.go("posts in each turn", [&] {
    while (!over && !c.failed()) {
      weft_call_native([](void *arg) { static_cast<Stage *>(arg)->ops.post(arg); }, &stage);
      weft_yield();
    }
    --running;
  });
  stage.run("the program's own timer fires while posts come without end", [&] { return over = ticker.ticks == kTicks; });
  over = stop = true;
  other.join();
  stage.run("tasks that are asked to end do", [&] { return running == 0; }); // what they read is of this function
}

} // namespace

const std::vector<Case> &busy_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-11", "again", "a turn that said more is followed by another"}, "01 02 05 15", nothing, again},
      {{"HOST-10", "limit", "a turn has a limit"}, "01 02 05 11 15", nothing, limit},
      {{"HOST-10", "until", "a turn ends when the program's own timer is due"}, "01 02 05 10 11 15", has_timer, until},
      {{"HOST-11", "own-work", "the loop's own work is done between turns, which end"}, "01 02 05 10 11 15", has_timer, own_work},
      {{"HOST-11", "storm", "the loop's own work is done while others post without end"}, "01 02 05 10 11 15", has_timer, storm},
  };
  return cases;
}

} // namespace host_conformance
