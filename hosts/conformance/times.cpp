// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The one timer, and that a loop without a reason sleeps.
#include "cases.h"
#include "chance.h"

#include <algorithm>
#include <cstdio>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace host_conformance {

namespace {

constexpr uint64_t kMs = 1000000;
constexpr uint64_t kHour = 3600000 * kMs;

const char *nothing(const weft_host_check_adapter &) { return nullptr; }
const char *measures(const weft_host_check_adapter &a) { return a.flags & WEFT_HOST_CHECK_VIRTUAL_TIME ? "its time is virtual" : nullptr; }
const char *measures_and_watches(const weft_host_check_adapter &a) { return measures(a) ? measures(a) : a.ops->watch ? nullptr : "without watch"; }

// A thread that sleeps for a millisecond again and again: how late this machine is, whatever the loop does.
class Beside {
public:
  Beside() : thread_([this] {
    while (!stop_) {
      uint64_t begun = real_time();
      usleep(1000);
      late_ = std::min(late_.load(), real_time() - begun - kMs);
      naps_++;
    }
  }) {}
  ~Beside() {
    stop_ = true;
    thread_.join();
  }
  uint64_t late() const { return late_; } // at least
  uint64_t naps() const { return naps_; }

private:
  std::atomic<uint64_t> late_{UINT64_MAX}, naps_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// weft_sleep; true: it ended so late, while other threads came to run many times, that no time was armed.
bool missed(const Context &c, const Beside &beside, uint64_t ns) {
  const uint64_t begun = real_time(), naps = beside.naps();
  weft_sleep(ns);
  const uint64_t took = real_time() - begun;
  if (took < ns + 900 * kMs || beside.naps() - naps < 100)
    return false;
  c.fail("HOST-06", "expected: a turn at the armed time, or at once where it has passed; seen: a sleep of %llu ns ended after %llu ms", (unsigned long long)ns, (unsigned long long)(took / kMs));
  return true;
}

// From nanoseconds, whose deadline has passed when it is armed, to some milliseconds.
void sleeps(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  const uint64_t rounds = c.rounds_or(200);
  uint64_t slept = 0;
  Chance chance(c.seed);
  Beside beside;
  stage.go("sleeps", [&] {
    for (; slept < rounds; ++slept) {
      uint64_t ns = chance.below(4) ? chance.below(1 << (chance.below(20) + 1)) : chance.below(3 * kMs);
      uint64_t before = weft_now();
      if (missed(c, beside, ns))
        return;
      if (weft_now() - before < ns)
        return c.fail("HOST-15", "a sleep of %llu ns ended when `now` had gone on by %llu", (unsigned long long)ns, (unsigned long long)(weft_now() - before));
    }
  });
  stage.run("a turn at the armed time, or at once where it has passed", [&] { return slept == rounds; });
}

// The later deadline is armed, then an earlier one; by the loop's thread and after another thread's wake.
void moved(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  bool far = false;
  weft_task sleeper = stage.go(
      "sleeps for an hour",
      [&] {
        far = true;
        weft_sleep(kHour);
      },
      false);
  if (!stage.run("a turn for a task", [&] { return far; }))
    return;
  for (int round = 0; round < 5; ++round) {
    bool near = false;
    stage.go("sleeps", [&] {
      weft_sleep(2 * kMs);
      near = true;
    });
    if (!stage.run("a turn at an earlier time than the one armed before", [&] { return near; }))
      return;
    near = false;
    std::thread other;
    stage.go("waits, and sleeps", [&] {
      weft_token token = weft_token_new(nullptr);
      other = std::thread([token] {
        usleep(1000);
        weft_complete(token, WEFT_OK, 0);
      });
      weft_await(token, nullptr);
      weft_sleep(2 * kMs);
      near = true;
    });
    bool on = stage.run("a turn at an earlier time, armed after another thread's wake", [&] { return near; });
    if (other.joinable())
      other.join();
    if (!on)
      return;
  }
  weft_cancel(sleeper);
}

// The least by which the clock was seen to go on. A coarse one is allowed (table.cpp), and who has it is late by that.
uint64_t step_of(const Stage &stage) {
  const auto now = [&] { return stage.context.adapter.ops->now(stage.host); };
  uint64_t least = 20 * kMs, last = now();
  int steps = 0;
  for (uint64_t begun = real_time(); steps < 5 && real_time() - begun < 200 * kMs;)
    if (uint64_t t = now(); t != last) {
      least = std::min(least, t - last);
      last = t;
      steps++;
    }
  return least;
}

// Short ones, and longer ones, which show what is late by a part of the time. In each of many tries: a machine under load is late in some, and
// a thread beside it too.
void in_time(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  const uint64_t kLate = 12 * kMs + step_of(stage);
  struct {
    uint64_t ns, at_least, at_most;
  } const sleeps[] = {{3 * kMs, 5, 60}, {150 * kMs, 1, 6}};
  for (const auto &sleep : sleeps) {
    uint64_t least = UINT64_MAX, tries = 0;
    bool done = false;
    Beside beside;
    auto late = [&] { return least > kLate && least - kLate > beside.late(); };
    stage.go("sleeps", [&] {
      for (; tries < sleep.at_most && (tries < sleep.at_least || late()); ++tries) {
        uint64_t begun = real_time();
        weft_sleep(sleep.ns);
        uint64_t took = real_time() - begun; // a clock that runs ahead may have it end early
        least = std::min(least, took > sleep.ns ? took - sleep.ns : 0);
      }
      done = true;
    });
    if (!stage.run("a turn at the armed time", [&] { return done; }))
      return;
    if (late())
      return c.fail("HOST-06", "expected: a turn at the armed time; seen: each of %llu, armed %llu ms before, came more than %llu ms late", (unsigned long long)tries,
                    (unsigned long long)(sleep.ns / kMs), (unsigned long long)(least / kMs));
  }
}

// Was there a turn about when a sleep had ended that was cancelled, and nothing armed any more? `slept` false: the same without the sleep, which
// shows what else turns. A machine under load may be so late that the sleep ends first: then it is tried again, with a longer one.
bool turned_for(Stage &stage, bool slept, int tries = 0) {
  const uint64_t kSleep = 12 * kMs << tries;
  bool begun = false, ended = false, cancelled = !slept, armed_again = false;
  weft_task task = stage.go(
      "waits, and is cancelled",
      [&] {
        begun = true;
        if (slept)
          cancelled = weft_sleep(kSleep) == WEFT_E_CANCELLED;
        while (!weft_cancelled())
          weft_park();
        ended = true;
      },
      false);
  if (!stage.run("a turn for a task", [&] { return begun; }))
    return false;
  const uint64_t due = real_time() + kSleep;
  weft_cancel(task);
  if (!stage.run("a turn for a task that was cancelled", [&] { return ended; }))
    return false;
  const uint64_t from = stage.turns();
  std::atomic<uint64_t> seen{from}, before_post{from};
  std::atomic<bool> over{false};
  std::thread other([&] { // on a machine under load it comes as late as the loop does
    while (real_time() < due)
      usleep(1000);
    for (int i = 0; i < 12; ++i)
      usleep(1000);
    before_post = seen.load();
    over = true;
    stage.ops.post(&stage);
  });
  stage.run("a turn by another thread's post", [&] {
    armed_again |= stage.armed != WEFT_NEVER; // for stacks to be trimmed
    if (!over)
      seen = stage.turns();
    return over.load();
  });
  other.join();
  if (!cancelled && tries < 6 && !stage.context.failed())
    return turned_for(stage, slept, tries + 1);
  return cancelled && !armed_again && before_post > from;
}

void disarmed(const Context &c) {
  Stage stage(c);
  int with = 0, without = 0;
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds && !c.failed(); ++round) {
    with += turned_for(stage, true);
    without += turned_for(stage, false);
  }
  if (!c.failed() && with >= without + kRounds / 2)
    c.fail("HOST-06", "expected: no turn at a time that was disarmed, by WEFT_NEVER; seen: one in %d of %d tries", with, kRounds);
}

// As many as come in that time, on whatever machine, if the loop sleeps.
constexpr uint64_t kMostTurns = 40, kMostIterations = 200;

void quiet(Stage &stage, const char *rule, const char *when) {
  const Context &c = stage.context;
  bool done = false;
  std::thread other;
  uint64_t turns = 0, iterations = 0, turned = 0, iterated = 0;
  stage.go("waits", [&] {
    weft_token token = weft_token_new(nullptr);
    turns = stage.turns();
    iterations = stage.iterations();
    other = std::thread([token] {
      usleep(120000);
      weft_complete(token, WEFT_OK, 0);
    });
    weft_await(token, nullptr);
    turned = stage.turns() - turns;
    iterated = stage.iterations() - iterations;
    done = true;
  });
  bool on = stage.run("a turn by another thread's post", [&] { return done; });
  other.join();
  if (on && turned > kMostTurns)
    c.fail(rule, "expected: no turns %s; seen: %llu within 0.12 s", when, (unsigned long long)turned);
  else if (on && iterated > kMostIterations)
    c.fail(rule, "expected: the loop sleeps %s; seen: %llu iterations within 0.12 s", when, (unsigned long long)iterated);
}

void far(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  int begun = 0;
  weft_task tasks[4];
  const uint64_t times[] = {kHour, 30 * 24 * kHour, 400 * 24 * kHour, uint64_t{1} << 62};
  for (int i = 3; i >= 0; --i) { // the furthest is armed alone first
    tasks[i] = stage.go(
        "sleeps long",
        [&, i] {
          begun++;
          weft_sleep(times[i]);
        },
        false);
    const int expected = 4 - i;
    if (!stage.run("a turn for a task", [&] { return begun == expected; }))
      return;
    quiet(stage, "HOST-06", "before a deadline that is far");
    if (c.failed())
      return;
  }
  for (weft_task task : tasks)
    weft_cancel(task);
}

// One that waits for less than what is left looks again and again, in the last millisecond of each wait mostly.
void till_then(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  constexpr uint64_t kSleeps = 30, kEach = 30;
  uint64_t iterations = 0;
  bool done = false;
  stage.go("sleeps", [&] {
    iterations = stage.iterations();
    for (uint64_t i = 0; i < kSleeps; ++i)
      weft_sleep(2 * kMs + i * kMs / 10);
    iterations = stage.iterations() - iterations;
    done = true;
  });
  if (stage.run("a turn at the armed time", [&] { return done; }) && iterations > kSleeps * kEach)
    c.fail("HOST-12", "expected: the loop sleeps till the armed time; seen: %llu iterations for %llu waits", (unsigned long long)iterations, (unsigned long long)kSleeps);
}

void idle(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  quiet(stage, "HOST-12", "that nobody asked for");
}

// After all that may leave something behind.
void idle_after(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  bool slept = false;
  stage.go("sleeps", [&] {
    for (int i = 0; i < 5; ++i)
      weft_sleep(kMs);
    slept = true;
  });
  if (!stage.run("a turn at the armed time", [&] { return slept; }))
    return;
  std::thread([&] {
    for (int i = 0; i < 100; ++i)
      stage.ops.post(&stage);
  }).join();
  quiet(stage, "HOST-12", "when all that was asked for has been given");
  if (c.failed())
    return;
  // A deadline that was armed and is not wanted any more.
  bool cancelled = false, begun = false;
  weft_task task = stage.go(
      "sleeps, and is cancelled",
      [&] {
        begun = true;
        cancelled = weft_sleep(20 * kMs) == WEFT_E_CANCELLED;
      },
      false);
  if (!stage.run("a turn for a task", [&] { return begun; }))
    return;
  weft_cancel(task);
  if (!stage.run("a turn for a task that was cancelled", [&] { return cancelled; }))
    return;
  quiet(stage, "HOST-12", "at a time that was disarmed");
}

// What was told and not looked at yet: a loop that goes on telling it never sleeps.
void idle_told(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0 || write(ends[1], "x", 1) != 1)
    return c.skip("no socketpair");
  weft_fd_cell cell = {};
  cell.fd = ends[0];
  weft_status status = stage.ops.watch(&stage, &cell);
  if (status != WEFT_OK)
    return c.fail("HOST-13", "`watch` of a socket answered %s", weft_status_text(status));
  if (stage.run("weft_fd_ready with WEFT_READABLE of a socket that has data", [&] { return cell.ready & WEFT_READABLE; }))
    quiet(stage, "HOST-12", "while a descriptor is ready and nobody reads it");
  if (c.failed())
    return;
  stage.ops.unwatch(&stage, &cell);
  close(ends[0]);
  close(ends[1]);
}

} // namespace

const std::vector<Case> &time_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-06", "sleeps", "each deadline that is armed is a turn, also one that has passed"}, "01 02 05 15", nothing, sleeps},
      {{"HOST-06", "moved", "an earlier deadline takes the later one's place"}, "01 02 05 15 06", nothing, moved},
      {{"HOST-06", "in-time", "turns come about when they were armed for"}, "01 02 05 15 06", measures, in_time},
      {{"HOST-06", "disarmed", "no turn at a time that is not wanted any more"}, "01 02 05 15 06", measures, disarmed},
      {{"HOST-12", "till-then", "a loop sleeps till a deadline, and does not look all the time"}, "01 02 05 06 15", measures, till_then},
      {{"HOST-12", "idle", "a loop without a reason sleeps"}, "01 02 05", measures, idle},
      {{"HOST-12", "idle-after", "a loop sleeps when what it was asked for is done"}, "01 02 05 06 12 15", measures, idle_after},
      {{"HOST-06", "far", "deadlines that are years away"}, "01 02 05 06 12 15", measures, far},
  };
  return cases;
}

const std::vector<Case> &told_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-12", "told", "a loop sleeps while something is ready that nobody reads"}, "01 02 05 12 13", measures_and_watches, idle_told},
  };
  return cases;
}

} // namespace host_conformance
