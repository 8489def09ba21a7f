// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Who waits for a mutex lends its priority to who holds it: so it waits no longer for those between them than for the holder.
#include "on_manual.h"
#include "weft/sync.h"

#include <algorithm>

namespace {

weft_status set(weft_task t, int32_t priority, uint64_t deadline = WEFT_NEVER) {
  weft_ent_attr a = {sizeof a, priority, deadline, 1, 0, nullptr};
  return weft_task_set_attr(t, &a);
}

// Levels alone; `middle` spins at 5 until it is told to end.
struct Levels {
  OnManual m{"priority:ageing=1000000"};
  int middle = 0;
  bool over = false;

  // Lowest first: each begins before the next is made.
  weft_task go(int32_t priority, std::function<void()> body) {
    weft_task t = m.go(std::move(body));
    set(t, priority);
    m.turn(1);
    return t;
  }
  void spin(int rounds = 1000) {
    go(5, [this, rounds] {
      for (; middle < rounds && !over; ++middle)
        weft_yield();
    });
  }
};

} // namespace

TEST_CASE("low holds, middle spins, high waits: high is not held up by middle") {
  Levels l;
  weft_mutex m = {};
  int when = -1;
  l.go(0, [&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    for (int i = 0; i < 3; ++i)
      weft_yield();
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  l.spin();
  l.go(10, [&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    when = l.middle;
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  l.m.settle();
  CHECK(when >= 0);
  CHECK(when <= 3);
  CHECK(l.middle == 1000);
}

TEST_CASE("by a semaphore, which nobody holds, it is") {
  Levels l;
  weft_sem s = {};
  weft_sem_release(&s, 1);
  int when = -1;
  l.go(0, [&] {
    CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_OK);
    weft_yield();
    weft_sem_release(&s, 1);
  });
  l.spin();
  l.go(10, [&] {
    CHECK(weft_sem_acquire(&s, WEFT_NEVER) == WEFT_OK);
    when = l.middle;
  });
  l.m.settle();
  CHECK(when >= 999);
}

TEST_CASE("along a chain of three, and when the last one's priority comes only later") {
  for (bool later : {false, true}) {
    Levels l;
    weft_mutex m1 = {}, m2 = {}, m3 = {};
    int when = -1;
    l.go(0, [&] {
      weft_mutex_lock(&m1);
      weft_yield();
      weft_mutex_unlock(&m1);
    });
    auto between = [&](weft_mutex &holds, weft_mutex &waits) {
      return [&] {
        weft_mutex_lock(&holds);
        weft_mutex_lock(&waits);
        weft_mutex_unlock(&waits);
        weft_mutex_unlock(&holds);
      };
    };
    l.go(1, between(m2, m1));
    l.go(2, between(m3, m2));
    CHECK(m1.waiters.head);
    CHECK(m2.waiters.head);
    l.spin();
    weft_task last = l.go(later ? 6 : 10, [&] {
      if (later)
        set(weft_self(), 3);
      weft_mutex_lock(&m3);
      when = l.middle;
      weft_mutex_unlock(&m3);
    });
    if (later) {
      l.m.turn(20);
      CHECK(when == -1);
      CHECK(l.middle > 10);
      int before = l.middle;
      CHECK(set(last, 20) == WEFT_OK);
      l.m.settle();
      CHECK(when >= before);
      CHECK(when <= before + 3);
    } else {
      l.m.settle();
      CHECK(when >= 0);
      CHECK(when <= 3);
    }
  }
}

TEST_CASE("a waiter that is cancelled, or whose time is over, takes its loan back") {
  for (bool cancel : {false, true}) {
    Levels l;
    weft_mutex m = {};
    int low = 0;
    l.go(0, [&] {
      weft_mutex_lock(&m);
      while (!l.over) {
        low++;
        weft_yield();
      }
      weft_mutex_unlock(&m);
    });
    l.spin(100000);
    weft_status got = WEFT_OK;
    weft_task high = l.go(10, [&] { got = weft_mutex_lock_with(&m, 0, weft_manual_now(l.m.host) + 1000); });
    int lent = low;
    l.m.turn(50);
    CHECK(low >= lent + 45);
    if (cancel)
      weft_cancel(high);
    else
      weft_manual_advance(l.m.host, 2000);
    l.m.turn(10);
    CHECK(got == (cancel ? WEFT_E_CANCELLED : WEFT_E_TIMEOUT));
    int back = low, spun = l.middle;
    l.m.turn(50);
    CHECK(low <= back + 1);
    CHECK(l.middle >= spun + 45);
    l.over = true;
    l.m.settle();
  }
}

TEST_CASE("what the holder sets for itself meanwhile is kept, and counts when it has unlocked") {
  for (int32_t own : {-5, 20}) {
    Levels l;
    weft_mutex m = {};
    std::string order;
    l.go(0, [&] {
      weft_mutex_lock(&m);
      weft_yield();
      CHECK(set(weft_self(), own) == WEFT_OK);
      weft_yield();
      order += 'l';
      weft_ent_attr a = {sizeof a, 0, 0, 0, 0, nullptr};
      CHECK(weft_task_get_attr(weft_self(), &a) == WEFT_OK);
      CHECK(a.priority == own);
      weft_mutex_unlock(&m);
      weft_yield();
      order += 'L';
    });
    l.spin(10);
    l.go(10, [&] {
      weft_mutex_lock(&m);
      order += 'h';
      weft_mutex_unlock(&m);
      for (int i = 0; i < 5; ++i)
        weft_yield();
      order += 'H';
    });
    l.m.settle();
    CHECK(order == (own < 0 ? "lhHL" : "lLhH"));
  }
}

TEST_CASE("who holds two mutexes goes by what the other one's waiters lend, when it unlocks one") {
  Levels l;
  weft_mutex m1 = {}, m2 = {};
  std::string order;
  l.go(0, [&] {
    weft_mutex_lock(&m1);
    weft_mutex_lock(&m2);
    weft_yield();
    weft_mutex_unlock(&m1);
    weft_yield();
    order += 'a'; // at 7: after 10 has ended, before 5
    weft_mutex_unlock(&m2);
    weft_yield();
    order += 'z';
  });
  l.go(5, [&] {
    weft_yield();
    weft_yield();
    order += 'm';
  });
  for (auto [priority, mutex, name] : {std::tuple{7, &m2, 'b'}, std::tuple{10, &m1, 'c'}})
    l.go(priority, [&, mutex = mutex, name = name] {
      weft_mutex_lock(mutex);
      order += name;
      weft_mutex_unlock(mutex);
    });
  l.m.settle();
  CHECK(order == "cabmz");
}

TEST_CASE("a mutex that is handed on takes the loans along") {
  Levels l;
  weft_mutex m = {};
  int when = -1;
  auto low = [&] {
    weft_mutex_lock(&m);
    weft_yield();
    weft_yield();
    weft_mutex_unlock(&m);
  };
  l.go(0, low);
  l.go(1, low);
  l.spin();
  l.go(10, [&] {
    weft_mutex_lock(&m);
    when = l.middle;
    weft_mutex_unlock(&m);
  });
  l.m.settle();
  CHECK(when >= 0);
  CHECK(when <= 3);
}

TEST_CASE("an earlier deadline is lent, too") {
  OnManual m("priority");
  weft_mutex mutex = {};
  std::string order;
  m.go([&] {
    weft_mutex_lock(&mutex);
    weft_yield();
    order += 'l';
    weft_mutex_unlock(&mutex);
  });
  m.turn(1);
  weft_task middle = m.go([&] {
    for (int i = 0; i < 3; ++i)
      weft_yield();
    order += 'm';
  });
  set(middle, 0, 1000);
  m.turn(1);
  weft_task high = m.go([&] {
    weft_mutex_lock(&mutex);
    order += 'h';
    weft_mutex_unlock(&mutex);
  });
  set(high, 0, 10);
  m.settle();
  CHECK(order == "lhm");
}

TEST_CASE("tasks that wait for each other in a ring end the chain, and can be cancelled") {
  Levels l;
  weft_mutex m1 = {}, m2 = {};
  int cancelled = 0;
  auto cross = [&](weft_mutex &first, weft_mutex &then) {
    return [&] {
      weft_mutex_lock(&first);
      weft_yield();
      if (weft_mutex_lock(&then) == WEFT_E_CANCELLED)
        cancelled++;
      else
        weft_mutex_unlock(&then);
      weft_mutex_unlock(&first);
    };
  };
  weft_task a = l.m.go(cross(m1, m2)), b = l.m.go(cross(m2, m1));
  l.m.settle();
  CHECK(set(a, 3) == WEFT_OK);
  CHECK(set(b, 9) == WEFT_OK);
  CHECK(set(b, 1) == WEFT_OK);
  weft_cancel(a);
  l.m.settle();
  CHECK(cancelled == 1);
  CHECK(m1.owner == 0);
  CHECK(m2.owner == 0);
}

TEST_CASE("who waits lends to the next owner, where the first one could not be lent to") {
  Levels l;
  weft_mutex m = {};
  CHECK(weft_mutex_lock(&m) == WEFT_OK); // by the loop's thread
  int when = -1;
  weft_task next = l.m.make([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    for (int i = 0; i < 3; ++i)
      weft_yield();
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  l.m.turn(1);
  l.go(10, [&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    when = l.middle;
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  l.m.settle();
  l.spin();
  CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  l.m.settle();
  CHECK(when >= 0);
  CHECK(when <= 3);
  l.m.go([&] { CHECK(weft_join(next) == WEFT_OK); });
  l.m.settle();
}

TEST_CASE("an owner that makes itself less than everybody is lent what its waiters have, who said nothing") {
  Levels l;
  weft_mutex m = {};
  int middle = 0, when = -1;
  l.m.go([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    weft_park_until(weft_now() + 10);
    CHECK(set(weft_self(), -5) == WEFT_OK);
    for (int i = 0; i < 3; ++i)
      weft_yield();
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  l.m.go([&] {
    CHECK(weft_mutex_lock(&m) == WEFT_OK);
    when = middle;
    CHECK(weft_mutex_unlock(&m) == WEFT_OK);
  });
  l.m.settle();
  weft_task spins = l.m.make([&] {
    for (; middle < 1000; ++middle)
      weft_yield();
  });
  CHECK(set(spins, -2) == WEFT_OK);
  l.m.pass(10);
  l.m.go([&] { CHECK(weft_join(spins) == WEFT_OK); });
  l.m.settle();
  CHECK(when >= 0);
  CHECK(when <= 3);
}

TEST_CASE("nothing is lent to who ended without unlocking, in a domain that is gone") {
  Levels l;
  weft_mutex m = {};
  weft_domain *d = l.m.domain("gone", nullptr, "priority");
  weft_task owner = l.m.make([&] { CHECK(weft_mutex_lock(&m) == WEFT_OK); }, d);
  l.m.settle();
  CHECK(weft_domain_close(d) == WEFT_OK);
  weft_status status = 1;
  l.go(3, [&] { status = weft_mutex_lock_with(&m, 0, weft_now() + 10); });
  l.m.pass(10);
  CHECK(status == WEFT_E_TIMEOUT);
  l.m.go([&] {
    CHECK(weft_join(owner) == WEFT_OK);
  });
  l.m.settle();
}
