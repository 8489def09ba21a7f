/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A semaphore lets through as many as it has permits, in order of arrival.
#include "in_tasks.h"
#include "weft/sync.h"

#include <algorithm>
#include <string>

TEST_CASE("at most `count` tasks are past the semaphore", "[semaphore]") {
  InTasks tasks;
  weft_sem s = {3, {}};
  int inside = 0, most = 0, passed = 0;
  for (int t = 0; t < 200; ++t)
    tasks.go([&] {
      bool acquired = weft_sem_acquire(&s, WEFT_NEVER) == WEFT_OK;
      most = std::max(most, ++inside);
      weft_yield();
      --inside;
      passed += acquired;
      weft_sem_release(&s, 1);
    });
  CHECK(tasks.run() == WEFT_OK);
  CHECK(most == 3);
  CHECK(passed == 200);
  CHECK(s.count == 3);
}

TEST_CASE("permits go to waiters in order, the rest is kept", "[semaphore]") {
  InTasks tasks;
  weft_sem s = {0, {}};
  std::string order;
  for (char name : {'a', 'b', 'c'})
    tasks.go([&, name] {
      CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_OK);
      order += name;
    });
  tasks.run([&] {
    settle();
    weft_sem_release(&s, 1);
    settle();
    CHECK(order == "a");
    weft_sem_release(&s, 5);
    settle();
    CHECK(order == "abc");
    CHECK(s.count == 3);
    weft_sem_release(&s, 0);
    weft_sem_release(&s, -4); // gives nothing
    CHECK(s.count == 3);
    weft_sem_release(&s, INT64_MAX);
    CHECK(s.count == INT64_MAX);
  });
}

TEST_CASE("a cancel or a deadline ends the wait without a permit", "[semaphore]") {
  InTasks tasks;
  weft_sem s = {0, {}};
  weft_task cancelled =
      tasks.go([&] { CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_E_CANCELLED); });
  tasks.go([&] { CHECK(weft_sem_acquire(&s, weft_now() + 1000000) == WEFT_E_TIMEOUT); });
  tasks.run([&] {
    settle();
    weft_cancel(cancelled);
    weft_sleep(5000000);
    weft_sem_release(&s, 1);
    CHECK(s.count == 1);
  });
  CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_OK); // on the loop's thread
  CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_E_NOTASK);
}

TEST_CASE("a permit given to a task that was just cancelled is kept by it", "[semaphore]") {
  InTasks tasks;
  weft_sem s = {0, {}};
  weft_task waiter = tasks.go([&] {
    CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_OK);
    CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_E_CANCELLED);
  });
  tasks.run([&] {
    settle();
    weft_cancel(waiter);
    weft_sem_release(&s, 1);
  });
  CHECK(s.count == 0);
}
