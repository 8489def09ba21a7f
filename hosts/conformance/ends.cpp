// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How a wait, a runtime and a loop end: tokens that are completed too early, twice or too late; what keeps a loop going; shutdown, and
// what is given back; and that two loops have nothing to do with each other.
#include "cases.h"
#include "chance.h"

#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <malloc.h>
#include <memory>
#include <thread>
#include <unistd.h>

namespace host_conformance {

namespace {

constexpr uint64_t kMs = 1000000;

const char *nothing(const weft_host_check_adapter &) { return nullptr; }
const char *has_timer(const weft_host_check_adapter &a) { return a.timer ? nullptr : "without a timer of the program's own"; }
const char *holds(const weft_host_check_adapter &a) {
  return !a.ops->hold ? "without hold" : a.flags & WEFT_HOST_CHECK_ENDS ? nullptr : "its loop does not end by itself";
}
const char *several(const weft_host_check_adapter &a) { return a.flags & WEFT_HOST_CHECK_ONE_LOOP ? "there is one loop in a process" : nullptr; }

// --- hold -----------------------------------------------------------------------------------------

void held(const Context &c) {
  Stage stage(c, {1, nullptr, false});
  if (c.failed())
    return;
  for (int round = 0; round < 5; ++round) { // holds again after it let go
    bool done = false;
    std::thread other;
    stage.go("waits", [&] {
      weft_token token = weft_token_new(nullptr);
      other = std::thread([token] {
        usleep(20000);
        weft_complete(token, WEFT_OK, 0);
      });
      weft_await(token, nullptr);
      done = true;
    });
    bool on = stage.run("a loop that is held goes on till another thread's post", [&] { return done; });
    if (other.joinable())
      other.join();
    if (!on)
      return;
  }
}

void let_go(const Context &c) {
  Stage stage(c, {1, nullptr, false});
  if (c.failed())
    return;
  bool done = false;
  stage.go("sleeps", [&] {
    weft_sleep(2 * kMs);
    done = true;
  });
  c.expect("`run` returns 0 when the last task has ended, and nothing else keeps the loop");
  std::function<bool()> never = [] { return false; };
  struct Asked {
    const Context &c;
  } asked{c};
  if (c.adapter.run(
          stage.host,
          [](void *arg) {
            const Context &context = static_cast<Asked *>(arg)->c;
            context.report->progress++;
            return context.failed() ? 1 : 0;
          },
          &asked) != 0 &&
      !c.failed())
    c.fail("HOST-16", "`run` answered 1, though `until` had not said so");
  if (!c.failed() && !done)
    c.fail("HOST-16", "expected: a loop that is held goes on while a task sleeps; seen: it ended");
}

// --- Tokens ---------------------------------------------------------------------------------------

void early(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  int good = 0, done = 0;
  for (bool foreign : {false, true})
    stage.go("waits", [&, foreign] {
      for (int i = 0; i < 20; ++i) {
        weft_token token = weft_token_new(nullptr);
        uint64_t value = 0;
        weft_status status = WEFT_OK;
        if (foreign)
          std::thread([&] { status = weft_complete(token, WEFT_OK, 5); }).join();
        else
          status = weft_complete(token, WEFT_OK, 5);
        good += status == WEFT_OK && weft_await(token, &value) == WEFT_OK && value == 5;
      }
      done++;
    });
  if (stage.run("what is completed before it is waited for", [&] { return done == 2; }) && good != 40)
    c.fail("HOST-07", "expected: a token that is completed before it is waited for answers its value; seen: %d of 40 did", good);
}

void late(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  bool done = false;
  weft_status second = WEFT_OK, after_timeout = WEFT_OK, after_cancel = WEFT_OK, after_drop = WEFT_OK, timeout = WEFT_OK, cancelled = WEFT_OK;
  stage.go("waits", [&] {
    weft_token token = weft_token_new(nullptr);
    weft_complete(token, WEFT_OK, 1);
    second = weft_complete(token, WEFT_OK, 2);
    weft_await(token, nullptr);
    token = weft_token_new(nullptr);
    timeout = weft_await_until(token, weft_now() + kMs, nullptr);
    std::thread([&] { after_timeout = weft_complete(token, WEFT_OK, 1); }).join();
    token = weft_token_new(nullptr);
    weft_cancel(weft_self());
    cancelled = weft_await(token, nullptr);
    std::thread([&] { after_cancel = weft_complete(token, WEFT_OK, 1); }).join();
    token = weft_token_new(nullptr);
    weft_token_drop(token);
    after_drop = weft_complete(token, WEFT_OK, 1);
    done = true;
  });
  if (!stage.run("a turn at a wait's deadline", [&] { return done; }))
    return;
  if (timeout != WEFT_E_TIMEOUT || cancelled != WEFT_E_CANCELLED)
    c.fail("HOST-07", "a wait with a deadline answered %s, one that was cancelled %s", weft_status_text(timeout), weft_status_text(cancelled));
  for (auto [what, status] : {std::pair<const char *, weft_status>{"second", second}, {"late (after a timeout)", after_timeout}, {"late (after a cancel)", after_cancel}, {"late (after a drop)", after_drop}})
    if (status != WEFT_E_STALE)
      c.fail("HOST-07", "a %s completion answered %s", what, weft_status_text(status));
}

void owner_gone(const Context &c) {
  weft_token token = 0;
  {
    Stage stage(c);
    if (c.failed())
      return;
    bool begun = false;
    stage.go("waits", [&] {
      token = weft_token_new(nullptr);
      begun = true;
      weft_await(token, nullptr);
    });
    if (!stage.run("a turn for a task", [&] { return begun; }))
      return;
    stage.end();
  }
  for (bool foreign : {false, true}) {
    weft_status status = WEFT_OK;
    if (foreign)
      std::thread([&] { status = weft_complete(token, WEFT_OK, 1); }).join();
    else
      status = weft_complete(token, WEFT_OK, 1);
    if (status != WEFT_E_STALE)
      c.fail("HOST-07", "a completion after its runtime was destroyed answered %s", weft_status_text(status));
  }
}

// --- The end --------------------------------------------------------------------------------------

void order(const Context &c) {
  for (bool by_task : {false, true}) {
    Stage stage(c, {1, nullptr, false});
    if (c.failed())
      return;
    struct End {
      Stage &stage;
      bool ended = false, on_loop = false;
      uint64_t abandoned = 99, live = 99;
    } end{stage};
    auto ended = [](void *arg, uint64_t abandoned) {
      auto *e = static_cast<End *>(arg);
      e->ended = true;
      e->abandoned = abandoned;
      e->live = e->stage.live();
      e->on_loop = e->stage.context.adapter.ops->on_loop(e->stage.host) != 0;
    };
    bool slept = false;
    stage.go("sleeps", [&] {
      if (by_task)
        weft_shutdown(stage.rt, WEFT_SHUTDOWN_WAIT, ended, &end);
      weft_sleep(5 * kMs);
      slept = true;
    });
    if (!by_task)
      weft_shutdown(stage.rt, WEFT_SHUTDOWN_WAIT, ended, &end);
    if (!stage.run("turns after weft_shutdown, until its tasks have ended", [&] { return end.ended; }))
      return;
    if (!slept || end.abandoned != 0 || end.live != 0 || !end.on_loop)
      return c.fail("HOST-17", "expected: tasks end first, then weft_shutdown is done, on the loop's thread; seen: %llu live, %llu abandoned, on another thread: %d",
                    (unsigned long long)end.live, (unsigned long long)end.abandoned, !end.on_loop);
    if (weft_turn(stage.rt, nullptr).status != WEFT_E_CLOSED)
      return c.fail("HOST-17", "a turn after the end did not answer WEFT_E_CLOSED");
    stage.once(); // of which the loop makes nothing
    weft_status status = weft_runtime_destroy(stage.rt);
    stage.rt = nullptr;
    if (status != WEFT_OK)
      return c.fail("HOST-17", "weft_runtime_destroy: %s", weft_status_text(status));
    if (stage.holds != 0 || stage.armed != WEFT_NEVER)
      return c.fail("HOST-17", "a destroyed runtime left the loop held %d times, or its timer armed", stage.holds);
    c.adapter.attach(stage.host, nullptr);
    stage.once(); // a post that nobody takes any more
  }
}

// By a runtime that lives, as the turns of one that is gone nobody counts.
void detached(const Context &c) {
  Stage stage(c);
  if (c.failed())
    return;
  weft_token token = 0;
  bool done = false;
  stage.go("waits", [&] {
    token = weft_token_new(nullptr);
    weft_await(token, nullptr);
    done = true;
  });
  if (!stage.run("a turn for a task", [&] { return token != 0; }))
    return;
  c.adapter.attach(stage.host, nullptr);
  const uint64_t turns = stage.turns();
  weft_complete(token, WEFT_OK, 0); // posts
  stage.once();
  if (stage.turns() != turns)
    return c.fail("HOST-17", "expected: no turn after `attach` with NULL; seen: %llu", (unsigned long long)(stage.turns() - turns));
  stage.attach();
  stage.ops.post(&stage); // what was asked of nobody may be forgotten
  stage.run("a turn by a post, when turns go to somebody again", [&] { return done; });
}

void abandoned(const Context &c) {
  Stage stage(c, {1, nullptr, false});
  if (c.failed())
    return;
  struct End {
    Stage &stage;
    bool ended = false;
    uint64_t count = 0;
    std::string name;
  } end{stage, false, 0, ""};
  bool begun = false, unwound = false;
  stage.go("stubborn", [&] {
    struct CleanUp {
      bool &done;
      ~CleanUp() { done = true; }
    } clean_up{unwound};
    begun = true;
    for (;;)
      weft_park();
  });
  if (!stage.run("a turn for a task", [&] { return begun; }))
    return;
  weft_shutdown(
      stage.rt, WEFT_SHUTDOWN_CANCEL,
      [](void *arg, uint64_t abandoned) {
        auto *e = static_cast<End *>(arg);
        e->ended = true;
        e->count = abandoned;
        weft_visit_tasks(
            e->stage.rt, [](void *name, const weft_task_info *info) { *static_cast<std::string *>(name) += info->name; }, &e->name);
      },
      &end);
  if (!stage.run("turns after weft_shutdown, until it gives up who does not end", [&] { return end.ended; }))
    return;
  if (end.count != 1 || end.name != "stubborn")
    return c.fail("HOST-17", "expected: weft_shutdown names the one task that it abandoned; seen: %llu, '%s'", (unsigned long long)end.count, end.name.c_str());
  weft_runtime_destroy(stage.rt);
  stage.rt = nullptr;
  c.adapter.attach(stage.host, nullptr);
  if (!unwound)
    c.fail("HOST-17", "the clean-ups of an abandoned task did not run");
}

size_t entries(const char *folder) {
  size_t n = 0;
  if (DIR *d = opendir(folder)) {
    while (readdir(d))
      n++;
    closedir(d);
  }
  return n;
}

void gives_back(const Context &c) {
  size_t descriptors = 0, threads = 0;
  constexpr int kWarm = 3, kRounds = 25;
  for (int round = 0; round < kWarm + kRounds && !c.failed(); ++round) {
    if (round == kWarm) {
      descriptors = entries("/proc/self/fd");
      threads = entries("/proc/self/task");
    }
    Stage stage(c);
    bool done = false;
    stage.go("sleeps", [&] {
      weft_sleep(kMs / 10);
      done = true;
    });
    stage.run("a turn at the armed time", [&] { return done; });
  }
  if (c.failed() || descriptors == 0)
    return;
  size_t then = entries("/proc/self/fd");
  if (then >= descriptors + kRounds / 2)
    return c.fail("HOST-17", "expected: `destroy` gives back what `make` took; seen: %zu descriptors, and after %d more loops %zu", descriptors, kRounds, then);
  then = entries("/proc/self/task");
  if (then >= threads + kRounds / 2)
    c.fail("HOST-17", "expected: `destroy` gives back what `make` took; seen: %zu threads, and after %d more loops %zu", threads, kRounds, then);
}

// In each of some batches, behind one that fills what is kept to be used again. Where malloc is another one (a sanitizer's) it has no numbers.
void memory(const Context &c) {
  constexpr int kRounds = 25, kBatches = 5;
  constexpr size_t kLeast = 16; // bytes of a loop
  int grown = 0;
  size_t before = 0, then = 0, first = 0;
  for (int batch = 0; batch <= kBatches && !c.failed(); ++batch) {
    for (int round = 0; round < kRounds && !c.failed(); ++round) {
      Stage stage(c);
      bool done = false;
      stage.go("sleeps", [&] {
        weft_sleep(kMs / 10);
        done = true;
      });
      stage.run("a turn at the armed time", [&] { return done; });
    }
    then = mallinfo2().uordblks;
    if (batch == 0)
      first = then;
    else
      grown += then >= before + kRounds * kLeast;
    before = then;
  }
  if (!c.failed() && grown == kBatches)
    c.fail("HOST-17", "expected: `destroy` gives back what `make` took; seen: %zu bytes of memory that %d loops have left", then - first, kBatches * kRounds);
}

// A thread completes while the waiter is cancelled, times out, or its runtime and loop are given back.
void close_race(const Context &c) {
  const uint64_t rounds = c.rounds_or(1500);
  struct Shared {
    std::atomic<weft_token> offered{0};
    std::atomic<uint64_t> completed{0}, tried{0};
    std::atomic<bool> stop{false};
  } shared;
  const uint64_t seed = c.seed;
  std::thread other([&] {
    Chance chance(seed);
    while (!shared.stop && !c.failed()) {
      weft_token token = shared.offered.exchange(0);
      if (!token) {
        std::this_thread::yield();
        continue;
      }
      for (uint64_t n = chance.below(3000); n; --n)
        shared.offered.load(std::memory_order_relaxed);
      shared.completed += weft_complete(token, WEFT_OK, 1) == WEFT_OK;
      shared.tried++;
    }
  });
  uint64_t taken = 0, offers = 0;
  Chance chance(seed + 1);
  for (uint64_t round = 0; round < rounds && !c.failed(); ++round) {
    Stage stage(c, {1, nullptr, false});
    if (c.failed())
      break;
    bool begun = false;
    uint64_t wait = chance.below(2) ? WEFT_NEVER : chance.below(20000);
    stage.go("waits", [&] {
      weft_token token = weft_token_new(nullptr);
      shared.offered = token;
      offers++;
      begun = true;
      taken += (wait == WEFT_NEVER ? weft_await(token, nullptr) : weft_await_until(token, weft_now() + wait, nullptr)) == WEFT_OK;
    });
    if (!stage.run("a turn for a task", [&] { return begun; }))
      break;
    for (uint64_t n = chance.below(2000); n; --n)
      shared.offered.load(std::memory_order_relaxed);
    stage.end();
    c.expect("a completion that meets the end of its runtime returns");
    while (shared.tried.load() != offers && !c.failed())
      std::this_thread::yield();
    if (!c.failed() && shared.completed.load() != taken)
      c.fail("HOST-07", "round %llu: completions answered WEFT_OK %llu times, and waits %llu times", (unsigned long long)round, (unsigned long long)shared.completed.load(), (unsigned long long)taken);
  }
  shared.stop = true;
  other.join();
}

// --- Two loops ------------------------------------------------------------------------------------

void two_threads(const Context &c) {
  struct Side {
    std::atomic<weft_token> offered{0};
  } sides[2];
  std::atomic<int> ended{0};
  std::atomic<void *> hosts[2] = {};
  const int rounds = static_cast<int>(c.rounds_or(300));
  auto loop = [&](int me) {
    Stage stage(c);
    if (c.failed())
      return;
    hosts[me] = stage.host;
    int done = 0;
    stage.go("gives and takes", [&] {
      for (int i = 0; i < rounds && !c.failed(); ++i) {
        weft_token token = weft_token_new(nullptr);
        sides[me].offered = token;
        weft_await(token, nullptr); // the other loop's tasks complete it
      }
      done++;
    });
    stage.go("serves the other", [&] {
      for (int i = 0; i < rounds && !c.failed();) {
        if (weft_token token = sides[!me].offered.exchange(0)) {
          weft_complete(token, WEFT_OK, 0);
          i++;
        }
        weft_sleep(i % 8 ? 1000 : 100000);
      }
      done++;
    });
    if (!stage.run("two loops on two threads turn, each by its own posts and deadlines", [&] { return done == 2; }))
      return;
    if (void *theirs = hosts[!me]; theirs && ended.load() == 0 && c.adapter.ops->on_loop(theirs))
      c.fail("HOST-18", "`on_loop` of another thread's loop answered 1");
    ended++;
    while (ended.load() != 2 && !c.failed())
      std::this_thread::yield();
  };
  std::thread other([&] { loop(1); });
  loop(0);
  other.join();
}

// One waits while the other runs, on one thread.
void two_here(const Context &c) {
  Stage first(c), second(c);
  if (c.failed())
    return;
  bool of_first = false, of_second = false, slept = false;
  first.go("first", [&] { of_first = true; });
  second.go("second", [&] { of_second = true; });
  first.go("sleeps", [&] {
    weft_sleep(20 * kMs);
    slept = true;
  });
  if (!first.run("a turn of this loop by its own post, whatever another one got", [&] { return of_first; }))
    return;
  if (of_second)
    return c.fail("HOST-18", "a loop gave turns to another one's runtime");
  if (!second.run("a turn of this loop by its own post, whatever another one got", [&] { return of_second; }))
    return;
  bool brief = false;
  second.go("sleeps", [&] {
    weft_sleep(kMs);
    brief = true;
  });
  if (second.run("a turn by this loop's own deadline", [&] { return brief; }))
    first.run("a turn by this loop's own deadline, whatever another one armed", [&] { return slept; });
}

} // namespace

const std::vector<Case> &end_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-16", "held", "a loop that is held does not end"}, "01 02 05 12", holds, held},
      {{"HOST-16", "let-go", "a loop that is let go of ends"}, "01 02 05 06 12 15 16", holds, let_go},
      {{"HOST-07", "early", "what is completed before it is waited for is kept"}, "01 02 05", nothing, early},
      {{"HOST-07", "late", "what is completed twice, after a timeout, a cancel or a drop is stale"}, "01 02 05 06 15", nothing, late},
      {{"HOST-07", "owner-gone", "what is completed after the runtime is gone is stale"}, "01 02 05", nothing, owner_gone},
      {{"HOST-17", "order", "tasks end first, then the runtime, then the loop"}, "01 02 05 06 15", nothing, order},
      {{"HOST-17", "detached", "who was told that its runtime is gone gives no turn"}, "01 02 05", has_timer, detached},
      {{"HOST-17", "abandoned", "who does not end is named, and its clean-ups run"}, "01 02 05", nothing, abandoned},
      {{"HOST-17", "gives-back", "a loop that ends gives back what it took"}, "01 02 05 06 15", several, gives_back},
      {{"HOST-17", "memory", "memory too"}, "01 02 05 06 15 17", several, memory},
      {{"HOST-18", "two-here", "two loops on one thread have nothing to do with each other"}, "01 02 05 06 15", several, two_here},
      {{"HOST-18", "two-threads", "two loops on two threads have nothing to do with each other"}, "01 02 05 06 15 18", several, two_threads},
      {{"HOST-17", "close-race", "completions meet the end of the wait, the runtime and the loop"}, "01 02 05 06 07 15 17 18", several, close_race},
  };
  return cases;
}

} // namespace host_conformance
