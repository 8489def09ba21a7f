/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A mutex excludes across suspensions, is handed over in order, and survives cancels and deadlines.
#include "in_tasks.h"
#include "weft/sync.h"

#include <algorithm>
#include <string>

TEST_CASE("only one task at a time is between lock and unlock", "[mutex]") {
  InTasks tasks;
  weft_mutex m = {};
  int inside = 0, most = 0, rounds = 0;
  for (int t = 0; t < 100; ++t)
    tasks.go(
        [&, t] {
          for (int i = 0; i < 20; ++i) {
            bool locked = weft_mutex_lock(&m) == WEFT_OK;
            most = std::max(most, ++inside);
            if ((t + i) % 3 == 0)
              weft_yield();
            --inside;
            rounds += locked && weft_mutex_unlock(&m) == WEFT_OK;
          }
        },
        WEFT_STACK_DEFAULT);
  CHECK(tasks.run() == WEFT_OK);
  CHECK(most == 1);
  CHECK(rounds == 2000);
  CHECK(m.owner == 0);
}

TEST_CASE("unlock hands the mutex to the one that has waited longest", "[mutex]") {
  InTasks tasks;
  weft_mutex m = {};
  std::string order;
  tasks.run([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    for (char name : {'a', 'b', 'c'})
      tasks.go([&, name] {
        CHECK(weft_mutex_lock(&m) == WEFT_OK);
        order += name;
        CHECK(weft_mutex_unlock(&m) == WEFT_OK);
      });
    settle();
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
    CHECK(weft_mutex_trylock(&m) == WEFT_E_AGAIN); // it is a's already
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    CHECK(order == "abc");
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
}

TEST_CASE("locking twice is an error, or waits for another's unlock on request", "[mutex]") {
  InTasks tasks;
  weft_mutex m = {};
  tasks.run([&] {
    CHECK(weft_mutex_unlock(&m) == WEFT_E_INVAL);
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    CHECK(weft_mutex_lock(&m) == WEFT_E_BUSY);
    CHECK(weft_mutex_trylock(&m) == WEFT_E_AGAIN);
    tasks.go([&] { CHECK(weft_mutex_unlock(&m) == WEFT_OK); });
    CHECK(weft_mutex_lock_with(&m, WEFT_MUTEX_RELOCK_WAITS, WEFT_NEVER) == WEFT_OK);
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
    CHECK(weft_mutex_unlock(&m) == WEFT_E_INVAL);
  });
}

TEST_CASE("a mutex works on the loop's thread as long as nothing waits", "[mutex]") {
  InTasks tasks;
  weft_mutex m = {};
  CHECK(weft_mutex_lock(&m) == WEFT_OK);
  CHECK(weft_mutex_lock(&m) == WEFT_E_BUSY);
  tasks.go([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  CHECK(tasks.run() == WEFT_E_DEADLOCK);
  CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  CHECK(tasks.run() == WEFT_OK);
}

TEST_CASE("a cancel or a deadline ends the wait for a mutex without taking it", "[mutex]") {
  InTasks tasks;
  weft_mutex m = {};
  tasks.run([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    weft_task cancelled = tasks.go([&] { CHECK(weft_mutex_lock(&m) == WEFT_E_CANCELLED); });
    tasks.go([&] {
      CHECK(weft_mutex_lock_with(&m, 0, weft_now() + 1000000) == WEFT_E_TIMEOUT);
      CHECK(weft_mutex_lock(&m) == WEFT_OK);
      CHECK(weft_mutex_unlock(&m) == WEFT_OK);
    });
    settle();
    weft_cancel(cancelled);
    CHECK(weft_sleep(5000000) == WEFT_OK);
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  CHECK(m.owner == 0);
}

TEST_CASE("cancelled when the mutex is its own already, a task keeps it", "[mutex]") {
  InTasks tasks;
  weft_mutex m = {};
  tasks.run([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    weft_task next = tasks.go([&] {
      CHECK(weft_mutex_lock(&m) == WEFT_OK);
      CHECK(weft_sleep(1000000) == WEFT_E_CANCELLED);
      CHECK(weft_mutex_unlock(&m) == WEFT_OK);
    });
    settle();
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
    weft_cancel(next);
  });
  CHECK(m.owner == 0);
}
