// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Deadlines cancel what waits inside of them and say so at their end; shields keep cancels and outer deadlines till theirs.
#include "dies.h"
#include "group_tasks.h"
#include "on_manual.h"
#include "weft/sync.h"

namespace {
// What was spawned before waits already when time goes on.
void pass(OnManual &m, uint64_t ns) {
  m.settle();
  m.pass(ns);
}

using Statuses = std::vector<weft_status>;
constexpr weft_status kOk = WEFT_OK, kCancelled = WEFT_E_CANCELLED, kTimeout = WEFT_E_TIMEOUT;

struct Deadline {
  weft_scope scope;
  explicit Deadline(uint64_t ns) { CHECK(weft_deadline_begin(&scope, weft_now() + ns) == WEFT_OK); }
  weft_status end() { return weft_deadline_end(&scope); }
};
struct Shield {
  weft_scope scope;
  Shield() { CHECK(weft_shield_begin(&scope) == WEFT_OK); }
  weft_status end() { return weft_shield_end(&scope); }
};

} // namespace

TEST_CASE("a deadline that is not reached changes nothing") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Deadline d(100);
    s.push_back(weft_sleep(99));
    CHECK_FALSE(weft_cancelled());
    s.push_back(d.end());
    s.push_back(weft_sleep(100));
  });
  pass(m, 99);
  CHECK(s == Statuses{kOk, kOk});
  pass(m, 100);
  CHECK(s == Statuses{kOk, kOk, kOk});
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
}

TEST_CASE("a deadline ends each kind of wait") {
  OnManual m;
  weft_task other = m.make([] { weft_park(); });
  weft_token token = weft_token_new(m.rt);
  weft_chan *chan = weft_chan_new(0, 0);
  weft_sem sem = {};
  weft_mutex mutex = {};
  weft_cond cond = {};
  std::function<weft_status()> wait;
  SECTION("park") {
    wait = [] { return weft_park(); };
  }
  SECTION("sleep") {
    wait = [] { return weft_sleep(1000); };
  }
  SECTION("join") {
    wait = [&] { return weft_join(other); };
  }
  SECTION("await") {
    wait = [&] { return weft_await(token, nullptr); };
  }
  SECTION("await with a later deadline") {
    wait = [&] { return weft_await_until(token, weft_now() + 1000, nullptr); };
  }
  SECTION("channel") {
    wait = [&] { return weft_chan_recv(chan, nullptr); };
  }
  SECTION("semaphore") {
    wait = [&] { return weft_sem_acquire(&sem, WEFT_NEVER); };
  }
  SECTION("condition") {
    wait = [&] {
      weft_mutex_lock(&mutex);
      return weft_cond_wait(&cond, &mutex, WEFT_NEVER);
    };
  }
  SECTION("group") {
    wait = [] {
      weft_group *g = weft_group_new(nullptr);
      spawn_into(g, [] { return weft_park(); });
      weft_status status = weft_group_wait(g);
      CHECK(weft_group_free(g) == WEFT_OK);
      return status;
    };
  }
  Statuses s;
  m.go([&] {
    Deadline d(100);
    s.push_back(wait());
    CHECK(weft_cancelled());
    s.push_back(d.end());
    CHECK_FALSE(weft_cancelled());
  });
  pass(m, 99);
  CHECK(s.empty());
  pass(m, 1);
  CHECK(s == Statuses{kCancelled, kTimeout});
  weft_chan_free(chan);
}

TEST_CASE("after it has passed every wait inside is cancelled, and none after its end") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Deadline d(100);
    for (int i = 0; i < 3; ++i)
      s.push_back(weft_sleep(60));
    s.push_back(d.end());
    s.push_back(weft_sleep(60));
  });
  pass(m, 60);
  pass(m, 40);
  CHECK(s == Statuses{kOk, kCancelled, kCancelled, kTimeout});
  pass(m, 60);
  CHECK(s == Statuses{kOk, kCancelled, kCancelled, kTimeout, kOk});
}

TEST_CASE("a loop that takes no notice of its deadline leaves others their turn") {
  OnManual m;
  std::function<weft_status()> wait;
  weft_sem sem = {};
  weft_token token = weft_token_new(m.rt);
  SECTION("park") {
    wait = [] { return weft_park(); };
  }
  SECTION("an object") {
    wait = [&] { return weft_sem_acquire(&sem, WEFT_NEVER); };
  }
  SECTION("await") {
    wait = [&] {
      weft_token_drop(token);
      token = weft_token_new(m.rt);
      return weft_await(token, nullptr);
    };
  }
  bool stop = false;
  weft_status status = 1;
  m.go([&] {
    Deadline d(10);
    while (!stop)
      status = wait();
    CHECK(d.end() == kTimeout);
  });
  m.go([&] {
    weft_sleep(10);
    for (int i = 0; i < 100; ++i)
      weft_yield();
    stop = true;
  });
  pass(m, 10);
  CHECK(stop);
  CHECK(status == kCancelled);
}

TEST_CASE(
    "a result that is there already is answered, and the deadline is told of by the next wait") {
  OnManual m;
  weft_chan *chan = weft_chan_new(sizeof(int), 0);
  Statuses s;
  m.go([&] {
    Deadline d(100);
    int v = 0;
    s.push_back(weft_chan_recv(chan, &v));
    CHECK(v == 7);
    s.push_back(weft_sleep(10));
    s.push_back(d.end());
    s.push_back(weft_sleep(10));
  });
  m.settle();
  int v = 7;
  weft_manual_advance(m.host, 100);
  weft_chan_try_send(chan, &v); // before the turn in which the timer fires
  m.settle();
  pass(m, 10);
  CHECK(s == Statuses{kOk, kCancelled, kTimeout, kOk});
  weft_chan_free(chan);
}

TEST_CASE("of nested deadlines the earlier one counts") {
  OnManual m;
  Statuses s;
  uint64_t outer_ns = 100, inner_ns = 50;
  Statuses expected = {kCancelled, kTimeout, kOk, kOk};
  SECTION("the inner one") {}
  SECTION("the outer one") {
    outer_ns = 50;
    inner_ns = 100;
    expected = {kCancelled, kTimeout, kCancelled, kTimeout};
  }
  m.go([&] {
    Deadline outer(outer_ns);
    Deadline inner(inner_ns);
    s.push_back(weft_sleep(60));
    s.push_back(inner.end());
    s.push_back(weft_sleep(10));
    s.push_back(outer.end());
  });
  pass(m, 50);
  pass(m, 10);
  CHECK(s == expected);
}

TEST_CASE("a cancel in a deadline that is not reached is a cancel") {
  OnManual m;
  Statuses s;
  weft_task task = m.go([&] {
    Deadline d(100);
    s.push_back(weft_sleep(200));
    s.push_back(d.end());
    s.push_back(weft_sleep(10));
  });
  m.settle();
  weft_cancel(task);
  pass(m, 10);
  CHECK(s == Statuses{kCancelled, kOk, kOk});
}

TEST_CASE("a cancel and a deadline at the same moment are one answer each") {
  OnManual m;
  Statuses s;
  weft_task task = m.go([&] {
    Deadline d(100);
    s.push_back(weft_sleep(200)); // cancelled; it passes before this task runs
    s.push_back(weft_sleep(200));
    s.push_back(d.end());
    s.push_back(weft_sleep(10));
  });
  m.settle();
  weft_manual_advance(m.host, 100);
  weft_cancel(task);
  pass(m, 10);
  CHECK(s == Statuses{kCancelled, kCancelled, kTimeout, kOk});
}

TEST_CASE("a cancel that comes after a deadline has passed is answered after its end") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Deadline d(100);
    s.push_back(weft_sleep(200));
    weft_cancel(weft_self());
    s.push_back(weft_sleep(10));
    s.push_back(d.end());
    s.push_back(weft_sleep(10));
    s.push_back(weft_sleep(10));
  });
  pass(m, 100);
  pass(m, 10);
  CHECK(s == Statuses{kCancelled, kCancelled, kTimeout, kCancelled, kOk});
}

TEST_CASE("a shield keeps cancels till the first wait after its end, one answer per call") {
  OnManual m;
  Statuses s;
  weft_task task = m.go([&] {
    Shield outer, inner;
    s.push_back(weft_sleep(10));
    CHECK(weft_cancelled());
    CHECK(inner.end() == WEFT_OK);
    s.push_back(weft_sleep(10));
    CHECK(outer.end() == WEFT_OK);
    for (int i = 0; i < 3; ++i)
      s.push_back(weft_sleep(10));
  });
  SECTION("that came before") {
    weft_cancel(task);
    weft_cancel(task);
  }
  SECTION("that come inside") {
    m.settle();
    weft_cancel(task);
    pass(m, 10);
    weft_cancel(task);
  }
  for (int i = 0; i < 3; ++i)
    pass(m, 10);
  CHECK(s == Statuses{kOk, kOk, kCancelled, kCancelled, kOk});
}

TEST_CASE("a shield keeps deadlines around it away, and has its own") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Deadline outer(100);
    Shield shield;
    s.push_back(weft_sleep(150)); // outer passes
    Deadline inner(20);
    s.push_back(weft_sleep(50));
    s.push_back(inner.end());
    s.push_back(weft_sleep(50));
    shield.end();
    s.push_back(weft_sleep(50));
    s.push_back(outer.end());
  });
  pass(m, 100);
  CHECK(s.empty());
  for (uint64_t ns : {50, 20, 50})
    pass(m, ns);
  CHECK(s == Statuses{kOk, kCancelled, kTimeout, kOk, kCancelled, kTimeout});
}

TEST_CASE("the deadline inside of a shield goes on being kept by a second one") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Shield first;
    Deadline d(10);
    Shield second;
    s.push_back(weft_sleep(20));
    second.end();
    s.push_back(weft_sleep(20));
    s.push_back(d.end());
    s.push_back(weft_sleep(20));
    first.end();
    s.push_back(weft_sleep(20));
  });
  for (int i = 0; i < 4; ++i)
    pass(m, 20);
  CHECK(s == Statuses{kOk, kCancelled, kTimeout, kOk, kOk});
}

TEST_CASE("the wait for a group's tasks goes on when a deadline around it has passed") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Deadline d(100);
    weft_group *g = weft_group_new(nullptr);
    spawn_into(g, [&] {
      s.push_back(weft_sleep(200));
      s.push_back(weft_sleep(50)); // its own clean-up; the deadline is the waiter's
      return WEFT_OK;
    });
    s.push_back(weft_group_wait(g));
    s.push_back(d.end());
    s.push_back(weft_sleep(1));
    CHECK(weft_group_free(g) == WEFT_OK);
  });
  pass(m, 100);
  pass(m, 50);
  pass(m, 1);
  CHECK(s == Statuses{kCancelled, kOk, kCancelled, kTimeout, kOk});
}

TEST_CASE("a condition gives its mutex back though a deadline has passed, and tells of it once") {
  OnManual m;
  weft_mutex mutex = {};
  weft_cond cond = {};
  Statuses s;
  m.go([&] {
    Deadline d(10);
    weft_mutex_lock(&mutex);
    s.push_back(weft_cond_wait(&cond, &mutex, WEFT_NEVER));
    CHECK(weft_mutex_unlock(&mutex) == WEFT_OK);
    s.push_back(weft_sleep(10));
    s.push_back(d.end());
    s.push_back(weft_sleep(10));
  });
  m.go([&] {
    weft_mutex_lock(&mutex);
    weft_sleep(50);
    weft_mutex_unlock(&mutex);
  });
  pass(m, 10);
  CHECK(s.empty());
  pass(m, 40);
  pass(m, 10);
  CHECK(s == Statuses{kCancelled, kCancelled, kTimeout, kOk});
}

TEST_CASE("the end of what is no open scope of the task is refused") {
  OnManual m;
  weft_scope outside = {};
  CHECK(weft_deadline_begin(&outside, 10) == WEFT_E_NOTASK);
  CHECK(weft_shield_begin(&outside) == WEFT_E_NOTASK);
  CHECK(weft_deadline_end(&outside) == WEFT_E_INVAL);
  CHECK(weft_shield_end(&outside) == WEFT_E_INVAL);
  m.go([&] {
    CHECK(weft_deadline_begin(nullptr, 10) == WEFT_E_INVAL);
    CHECK(weft_shield_begin(nullptr) == WEFT_E_INVAL);
    CHECK(weft_deadline_end(nullptr) == WEFT_E_INVAL);
    Deadline d(10);
    CHECK(weft_shield_end(&d.scope) == WEFT_E_INVAL);
    m.go([&] { CHECK(d.end() == WEFT_E_INVAL); });
    weft_yield();
    CHECK(d.end() == WEFT_OK);
    CHECK(d.end() == WEFT_E_INVAL);
  });
  m.settle();
}

TEST_CASE("scopes may end in another order than that of their nesting") {
  OnManual m;
  Statuses s;
  m.go([&] {
    Deadline first(10);
    Shield shield;
    Deadline second(10);
    CHECK(first.end() == WEFT_OK);
    s.push_back(weft_sleep(20));
    CHECK(shield.end() == WEFT_OK);
    s.push_back(weft_sleep(20));
    s.push_back(second.end());
    s.push_back(weft_sleep(20));
  });
  for (int i = 0; i < 3; ++i)
    pass(m, 20);
  CHECK(s == Statuses{kCancelled, kCancelled, kTimeout, kOk});
}

TEST_CASE("the scopes of a task that was given up are over when it is unwound") {
  int ended = 0;
  {
    OnManual m;
    m.go([&] {
      struct End {
        Deadline *d;
        int *ended;
        ~End() { *ended += d->end() == WEFT_E_INVAL; }
      };
      Deadline first(10);
      End one{&first, &ended};
      Shield shield;
      Deadline second(WEFT_NEVER - 1000);
      End two{&second, &ended};
      Shield inner;
      weft_chan_recv(nullptr, nullptr);
    });
    m.settle();
    weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    m.settle();
    CHECK(weft_runtime_destroy(m.rt) == WEFT_E_BUSY); // a deadline may still end it
    weft_manual_advance(m.host, WEFT_NEVER - 1000);
    m.settle();
  }
  CHECK(ended == 2);
}

TEST_CASE("a task that ends inside of its own deadline is told of by name") {
  Death death = dies([] {
    OnManual m;
    m.go(
        [] {
          auto *scope = new weft_scope;
          weft_deadline_begin(scope, WEFT_NEVER);
        },
        nullptr, WEFT_SPAWN_DETACHED, "hasty");
    m.settle();
  });
  CHECK(death.signal == SIGABRT);
  CHECK(
      death.text.find(
          "task 'hasty' #1 ended inside of a deadline or a shield that it had begun (GROUP-06)") !=
      std::string::npos);
}

TEST_CASE("a scope that is open is not begun again") {
  OnManual m;
  m.go([&] {
    Deadline d(100);
    Shield s;
    CHECK(weft_deadline_begin(&d.scope, WEFT_NEVER) == WEFT_E_INVAL);
    CHECK(weft_shield_begin(&d.scope) == WEFT_E_INVAL);
    CHECK(weft_shield_begin(&s.scope) == WEFT_E_INVAL);
    CHECK(weft_deadline_begin(&s.scope, weft_now()) == WEFT_E_INVAL);
    CHECK(s.end() == WEFT_OK);
    CHECK(weft_sleep(1000) == WEFT_E_CANCELLED);
    CHECK(d.end() == WEFT_E_TIMEOUT);
    CHECK(weft_deadline_begin(&d.scope, WEFT_NEVER) == WEFT_OK);
    CHECK(d.end() == WEFT_OK);
  });
  pass(m, 100);
}

TEST_CASE("the end says that a deadline passed while its task only computed") {
  OnManual m;
  m.go([&] {
    Deadline outer(200), d(100);
    weft_manual_advance(m.host, 100);
    CHECK(d.end() == WEFT_E_TIMEOUT);
    CHECK(outer.end() == WEFT_OK);
    CHECK(weft_sleep(1) == WEFT_OK);
  });
  pass(m, 1);
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
}
