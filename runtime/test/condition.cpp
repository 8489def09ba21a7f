/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A condition loses no signal and gives the mutex back on every way out.
#include "in_tasks.h"
#include "weft/sync.h"

#include <deque>
#include <string>

TEST_CASE("signal wakes the first waiter, broadcast all", "[condition]") {
  InTasks tasks;
  weft_mutex m = {};
  weft_cond c = {};
  std::string order;
  for (char name : {'a', 'b', 'c', 'd'})
    tasks.go([&, name] {
      CHECK(weft_mutex_lock(&m) == WEFT_OK);
      CHECK(weft_cond_wait(&c, &m, WEFT_NEVER) == WEFT_OK);
      order += name;
      weft_yield(); // the mutex is held: nobody comes between
      CHECK(weft_mutex_unlock(&m) == WEFT_OK);
    });
  tasks.run([&] {
    settle();
    weft_cond_signal(&c);
    settle();
    CHECK(order == "a");
    weft_cond_broadcast(&c);
    CHECK(weft_mutex_trylock(&m) == WEFT_OK);
    settle();
    CHECK(order == "a");
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  CHECK(order == "abcd");
  CHECK(m.owner == 0);
  weft_cond_signal(&c); // nobody waits: no effect
}

TEST_CASE("a signal between unlocking and parking is not lost", "[condition]") {
  InTasks tasks;
  weft_mutex m = {};
  weft_cond filled = {}, emptied = {};
  std::deque<int> queue;
  constexpr int producers = 8, consumers = 8, each = 200;
  int taken = 0, most = 0;
  for (int p = 0; p < producers; ++p)
    tasks.go([&] {
      for (int i = 0; i < each; ++i) {
        weft_mutex_lock(&m);
        while (queue.size() == 3)
          weft_cond_wait(&emptied, &m, WEFT_NEVER);
        queue.push_back(i);
        most = std::max(most, static_cast<int>(queue.size()));
        weft_cond_signal(&filled);
        weft_mutex_unlock(&m);
      }
    });
  for (int c = 0; c < consumers; ++c)
    tasks.go([&] {
      for (int i = 0; i < each; ++i) {
        weft_mutex_lock(&m);
        while (queue.empty())
          weft_cond_wait(&filled, &m, WEFT_NEVER);
        queue.pop_front();
        ++taken;
        weft_cond_signal(&emptied);
        weft_mutex_unlock(&m);
      }
    });
  CHECK(tasks.run() == WEFT_OK);
  CHECK(taken == producers * each);
  CHECK(most == 3);
}

TEST_CASE("a deadline or a cancel ends the wait with the mutex locked", "[condition]") {
  InTasks tasks;
  weft_mutex m = {};
  weft_cond c = {};
  bool cancel = GENERATE(false, true);
  weft_task waiter = tasks.go([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    uint64_t deadline = cancel ? WEFT_NEVER : weft_now() + 1000000;
    CHECK(weft_cond_wait(&c, &m, deadline) == (cancel ? WEFT_E_CANCELLED : WEFT_E_TIMEOUT));
    CHECK(m.owner == weft_self());
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  tasks.run([&] {
    settle();
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    if (cancel)
      weft_cancel(waiter);
    weft_sleep(5000000);
    // It has given up and waits for the mutex: a signal now is for nobody.
    weft_cond_signal(&c);
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  CHECK(m.owner == 0);
}

TEST_CASE("a cancel while waiting for the mutex again is kept for the next wait", "[condition]") {
  InTasks tasks;
  weft_mutex m = {};
  weft_cond c = {};
  weft_task waiter = tasks.go([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    CHECK(weft_cond_wait(&c, &m, WEFT_NEVER) == WEFT_OK);
    CHECK(m.owner == weft_self());
    CHECK(weft_sleep(1000000) == WEFT_E_CANCELLED);
    CHECK(weft_sleep(1000) == WEFT_OK);
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  tasks.run([&] {
    settle();
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    weft_cond_signal(&c);
    settle();
    weft_cancel(waiter);
    settle();
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
}

TEST_CASE("waiting without the mutex locked is refused", "[condition]") {
  InTasks tasks;
  weft_mutex m = {};
  weft_cond c = {};
  CHECK(weft_cond_wait(&c, &m, WEFT_NEVER) == WEFT_E_NOTASK);
  tasks.run([&] { CHECK(weft_cond_wait(&c, &m, WEFT_NEVER) == WEFT_E_INVAL); });
  CHECK(c.waiters.head == nullptr);
}
