// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Groups, deadlines and shields of several workers: ends, failures, cancels and deadlines that come at the same moment.
#include "group_tasks.h"
#include "on_workers.h"

#include <vector>

namespace {

const int scale = thoroughly(10);
constexpr weft_status kFailed = -5;

} // namespace

TEST_CASE("a group's tasks run on several workers, and the wait ends after the last") {
  OnWorkers w(3);
  std::atomic<int> here{0}, ended{0}, seen{0}, met{0};
  std::atomic<int> status{1};
  w.go([&] {
    weft_group *g = weft_group_new(nullptr);
    for (int i = 0; i < 3; ++i)
      spawn_into(g, [&] {
        met += meet(here, 3);
        ended++;
        return WEFT_OK;
      });
    status = weft_group_wait(g);
    seen = ended.load();
    weft_group_free(g);
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(met == 3);
  CHECK(status == WEFT_OK);
  CHECK(seen == 3);
}

TEST_CASE("children that end while their waiter is cancelled are all waited for, and the cancel is "
          "told of once") {
  OnWorkers w(3);
  std::atomic<int> wrong{0}, done{0};
  const int rounds = 2000 * scale;
  w.go([&] {
    for (int n = 0; n < rounds; ++n) {
      std::atomic<int> live{0}, told{0};
      weft_task waiter = 0;
      std::atomic<bool> over{false};
      weft_chan *go = weft_chan_new(0, 0);
      // The group's tasks end by themselves or by the cancel, whichever comes first.
      OnWorkers::go(
          [&] {
            weft_group *g = weft_group_new(nullptr);
            for (int i = 0; i < 3; ++i) {
              live++;
              spawn_into(g, [&] {
                weft_status s = weft_chan_recv(go, nullptr);
                live--;
                return s == WEFT_E_CANCELLED ? WEFT_E_CANCELLED : WEFT_OK;
              });
            }
            weft_status status = weft_group_wait(g);
            wrong += live != 0;
            told += status == WEFT_E_CANCELLED;
            wrong += status != WEFT_OK && status != WEFT_E_CANCELLED;
            wrong += weft_group_free(g) != WEFT_OK;
            told += weft_park_until(0) == WEFT_E_CANCELLED;
            told += weft_park_until(0) == WEFT_E_CANCELLED;
            over = true;
          },
          &waiter);
      OnWorkers::go([&, waiter] { weft_cancel(waiter); });
      weft_chan_close(go);
      wrong += weft_join(waiter) != WEFT_OK;
      while (!over)
        weft_yield();
      // The cancel may have come when the waiter was done, or before its first wait.
      wrong += told > 1;
      weft_chan_free(go);
      // live and told are in this frame: who cancels has none of them.
      done++;
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(done == rounds);
  CHECK(wrong == 0);
}

TEST_CASE("of several failures at the same time one is the error, and all tasks end") {
  OnWorkers w(3);
  std::atomic<int> wrong{0}, done{0};
  const int rounds = 1000 * scale;
  w.go([&] {
    for (int n = 0; n < rounds; ++n) {
      std::atomic<int> live{0};
      weft_group *g = weft_group_new(nullptr);
      for (int i = 0; i < 6; ++i) {
        live++;
        if (!spawn_into(g, [&, i] {
              weft_status s = i % 2 ? weft_park() : kFailed - i;
              live--;
              return s;
            }))
          live--; // one has failed already
      }
      weft_status status = weft_group_wait(g);
      wrong += status != kFailed && status != kFailed - 2 && status != kFailed - 4;
      wrong += live != 0;
      wrong += weft_group_free(g) != WEFT_OK;
      done++;
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(done == rounds);
  CHECK(wrong == 0);
}

TEST_CASE("a deadline passes while the wait inside is ended, and never outlives its scope") {
  OnWorkers w(3);
  std::atomic<int> wrong{0}, done{0}, timeouts{0};
  std::atomic<bool> end{false};
  weft_sem sem = {};
  const int rounds = 2000 * scale;
  std::atomic<int> tasks{2};
  for (int t = 0; t < 2; ++t)
    w.go([&] {
      for (int n = 0; n < rounds; ++n) {
        weft_scope scope;
        weft_deadline_begin(&scope, weft_now() + static_cast<uint64_t>(n % 64) * 500);
        weft_status inside = WEFT_OK;
        for (int i = 0; i < 4 && inside == WEFT_OK; ++i)
          inside = weft_sem_acquire(&sem, WEFT_NEVER);
        weft_status status = weft_deadline_end(&scope);
        wrong += inside == WEFT_E_CANCELLED && status != WEFT_E_TIMEOUT;
        timeouts += status == WEFT_E_TIMEOUT;
        wrong += weft_park_until(0) != WEFT_E_TIMEOUT; // no cancel is left
        done++;
      }
      if (--tasks == 0)
        end = true;
    });
  w.go([&] {
    while (!end) {
      weft_sem_release(&sem, 1);
      weft_yield();
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(done == 2 * rounds);
  CHECK(wrong == 0);
}

TEST_CASE("a loop in a passed deadline is still served by who wakes it") {
  OnWorkers w(3);
  weft_sem sem = {};
  std::atomic<int> got{0}, cancelled{0};
  std::atomic<bool> end{false};
  const int wanted = 2000 * scale;
  w.go([&] {
    weft_scope scope;
    weft_deadline_begin(&scope, 1);
    while (got < wanted) {
      weft_status s = weft_sem_acquire(&sem, got % 2 ? WEFT_NEVER : UINT64_MAX / 2);
      got += s == WEFT_OK;
      cancelled += s == WEFT_E_CANCELLED;
    }
    weft_deadline_end(&scope);
    end = true;
  });
  w.go([&] {
    while (!end) {
      weft_sem_release(&sem, 1);
      weft_yield();
    }
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(got == wanted);
}

TEST_CASE(
    "each cancel of a task that goes in and out of shields is answered once, outside of them") {
  OnWorkers w(3);
  std::atomic<int> wrong{0}, answered{0}, asked{0};
  std::atomic<int> given{0}, taken{0}; // one at a time: what is there already is taken without a wait, and answers no cancel
  std::atomic<bool> end{false};
  weft_sem sem = {};
  weft_task task = 0;
  w.go(
      [&] {
        while (!end || answered < asked) {
          weft_scope shield;
          weft_shield_begin(&shield);
          if (weft_sem_acquire(&sem, WEFT_NEVER) == WEFT_OK)
            taken++;
          else
            wrong++;
          weft_shield_end(&shield);
          if (weft_sem_acquire(&sem, WEFT_NEVER) == WEFT_E_CANCELLED)
            answered++;
          else
            taken++;
        }
      },
      &task);
  std::atomic<bool> over{false};
  w.go([&] {
    for (int n = 0; n < 2000 * scale; ++n) {
      asked++;
      weft_cancel(task);
      weft_yield();
    }
    end = true;
  });
  w.go([&] {
    while (!over) {
      if (given == taken) {
        given++;
        weft_sem_release(&sem, 1);
      }
      weft_yield();
    }
  });
  w.go([&] {
    wrong += weft_join(task) != WEFT_OK;
    over = true;
  });
  CHECK(w.run() == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(answered == asked);
}

TEST_CASE("groups that were given up on several workers are unwound from within") {
  std::atomic<int> tasks{0}, wrong{0}, owners{0};
  {
    OnWorkers w(3);
    std::atomic<int> waiting{0};
    for (int i = 0; i < 4; ++i)
      w.go([&] {
        struct Owner {
          std::atomic<int> live{0}, *wrong, *owners;
          ~Owner() {
            *wrong += live != 0;
            ++*owners;
          }
        } owner;
        owner.wrong = &wrong;
        owner.owners = &owners;
        weft_group *g = weft_group_new(nullptr);
        struct Free {
          weft_group *g;
          ~Free() { weft_group_free(g); }
        } free{g};
        for (int n = 0; n < 3; ++n) {
          owner.live++;
          spawn_into(g, [&] {
            struct Gone {
              std::atomic<int> *live, *tasks;
              ~Gone() {
                --*live;
                ++*tasks;
              }
            } gone{&owner.live, &tasks};
            waiting++;
            for (;;)
              weft_chan_recv(nullptr, nullptr);
            return WEFT_OK;
          });
        }
        weft_group_wait(g);
      });
    w.go([&] {
      while (waiting < 12)
        weft_yield();
    });
    CHECK(w.run() == WEFT_E_DEADLOCK);
    weft_shutdown(w.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  }
  CHECK(tasks == 12);
  CHECK(owners == 4);
  CHECK(wrong == 0);
}
