// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How a runtime ends: no task lives, nothing can wake those that do, or it is told to.
#include "on_manual.h"
#include "recording_scheduler.h"
#include "weft/sync.h"

#include <cerrno>
#include <stdexcept>

namespace {
struct Done {
  int calls = 0;
  uint64_t abandoned = 0;
  static void take(void *arg, uint64_t n) {
    auto *d = static_cast<Done *>(arg);
    d->calls++;
    d->abandoned = n;
  }
};

// Runs body as a task that goes on waiting whatever it is told, and gives it up.
template <class F> void abandon(F body, const char *sched = "fifo") {
  OnManual m(sched);
  m.go([&] {
    for (;;)
      body();
  });
  m.settle();
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  m.settle();
}
} // namespace

TEST_CASE("tasks that wait for each other are a deadlock, and stay as they are") {
  OnManual m;
  weft_chan *chan = weft_chan_new(0, 0);
  weft_task task = m.go([&] { weft_chan_recv(chan, nullptr); });
  CHECK(weft_run(m.rt) == WEFT_E_DEADLOCK);
  CHECK(weft_task_id(task) != 0);
  m.go([&] { weft_chan_send(chan, nullptr); });
  CHECK(weft_run(m.rt) == WEFT_OK);
  weft_chan_free(chan);
}

TEST_CASE("a host that knows that nothing will come makes parked tasks a deadlock too") {
  OnManual m;
  weft_task task = m.go([] { weft_park(); });
  CHECK(weft_run(m.rt) == WEFT_E_DEADLOCK);
  weft_wake(task);
  CHECK(weft_run(m.rt) == WEFT_OK);
}

TEST_CASE("a sleeper is no deadlock") {
  OnManual m;
  m.go([] { weft_sleep(1000); });
  CHECK(weft_run(m.rt) == WEFT_OK);
}

TEST_CASE("a runtime with tasks is not destroyed") {
  OnManual m;
  m.go([] { weft_park(); });
  m.settle();
  CHECK(weft_runtime_destroy(m.rt) == WEFT_E_BUSY);
}

TEST_CASE("shutdown that waits refuses new tasks and ends with the last one") {
  OnManual m;
  Done done;
  weft_task task = m.go([] { weft_park(); });
  m.settle();
  CHECK(weft_shutdown(m.rt, WEFT_SHUTDOWN_WAIT, Done::take, &done) == WEFT_OK);
  CHECK(weft_shutdown(m.rt, WEFT_SHUTDOWN_WAIT, Done::take, &done) == WEFT_E_CLOSED);
  m.go([] {});
  CHECK(m.status == WEFT_E_CLOSED);
  m.settle();
  CHECK(done.calls == 0);
  weft_wake(task);
  m.settle();
  CHECK(done.calls == 1);
  CHECK(done.abandoned == 0);
  CHECK(weft_manual_holds(m.host) == 0);
  CHECK(weft_turn(m.rt, nullptr).status == WEFT_E_CLOSED);
}

TEST_CASE("shutdown that cancels wakes everybody, daemons too") {
  OnManual m;
  Done done;
  std::vector<weft_status> statuses;
  m.go([&] { statuses.push_back(weft_park()); });
  m.go([&] { statuses.push_back(weft_sleep(1000)); }, nullptr,
       WEFT_SPAWN_DETACHED | WEFT_SPAWN_DAEMON);
  m.settle();
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, Done::take, &done);
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(statuses == std::vector<weft_status>{WEFT_E_CANCELLED, WEFT_E_CANCELLED});
  CHECK(done.calls == 1);
  CHECK(done.abandoned == 0);
}

TEST_CASE("shutdown of nothing is done in the next turn") {
  OnManual m;
  Done done;
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, Done::take, &done);
  CHECK(done.calls == 0);
  m.settle();
  CHECK(done.calls == 1);
}

TEST_CASE("a task that will not end is abandoned, and its clean-ups run at destroy") {
  Done done;
  bool cleaned = false;
  struct Cleanup {
    bool *flag;
    ~Cleanup() { *flag = true; }
  };
  {
    OnManual m;
    m.go([&] {
      Cleanup cleanup{&cleaned};
      for (;;)
        weft_park();
    });
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, Done::take, &done);
    m.settle();
    CHECK(done.calls == 1);
    CHECK(done.abandoned == 1);
    CHECK_FALSE(cleaned);
  }
  CHECK(cleaned);
}

TEST_CASE("who is told that tasks were abandoned can name them and what they wait for") {
  struct Told {
    weft_runtime *rt;
    std::string names;
    uint64_t abandoned = 0;
  } told;
  OnManual m;
  told.rt = m.rt;
  m.go([] {
    for (;;)
      weft_park();
  }, nullptr, WEFT_SPAWN_DETACHED, "stubborn");
  m.go([] {
    for (;;)
      weft_chan_recv(nullptr, nullptr);
  }, nullptr, WEFT_SPAWN_DETACHED, "deaf");
  m.go([] { weft_park(); }, nullptr, WEFT_SPAWN_DETACHED, "willing");
  m.settle();
  weft_shutdown(
      m.rt, WEFT_SHUTDOWN_CANCEL,
      [](void *arg, uint64_t abandoned) {
        auto *t = static_cast<Told *>(arg);
        t->abandoned = abandoned;
        weft_visit_tasks(
            t->rt,
            [](void *to, const weft_task_info *info) {
              static_cast<Told *>(to)->names += std::string(info->name) + ": " + info->waits + "; ";
            },
            t);
      },
      &told);
  m.settle();
  CHECK(told.abandoned == 2);
  CHECK(told.names.find("stubborn: wake; ") != std::string::npos);
  CHECK(told.names.find("deaf: channel receive (nil); ") != std::string::npos);
  CHECK(told.names.find("willing") == std::string::npos);
}

TEST_CASE("clean-ups of abandoned tasks wake others that are abandoned too") {
  int cleaned = 0;
  {
    OnManual m;
    std::vector<weft_task> tasks(8);
    for (size_t i = 0; i < tasks.size(); ++i)
      tasks[i] = m.go([&, i] {
        struct Wakes {
          weft_task whom;
          int *cleaned;
          ~Wakes() {
            weft_wake(whom);
            ++*cleaned;
          }
        } wakes{i % 2 == 0 ? tasks[i + 1] : 0, &cleaned};
        for (;;)
          weft_park();
      });
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    m.settle();
    CHECK(weft_runtime_destroy(m.rt) == WEFT_OK); // with tasks alive in here
    m.rt = nullptr;
  }
  CHECK(cleaned == 8);
}

TEST_CASE("an abandoned task leaves the channels it waits in") {
  weft_chan *chan = weft_chan_new(0, 0), *other = weft_chan_new(0, 0);
  abandon([&] { weft_chan_recv(chan, nullptr); });
  CHECK(weft_chan_try_send(chan, nullptr) == WEFT_E_AGAIN);
  abandon([&] {
    weft_select_case cases[2] = {};
    cases[0].chan = chan;
    cases[1].chan = other;
    cases[0].op = cases[1].op = WEFT_SELECT_RECV;
    weft_select(cases, 2, 0, WEFT_NEVER);
  });
  CHECK(weft_chan_try_send(chan, nullptr) == WEFT_E_AGAIN);
  CHECK(weft_chan_try_send(other, nullptr) == WEFT_E_AGAIN);
  weft_chan_free(chan);
  weft_chan_free(other);
}

TEST_CASE("clean-ups of abandoned tasks may unlock what others wait for") {
  weft_mutex mutex = {};
  {
    OnManual m;
    struct Lock {
      weft_mutex *m;
      explicit Lock(weft_mutex *of) : m(of) { weft_mutex_lock(m); }
      ~Lock() { weft_mutex_unlock(m); }
    };
    // Waiters that are unwound before the owner, and after it.
    auto waiter = [&] {
      weft_yield();
      while (weft_mutex_lock(&mutex) != WEFT_OK)
        ;
    };
    m.go(waiter);
    m.go([&] {
      Lock lock(&mutex);
      for (;;)
        weft_park();
    });
    m.go(waiter);
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    m.settle();
  }
}

TEST_CASE("the host's exception and errno are its own while abandoned tasks are unwound") {
  int seen = 0;
  struct Cleanup {
    int *seen;
    ~Cleanup() {
      *seen = errno;
      errno = 3;
    }
  };
  std::string what;
  try {
    throw std::runtime_error("the host's");
  } catch (...) {
    abandon([&] {
      Cleanup cleanup{&seen};
      errno = 7;
      try {
        throw std::runtime_error("the task's");
      } catch (const std::exception &) {
        for (;;)
          weft_park();
      }
    });
    errno = 0;
    try {
      throw;
    } catch (const std::exception &e) {
      what = e.what();
    }
  }
  CHECK(seen == 7);
  CHECK(what == "the host's");
  CHECK(std::uncaught_exceptions() == 0);
}

TEST_CASE("a scheduler is told of the end of abandoned tasks, none of them queued") {
  Recording::enroll();
  {
    OnManual m("recording");
    weft_task task = m.go([] {
      for (;;)
        weft_park();
    });
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    m.settle();
    weft_wake(task); // ready again, and never picked
    Recording::take();
  }
  CHECK(Recording::take() ==
        std::vector<std::string>{"? pick task 1", "? ran task 1 done", "? retire task 1", "? stop", "? destroy"});
}

TEST_CASE("a task may wake one of another runtime of its thread, on any stack") {
  Recording::enroll();
  OnManual other("recording");
  OnManual m;
  bool woken = false;
  weft_task sleeper = other.go([&] {
    weft_park();
    woken = true;
  });
  other.settle();
  m.go([&] { CHECK(weft_wake(sleeper) == WEFT_OK); });
  m.settle();
  char *here = static_cast<char *>(__builtin_frame_address(0));
  CHECK(here - Recording::ready_frame() > 0); // of the same stack, below
  CHECK(here - Recording::ready_frame() < 0x40000);
  other.settle();
  CHECK(woken);
}
