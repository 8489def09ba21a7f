/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A wait group lets all waiters through when its counter comes to zero.
#include "in_tasks.h"
#include "weft/sync.h"

TEST_CASE("waiters go on when the last one is done", "[wait group]") {
  InTasks tasks;
  weft_wait_group g = {};
  CHECK(weft_wait_group_wait(&g) == WEFT_OK); // zero: no wait
  CHECK(weft_wait_group_add(&g, 100) == WEFT_OK);
  CHECK(weft_wait_group_wait(&g) == WEFT_E_NOTASK);
  int done = 0, through = 0;
  for (int i = 0; i < 3; ++i)
    tasks.go([&] {
      CHECK(weft_wait_group_wait(&g) == WEFT_OK);
      CHECK(done == 100);
      ++through;
    });
  for (int i = 0; i < 100; ++i)
    tasks.go([&, i] {
      for (int y = 0; y < i % 4; ++y)
        weft_yield();
      ++done;
      CHECK(weft_wait_group_add(&g, -1) == WEFT_OK);
    });
  CHECK(tasks.run() == WEFT_OK);
  CHECK(through == 3);
}

TEST_CASE("a counter below zero is refused and changes nothing", "[wait group]") {
  weft_wait_group g = {};
  CHECK(weft_wait_group_add(&g, 2) == WEFT_OK);
  CHECK(weft_wait_group_add(&g, -3) == WEFT_E_INVAL);
  CHECK(g.count == 2);
  CHECK(weft_wait_group_add(&g, INT64_MAX) == WEFT_E_INVAL);
  CHECK(g.count == 2);
}

TEST_CASE("who waited at zero goes on although the counter rises again", "[wait group]") {
  InTasks tasks;
  weft_wait_group g = {};
  weft_wait_group_add(&g, 1);
  bool through = false;
  tasks.go([&] { through = weft_wait_group_wait(&g) == WEFT_OK; });
  tasks.run([&] {
    settle();
    weft_wait_group_add(&g, -1);
    weft_wait_group_add(&g, 1);
    settle();
    CHECK(through);
  });
}

TEST_CASE("a cancelled waiter leaves the group as it is", "[wait group]") {
  InTasks tasks;
  weft_wait_group g = {};
  weft_wait_group_add(&g, 1);
  weft_task waiter = tasks.go([&] { CHECK(weft_wait_group_wait(&g) == WEFT_E_CANCELLED); });
  tasks.run([&] {
    settle();
    weft_cancel(waiter);
    settle();
    CHECK(g.waiters.head == nullptr);
    CHECK(g.count == 1);
  });
}
