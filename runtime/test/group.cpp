// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A group's tasks end with the wait for it: all that succeed, the rest when one fails, and all when the waiter is cancelled.
#include "group_tasks.h"
#include "on_manual.h"
#include "weft/sync.h"

#include <cstring>
#include <stdexcept>

namespace {
// What was spawned before waits already when time goes on.
void pass(OnManual &m, uint64_t ns) {
  m.settle();
  m.pass(ns);
}

constexpr weft_status kFailed = -5, kOther = -6;

struct Group {
  weft_group *g;
  explicit Group(OnManual &m) : g(weft_group_new(m.rt)) { CHECK(g); }
  ~Group() { CHECK(weft_group_free(g) == WEFT_OK); }
  operator weft_group *() const { return g; }
};
} // namespace

TEST_CASE("a wait ends with the last task of the group") {
  OnManual m;
  Group g(m);
  int ended = 0;
  for (uint64_t n = 1; n <= 3; ++n)
    spawn_into(g, [&, n] {
      weft_sleep(n * 10);
      ++ended;
      return WEFT_OK;
    });
  weft_status status = 1;
  m.go([&] {
    status = weft_group_wait(g);
    CHECK(ended == 3);
  });
  pass(m, 20);
  CHECK(status == 1);
  pass(m, 10);
  CHECK(status == WEFT_OK);
}

TEST_CASE("an empty group's wait is over at once, outside of tasks too") {
  OnManual m;
  Group g(m), other(m);
  CHECK(weft_group_wait(g) == WEFT_OK);
  weft_status status = 1;
  m.go([&] { status = weft_group_wait(other); });
  m.settle();
  CHECK(status == WEFT_OK);
}

TEST_CASE("the first failure is the group's error and cancels the rest") {
  OnManual m;
  Group g(m);
  std::vector<weft_status> rest;
  for (int n = 0; n < 2; ++n)
    spawn_into(g, [&] {
      rest.push_back(weft_park());
      return kOther; // too late to be the first
    });
  spawn_into(g, [] {
    weft_sleep(10);
    return kFailed;
  });
  weft_status status = 1;
  m.go([&] { status = weft_group_wait(g); });
  m.settle();
  CHECK(status == 1);
  pass(m, 10);
  CHECK(status == kFailed);
  CHECK(rest == std::vector<weft_status>{WEFT_E_CANCELLED, WEFT_E_CANCELLED});
}

TEST_CASE("a failure before the wait is kept for it") {
  OnManual m;
  Group g(m);
  spawn_into(g, [] { return kFailed; });
  m.settle();
  CHECK(weft_group_wait(g) == kFailed);
}

TEST_CASE("a waiter that is cancelled cancels the group and still waits for all") {
  OnManual m;
  Group g(m);
  bool cleaned = false;
  spawn_into(g, [&] {
    weft_status status = weft_park();
    weft_sleep(10); // its clean-up
    cleaned = true;
    return status;
  });
  std::vector<weft_status> statuses;
  weft_task waiter = m.go([&] {
    statuses.push_back(weft_group_wait(g));
    CHECK(cleaned);
    statuses.push_back(weft_sleep(10));
  });
  m.settle();
  weft_cancel(waiter);
  m.settle();
  CHECK(statuses.empty());
  pass(m, 10);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_CANCELLED});
  pass(m, 10);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_CANCELLED, WEFT_OK});
}

TEST_CASE("further cancels of the waiter are for its next wait, and interrupt no clean-up") {
  OnManual m;
  Group g(m);
  weft_status cleaning = 1;
  spawn_into(g, [&] {
    weft_status status = weft_park();
    cleaning = weft_sleep(10);
    return status;
  });
  std::vector<weft_status> statuses;
  weft_task waiter = m.go([&] {
    statuses.push_back(weft_group_wait(g));
    statuses.push_back(weft_sleep(10));
    statuses.push_back(weft_sleep(10));
  });
  m.settle();
  weft_cancel(waiter);
  m.settle();
  weft_cancel(waiter);
  pass(m, 10);
  CHECK(cleaning == WEFT_OK);
  pass(m, 10);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_CANCELLED, WEFT_E_CANCELLED, WEFT_OK});
}

TEST_CASE("a cancel that the wait's answer does not tell of is for the next wait") {
  OnManual m;
  Group g(m);
  spawn_into(g, [] {
    weft_park();
    return kOther;
  });
  std::vector<weft_status> statuses;
  weft_task waiter = m.go([&] {
    statuses.push_back(weft_group_wait(g));
    statuses.push_back(weft_sleep(10));
  });
  m.settle();
  SECTION("the group had failed") { CHECK(weft_group_cancel(g, kFailed) == WEFT_OK); }
  SECTION("its task's failure and the cancel come together") {
    spawn_into(g, [&] {
      weft_cancel(waiter);
      return kFailed;
    });
  }
  weft_cancel(waiter);
  m.settle();
  CHECK(statuses.size() == 2);
  CHECK(statuses.back() == WEFT_E_CANCELLED);
}

TEST_CASE("a wait whose group ended before the cancel answers that, and keeps the cancel") {
  OnManual m;
  Group g(m);
  weft_task waiter = 0;
  spawn_into(g, [&] {
    weft_sleep(10);
    weft_cancel(waiter);
    return WEFT_OK;
  });
  std::vector<weft_status> statuses;
  waiter = m.go([&] {
    statuses.push_back(weft_group_wait(g));
    statuses.push_back(weft_sleep(10));
  });
  pass(m, 10);
  CHECK(statuses == std::vector<weft_status>{WEFT_OK, WEFT_E_CANCELLED});
}

TEST_CASE("cancelling a group reaches the groups that its tasks wait for") {
  OnManual m;
  Group outer(m);
  weft_status innermost = 1, middle = 1;
  spawn_into(outer, [&] {
    weft_group *inner = weft_group_new(nullptr);
    spawn_into(inner, [&] { return innermost = weft_park(); });
    middle = weft_group_wait(inner);
    CHECK(weft_group_free(inner) == WEFT_OK);
    return middle;
  });
  weft_status status = 1;
  m.go([&] { status = weft_group_wait(outer); });
  m.settle();
  CHECK(weft_group_cancel(outer, kFailed) == WEFT_OK);
  m.settle();
  CHECK(innermost == WEFT_E_CANCELLED);
  CHECK(middle == WEFT_E_CANCELLED);
  CHECK(status == kFailed);
}

TEST_CASE("a group's tasks spawn into it while it is waited for") {
  OnManual m;
  Group g(m);
  int ended = 0;
  std::function<weft_status(int)> grow = [&](int depth) {
    for (int i = 0; depth && i < 2; ++i)
      spawn_into(g, [&grow, depth] { return grow(depth - 1); });
    weft_yield();
    ++ended;
    return WEFT_OK;
  };
  spawn_into(g, [&] { return grow(4); });
  weft_status status = 1;
  m.go([&] { status = weft_group_wait(g); });
  m.settle();
  CHECK(status == WEFT_OK);
  CHECK(ended == 31);
}

TEST_CASE("what was cancelled, has failed or is over takes no more tasks") {
  OnManual m;
  Group g(m);
  weft_status status = WEFT_OK;
  SECTION("cancelled") { CHECK(weft_group_cancel(g, kFailed) == WEFT_OK); }
  SECTION("failed") {
    spawn_into(g, [] { return kFailed; });
    m.settle();
  }
  SECTION("over") { CHECK(weft_group_wait(g) == WEFT_OK); }
  CHECK(spawn_into(g, [] { return WEFT_OK; }, &status) == 0);
  CHECK(status == WEFT_E_CLOSED);
  CHECK(weft_group_cancel(g, kOther) == WEFT_E_CLOSED);
}

TEST_CASE("misuse of a group is a status, and changes nothing") {
  OnManual m;
  Group g(m);
  CHECK(weft_group_spawn(
            nullptr, [](void *) { return weft_status{WEFT_OK}; }, nullptr, nullptr, nullptr) ==
        WEFT_E_INVAL);
  CHECK(weft_group_spawn(g, nullptr, nullptr, nullptr, nullptr) == WEFT_E_INVAL);
  CHECK(weft_group_cancel(g, WEFT_OK) == WEFT_E_INVAL);
  CHECK(weft_group_cancel(nullptr, kFailed) == WEFT_E_INVAL);
  CHECK(weft_group_wait(nullptr) == WEFT_E_INVAL);
  CHECK(weft_group_free(nullptr) == WEFT_OK);
  weft_task child = spawn_into(g, [] {
    weft_park();
    return WEFT_OK;
  });
  CHECK(weft_group_wait(g) == WEFT_E_NOTASK);
  CHECK(weft_group_free(g) == WEFT_E_BUSY);
  weft_status first = 1, second = 1;
  m.go([&] { first = weft_group_wait(g); });
  m.go([&] { second = weft_group_wait(g); });
  m.settle();
  CHECK(second == WEFT_E_BUSY);
  CHECK(weft_group_free(g) == WEFT_E_BUSY);
  weft_wake(child);
  m.settle();
  CHECK(first == WEFT_OK);
  CHECK(weft_group_wait(g) == WEFT_E_STALE);
}

TEST_CASE("what a spawn refuses is no task of the group") {
  OnManual m;
  Group g(m);
  weft_domain *closed = m.domain("closed");
  weft_status status = WEFT_OK;
  m.go([&] { status = weft_park(); }, closed);
  m.settle();
  m.go([&] { weft_domain_close(closed); });
  m.turn(1);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.domain = closed;
  CHECK(weft_group_spawn(
            g, [](void *) { return weft_status{WEFT_OK}; }, nullptr, &attr, nullptr) ==
        WEFT_E_CLOSED);
  CHECK(weft_group_wait(g) == WEFT_OK);
  m.settle();
}

TEST_CASE("dumps show who waits for a group") {
  OnManual m;
  Group g(m);
  weft_task child = spawn_into(g, [] {
    weft_park();
    return WEFT_OK;
  });
  weft_task waiter = m.go([&] { weft_group_wait(g); });
  m.settle();
  struct Seen {
    uint64_t waiter;
    std::string waits;
  } seen = {weft_task_id(waiter), ""};
  weft_visit_tasks(
      m.rt,
      [](void *arg, const weft_task_info *info) {
        auto *s = static_cast<Seen *>(arg);
        if (info->id == s->waiter)
          s->waits = info->waits;
      },
      &seen);
  CHECK(seen.waits == "group");
  weft_wake(child);
  m.settle();
}

namespace {
// Notes the order in which frames go.
struct Frame {
  std::vector<std::string> *gone;
  const char *name;
  ~Frame() { gone->push_back(name); }
};
} // namespace

TEST_CASE("when all is given up, a group's tasks are unwound before who waits for them") {
  std::vector<std::string> gone;
  bool waits = false;
  SECTION("in the wait") { waits = true; }
  SECTION("elsewhere") {}
  {
    OnManual m;
    m.go([&] {
      Frame frame{&gone, "owner"};
      weft_group *g = weft_group_new(nullptr);
      struct Free {
        weft_group *g;
        ~Free() { weft_group_free(g); }
      } free{g};
      for (int n = 0; n < 2; ++n)
        spawn_into(g, [&] {
          Frame frame{&gone, "task"};
          for (;;)
            weft_park();
          return WEFT_OK;
        });
      if (waits)
        weft_group_wait(g);
      for (;;)
        weft_park();
    });
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    m.settle();
    CHECK(gone.empty());
  }
  CHECK(gone == std::vector<std::string>{"task", "task", "owner"});
}

TEST_CASE("a task that is given up may free its own group in its clean-up: it is still in it") {
  weft_status freed = WEFT_OK, waited = WEFT_OK;
  weft_group *g = nullptr;
  struct CleanUp {
    weft_group *&g;
    weft_status &freed, &waited;
    ~CleanUp() {
      waited = weft_group_wait(g);
      freed = weft_group_free(g);
    }
  };
  {
    OnManual m;
    m.go([&] {
      g = weft_group_new(nullptr);
      struct Free {
        weft_group *g;
        ~Free() { CHECK(weft_group_free(g) == WEFT_OK); }
      } free{g};
      spawn_into(g, [&] {
        CleanUp clean_up{g, freed, waited};
        for (;;)
          weft_park();
        return WEFT_OK;
      });
      for (;;)
        weft_park();
    });
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    m.settle();
  }
  CHECK(waited == WEFT_E_BUSY);
  CHECK(freed == WEFT_E_BUSY);
}

TEST_CASE("a wait goes on for who was spawned when the last one had ended and it had not been picked yet") {
  OnManual m;
  Group g(m);
  bool late_ended = false;
  weft_status status = 1, spawned = 1;
  m.go([&] {
    status = weft_group_wait(g);
    CHECK(late_ended);
  });
  spawn_into(g, [] {
    weft_yield();
    return WEFT_OK;
  });
  m.go([&] { // runs after the last task's end, and before the waiter that it woke
    weft_yield();
    spawn_into(
        g,
        [&] {
          for (int i = 0; i < 5; ++i)
            weft_yield();
          late_ended = true;
          return WEFT_OK;
        },
        &spawned);
  });
  m.settle();
  CHECK(spawned == WEFT_OK);
  CHECK(status == WEFT_OK);
}
