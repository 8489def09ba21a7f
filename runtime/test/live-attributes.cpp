// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft_task_set_attr and weft_domain_set_attr: what changes counts at the next pick, whether the task is queued, runs or waits.
#include "on_manual.h"
#include "weft/dump.h"

#include <atomic>
#include <thread>
#include <unistd.h>

namespace {

weft_ent_attr attr_of(int32_t priority, uint64_t deadline = WEFT_NEVER, uint32_t weight = 1) {
  return {sizeof(weft_ent_attr), priority, deadline, weight, 0, nullptr};
}
weft_status set(weft_task t, int32_t priority, uint64_t deadline = WEFT_NEVER, uint32_t weight = 1) {
  weft_ent_attr a = attr_of(priority, deadline, weight);
  return weft_task_set_attr(t, &a);
}

// Tasks that write their names, under levels alone.
struct Named {
  OnManual m{"priority:ageing=1000000"};
  std::string order;
  weft_task go(const char *name, int rounds = 1) {
    return m.make([this, name, rounds] {
      for (int i = 0; i < rounds; ++i) {
        order += name;
        weft_yield();
      }
    });
  }
};

} // namespace

TEST_CASE("a queued task's priority counts at the next pick") {
  Named n;
  n.go("a");
  n.go("b");
  weft_task c = n.go("c"), d = n.go("d");
  CHECK(set(c, 5) == WEFT_OK);
  CHECK(set(d, 0, 1) == WEFT_OK);
  n.m.settle();
  CHECK(n.order == "dcab");
}

TEST_CASE("a parked task's counts when it is woken") {
  Named n;
  weft_task parked = n.m.make([&] {
    weft_park();
    n.order += "p";
  });
  n.m.settle();
  CHECK(set(parked, 1) == WEFT_OK);
  n.go("a");
  weft_wake(parked);
  n.m.settle();
  CHECK(n.order == "pa");
}

TEST_CASE("a running task lowers and raises its own, which counts when it yields") {
  Named n;
  n.m.make([&] {
    n.order += "1";
    CHECK(set(weft_self(), -1) == WEFT_OK);
    weft_yield();
    n.order += "2";
    CHECK(set(weft_self(), 1) == WEFT_OK);
    weft_yield();
    n.order += "3";
  });
  n.go("a", 3);
  n.m.settle();
  CHECK(n.order == "1aaa23");
}

TEST_CASE("what was set is told, and with spawn, too; a record's next task has none of it") {
  OnManual m; // whose fifo has no use for it
  weft_spawn_attr spawn = {};
  spawn.size = sizeof spawn;
  spawn.priority = -7;
  spawn.deadline_ns = 100;
  spawn.weight = 3;
  weft_task t = 0;
  REQUIRE(weft_spawn(
              m.rt, [](void *) { weft_yield(); }, nullptr, &spawn, &t) == WEFT_OK);
  weft_ent_attr got = attr_of(1);
  CHECK(weft_task_get_attr(t, &got) == WEFT_OK);
  CHECK(got.priority == -7);
  CHECK(got.deadline_ns == 100);
  CHECK(got.weight == 3);
  CHECK(set(t, 9, WEFT_NEVER, 2) == WEFT_OK);
  CHECK(weft_task_get_attr(t, &got) == WEFT_OK);
  CHECK(got.priority == 9);
  CHECK(got.deadline_ns == WEFT_NEVER);
  CHECK(got.weight == 2);
  m.settle();
  CHECK(set(t, 1) == WEFT_E_STALE);
  CHECK(weft_task_get_attr(t, &got) == WEFT_E_STALE);
  weft_detach(t);
  for (int i = 0; i < 3; ++i) {
    weft_task next = m.make([] {});
    CHECK(weft_task_get_attr(next, &got) == WEFT_OK);
    CHECK(got.priority == 0);
    CHECK(got.deadline_ns == WEFT_NEVER);
    CHECK(got.weight == 1);
    weft_detach(next);
  }
  m.settle();
}

TEST_CASE("of two runtimes on one thread each one's tasks may be set") {
  OnManual one, other;
  weft_task t = one.make([] {}), u = other.make([] {});
  CHECK(set(t, 1) == WEFT_OK);
  CHECK(set(u, 1) == WEFT_OK);
  one.settle();
  other.settle();
  weft_detach(t);
  weft_detach(u);
}

TEST_CASE("a handle of nobody is stale, whosever its record was") {
  // On a thread of its own, so that this one is not on its loop; it lives on beside.
  weft_task gone = 0;
  std::atomic<bool> made{false}, end{false};
  std::thread other([&] {
    OnManual theirs;
    gone = theirs.make([] {});
    theirs.go([&] { weft_join(gone); });
    theirs.settle();
    made = true;
    while (!end)
      usleep(1000);
  });
  while (!made)
    usleep(1000);
  OnManual m;
  weft_ent_attr attr = attr_of(1, WEFT_NEVER, 1);
  for (weft_task t : {gone, weft_task{0}, gone + 1}) {
    CHECK(weft_task_set_attr(t, &attr) == WEFT_E_STALE);
    CHECK(weft_task_get_attr(t, &attr) == WEFT_E_STALE);
  }
  end = true;
  other.join();
}

TEST_CASE("what cannot be set is refused, and nothing changes") {
  OnManual m;
  weft_task t = m.make([] {});
  weft_ent_attr a = attr_of(4);
  CHECK(weft_task_set_attr(t, nullptr) == WEFT_E_INVAL);
  a.size = 8;
  CHECK(weft_task_set_attr(t, &a) == WEFT_E_INVAL);
  CHECK(weft_task_get_attr(t, &a) == WEFT_E_INVAL);
  a = attr_of(4);
  a.home = 1;
  CHECK(weft_task_set_attr(t, &a) == WEFT_E_INVAL);
  a = attr_of(4);
  a.name = "";
  CHECK(weft_task_set_attr(t, &a) == WEFT_E_INVAL);
  a = attr_of(4);
  a.weight = 0;
  CHECK(weft_task_set_attr(t, &a) == WEFT_E_INVAL);
  a = attr_of(4);
  CHECK(weft_task_set_attr(0, &a) == WEFT_E_STALE);
  CHECK(weft_domain_set_attr(weft_root_domain(m.rt), &a) == WEFT_E_INVAL);
  CHECK(weft_domain_set_attr(nullptr, &a) == WEFT_E_INVAL);
  CHECK(weft_task_get_attr(t, &a) == WEFT_OK);
  CHECK(a.priority == 0);
  m.settle();
  weft_detach(t);
}

TEST_CASE("a domain's priority and weight count among its siblings") {
  {
    OnManual m("priority:ageing=1000000");
    std::string order;
    weft_domain *a = m.domain("a"), *b = m.domain("b");
    for (auto [d, name] : {std::pair{a, 'a'}, std::pair{b, 'b'}})
      for (int i = 0; i < 2; ++i)
        m.go([&order, name = name] { order += name; }, d);
    weft_ent_attr attr = attr_of(3);
    CHECK(weft_domain_set_attr(b, &attr) == WEFT_OK);
    m.settle();
    CHECK(order == "bbaa");
    CHECK(weft_domain_get_attr(b, &attr) == WEFT_OK);
    CHECK(attr.priority == 3);
  }
  OnManual m("fair");
  weft_domain *a = m.domain("a"), *b = m.domain("b");
  uint64_t ran[2] = {0, 0};
  const uint64_t end = weft_manual_now(m.host) + 100'000'000;
  for (int i : {0, 1})
    m.go(
        [&m, &ran, i, end] {
          while (weft_manual_now(m.host) < end) {
            weft_manual_advance(m.host, 10'000);
            ran[i] += 10'000;
            weft_yield();
          }
        },
        i ? b : a);
  weft_ent_attr attr = attr_of(0, WEFT_NEVER, 3);
  CHECK(weft_domain_set_attr(b, &attr) == WEFT_OK);
  m.settle();
  CHECK(static_cast<double>(ran[1]) / static_cast<double>(ran[0]) == Approx(3).epsilon(0.05));
}

TEST_CASE("dumps show what is not as everybody has it") {
  OnManual m;
  weft_domain *d = m.domain("d");
  weft_ent_attr attr = attr_of(2, WEFT_NEVER, 5);
  weft_domain_set_attr(d, &attr);
  weft_task t = m.make([] { weft_park(); });
  set(t, -3, weft_manual_now(m.host) + 1'500'000'000, 7);
  m.settle();
  std::string text, line;
  auto to = [](void *out, const char *bytes, size_t size) { static_cast<std::string *>(out)->append(bytes, size); };
  CHECK(weft_dump_to(m.rt, 0, to, &text) == WEFT_OK);
  CHECK(weft_dump_to(m.rt, WEFT_DUMP_JSON, to, &line) == WEFT_OK);
  CHECK(text.find("; priority -3; deadline in 1.500 s; weight 7; for ") != std::string::npos);
  CHECK(text.find(", priority 2, weight 5\n") != std::string::npos);
  CHECK(line.find("\"priority\":-3,\"deadline_ns\":2500000000,\"weight\":7,\"since_ns\"") != std::string::npos);
  CHECK(line.find("\"priority\":2,\"weight\":5,\"counters\"") != std::string::npos);
  m.pass(2'000'000'000);
  text.clear();
  CHECK(weft_dump_to(m.rt, 0, to, &text) == WEFT_OK);
  CHECK(text.find("; deadline missed by 0.500 s; ") != std::string::npos);
  weft_wake(t);
  m.go([t] { weft_join(t); });
  m.settle();
}
