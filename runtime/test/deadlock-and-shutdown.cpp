// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How a runtime ends: no task lives, nothing can wake those that do, or it is told to.
#include "on_manual.h"
#include "weft/sync.h"

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
