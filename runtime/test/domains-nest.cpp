// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Ready travels up, running travels down: a host's event makes a task ready in its own scheduler,
// and it runs after a pick of each of its ancestors, whatever the middle one was doing.
#include "on_manual.h"
#include "recording_scheduler.h"

namespace {

using Lines = std::vector<std::string>;

// root > outer #2 > inner #3; task 1 lives in inner and awaits a token.
struct ThreeLevels {
  ThreeLevels() : m((Recording::enroll(), "recording:name=root")) {
    outer = m.domain("outer", nullptr, "recording:name=outer");
    inner = m.domain("inner", outer, "recording:name=inner");
    token = weft_token_new(m.rt);
    m.go([this] { status = weft_await(token, &value); }, inner);
    m.settle();
    Recording::take();
  }
  OnManual m;
  weft_domain *outer, *inner;
  weft_token token;
  weft_status status = WEFT_E_INVAL;
  uint64_t value = 0;
};

const Lines kUp = {"inner ready task 1 wake", "outer ready domain 3 child",
                   "root ready domain 2 child"};
const Lines kDown = {"root pick domain 2",     "outer pick domain 3", "inner pick task 1",
                     "inner ran task 1 done",  "inner retire task 1", "outer ran domain 3 empty",
                     "root ran domain 2 empty"};

} // namespace

TEST_CASE("an event for a task three levels deep goes up to the root and down again") {
  ThreeLevels t;
  weft_complete(t.token, WEFT_OK, 7);
  CHECK(Recording::take() == kUp);
  CHECK(weft_manual_take_post(t.m.host));
  CHECK(t.value == 0);
  t.m.turn();
  CHECK(Recording::take() == kDown);
  CHECK(t.value == 7);
}

TEST_CASE("of several events between two turns those that change nothing above are handed on together, by the next turn") {
  ThreeLevels t;
  const weft_token second = weft_token_new(t.m.rt), third = weft_token_new(t.m.rt);
  weft_status there = WEFT_E_INVAL, beside = WEFT_E_INVAL;
  t.m.go([&] { there = weft_await(second, nullptr); }, t.inner);
  t.m.go([&] { beside = weft_await(third, nullptr); }, t.outer);
  t.m.settle();
  Recording::take();
  weft_complete(t.token, WEFT_OK, 7);
  CHECK(Recording::take() == kUp);
  weft_complete(second, WEFT_OK, 0); // inner has something already
  weft_complete(third, WEFT_OK, 0);  // and so has outer
  CHECK(Recording::take().empty());
  t.m.turn();
  const Lines lines = Recording::take();
  REQUIRE(lines.size() > 2);
  CHECK(Lines(lines.begin(), lines.begin() + 3) == Lines{"inner ready task 2 wake", "outer ready task 3 wake", "root pick domain 2"});
  CHECK(t.status == WEFT_OK);
  CHECK(there == WEFT_OK);
  CHECK(beside == WEFT_OK);
}

TEST_CASE("while the middle domain is running, nothing goes up, and it is looked at again") {
  ThreeLevels t;
  t.m.go([&] { weft_complete(t.token, WEFT_OK, 7); }, t.outer);
  Recording::take();
  t.m.turn();
  CHECK(Recording::take() ==
        Lines{"root pick domain 2", "outer pick task 2", "inner ready task 1 wake",
              "outer ready domain 3 child", "outer ran task 2 done", "outer retire task 2",
              "root ran domain 2 yielded", "root ready domain 2 child", "root pick domain 2",
              "outer pick domain 3", "inner pick task 1", "inner ran task 1 done",
              "inner retire task 1", "outer ran domain 3 empty", "root ran domain 2 empty"});
  CHECK(t.value == 7);
}

TEST_CASE("while the middle domain is ready for another reason, it is not queued twice") {
  ThreeLevels t;
  t.m.go([] {}, t.outer);
  Recording::take();
  weft_complete(t.token, WEFT_OK, 7);
  CHECK(Recording::take() == Lines{"inner ready task 1 wake", "outer ready domain 3 child"});
  t.m.turn();
  CHECK(t.value == 7);
}

TEST_CASE("when the middle domain is finished, the token is stale and nothing is ready") {
  ThreeLevels t;
  weft_status closed = WEFT_E_INVAL;
  t.m.go([&] { closed = weft_domain_close(t.outer); });
  t.m.settle();
  CHECK(closed == WEFT_OK);
  CHECK(t.status == WEFT_E_CANCELLED);
  Recording::take();
  CHECK(weft_complete(t.token, WEFT_OK, 7) == WEFT_E_STALE);
  CHECK(Recording::take() == Lines{});
  CHECK(t.value == 0);
}

TEST_CASE("a child makes as many picks as its parent's scheduler says, else its own default") {
  Recording::enroll();
  auto runs_before_root_task = [](const char *root, uint32_t picks) {
    OnManual m(root);
    weft_domain_attr attr = {};
    attr.size = sizeof attr;
    attr.picks = picks;
    weft_domain *child;
    REQUIRE(weft_domain_create(nullptr, &attr, &child, nullptr, 0) == WEFT_OK);
    int runs = 0, seen = -1;
    for (int i = 0; i < 8; ++i)
      m.go([&] { runs++; }, child);
    m.go([&] { seen = runs; });
    m.settle();
    return seen;
  };
  CHECK(runs_before_root_task("fifo", 0) == 1);
  CHECK(runs_before_root_task("fifo", 3) == 3);
  CHECK(runs_before_root_task("recording:slice=5", 3) == 5);
}

TEST_CASE("two domains share the root by turns") {
  OnManual m;
  std::string order;
  weft_domain *a = m.domain("a"), *b = m.domain("b");
  for (auto [domain, letter] : {std::pair{a, 'a'}, std::pair{b, 'b'}})
    m.go(
        [&order, letter = letter] {
          for (int i = 0; i < 4; ++i) {
            order += letter;
            weft_yield();
          }
        },
        domain);
  m.settle();
  CHECK(order == "abababab");
}

TEST_CASE("a budget ends a turn in the middle of nested slices, and the next one goes on") {
  OnManual m;
  weft_domain *outer = m.domain("outer"), *inner = m.domain("inner", outer);
  int runs = 0;
  m.go(
      [&] {
        for (int i = 0; i < 10; ++i) {
          runs++;
          weft_yield();
        }
      },
      inner);
  weft_turn_result r = m.turn(3);
  CHECK(runs == 3);
  CHECK(r.more);
  m.settle();
  while (m.turn(3).more)
    ;
  CHECK(runs == 10);
}

TEST_CASE("a scheduler may refuse a task: the spawner learns why") {
  Recording::enroll();
  OnManual m;
  weft_domain *d = m.domain("d", nullptr, "recording:refuse=-10012");
  CHECK(m.go([] {}, d) == 0);
  CHECK(m.status == WEFT_E_LIMIT);
  weft_status inside = WEFT_OK;
  m.go([&] {
    m.go([] {}, d);
    inside = m.status;
  });
  m.settle();
  CHECK(inside == WEFT_E_LIMIT);
  CHECK(m.turn().live == 0);
  weft_domain_close(d);
}

TEST_CASE("a task spawned by a task lives in its spawner's domain") {
  OnManual m;
  weft_domain *d = m.domain("d");
  uint64_t where = 0;
  m.go([&] { m.go([&] { where = weft_domain_id(weft_self_domain()); }); }, d);
  m.settle();
  CHECK(where == weft_domain_id(d));
  CHECK(weft_self_domain() == nullptr);
  CHECK(weft_domain_id(weft_root_domain(m.rt)) == 1);
}

TEST_CASE("closing outside of tasks is refused while tasks live, after it has cancelled them") {
  OnManual m;
  weft_domain *d = m.domain("d");
  weft_status status = WEFT_OK;
  m.go([&] { status = weft_park(); }, d);
  m.settle();
  CHECK(weft_domain_close(d) == WEFT_E_BUSY);
  m.go([] {}, d);
  CHECK(m.status == WEFT_E_CLOSED);
  m.settle();
  CHECK(status == WEFT_E_CANCELLED);
  CHECK(weft_domain_close(d) == WEFT_OK);
  CHECK(weft_domain_close(weft_root_domain(m.rt)) == WEFT_E_INVAL);
}

TEST_CASE("closing by a task of another domain waits for all that live below") {
  Recording::enroll();
  OnManual m;
  weft_domain *outer = m.domain("outer", nullptr, "recording:name=outer");
  weft_domain *inner = m.domain("inner", outer, "recording:name=inner");
  int ended = 0;
  auto slow = [&] {
    weft_park();
    for (int i = 0; i < 3; ++i)
      weft_yield();
    ended++;
  };
  m.go(slow, outer);
  m.go(slow, inner);
  m.settle();
  weft_status closed = WEFT_E_INVAL;
  m.go([&] {
    closed = weft_domain_close(outer);
    CHECK(ended == 2);
  });
  Recording::take();
  m.settle();
  CHECK(closed == WEFT_OK);
  Lines log = Recording::take();
  REQUIRE(log.size() >= 4);
  CHECK(Lines(log.end() - 5, log.end()) == Lines{"outer retire domain 3", "inner stop",
                                                 "inner destroy", "outer stop", "outer destroy"});
}

TEST_CASE("a domain closed by one of its own tasks goes when the last one ends") {
  Recording::enroll();
  OnManual m;
  weft_domain *d = m.domain("d", nullptr, "recording:name=d");
  weft_status closed = WEFT_E_INVAL;
  m.go([] { weft_park(); }, d);
  m.go(
      [&] {
        closed = weft_domain_close(d);
        weft_yield();
      },
      d);
  m.settle();
  CHECK(closed == WEFT_OK);
  CHECK(m.turn().live == 0);
  CHECK(Recording::take().back() == "d destroy");
}

TEST_CASE("a domain that one of its tasks and an outsider close goes once") {
  OnManual m;
  weft_domain *d = m.domain("d");
  weft_status inside = WEFT_E_INVAL, outside = WEFT_E_INVAL;
  m.go(
      [&] {
        inside = weft_domain_close(d);
        weft_park(); // cancelled by the close
        weft_yield();
      },
      d);
  m.go([&] { outside = weft_domain_close(d); });
  m.settle();
  CHECK(inside == WEFT_OK);
  CHECK(outside == WEFT_OK);
}

TEST_CASE("a cancelled closer leaves a domain that was closed from within to go by itself") {
  Recording::enroll();
  for (bool ends_first : {false, true}) {
    OnManual m;
    weft_domain *d = m.domain("d", nullptr, "recording:name=d");
    weft_status outside = WEFT_OK;
    weft_task closer = 0;
    m.go(
        [&, ends_first] {
          weft_domain_close(d);
          for (int i = 0; i < 5; ++i)
            weft_yield();
          weft_cancel(closer);
          if (!ends_first)
            weft_yield();
        },
        d);
    closer = m.go([&] { outside = weft_domain_close(d); });
    m.settle();
    CHECK(outside == WEFT_E_CANCELLED);
    Lines log = Recording::take();
    CHECK(log.back() == "d destroy");
  }
}

TEST_CASE("two tasks close nested domains, and the outer one's may run first") {
  for (bool outer_first : {false, true}) {
    OnManual m;
    weft_domain *outer = m.domain("outer"), *inner = m.domain("inner", outer);
    weft_domain *busy = m.domain("busy"); // one pick at a time: who is in it comes late
    std::string order;
    bool both_wait = false;
    m.go(
        [&] {
          while (!both_wait)
            weft_yield();
        },
        inner);
    m.go(
        [&] {
          CHECK(weft_domain_close(inner) == WEFT_OK);
          order += 'i';
        },
        busy);
    m.go([&] {
      CHECK(weft_domain_close(outer) == WEFT_OK);
      order += 'o';
    });
    m.turn(40);
    for (int i = 0; i < 4; ++i)
      m.go(
          [] {
            for (int n = 0; n < 50; ++n)
              weft_yield();
          },
          outer_first ? busy : nullptr);
    m.turn(40);
    both_wait = true;
    m.settle();
    CHECK(order == "io");
  }
}

TEST_CASE("a domain closed from within waits for who closes one below it") {
  Recording::enroll();
  OnManual m;
  weft_domain *outer = m.domain("outer", nullptr, "recording:name=outer");
  weft_domain *inner = m.domain("inner", outer, "recording:name=inner");
  weft_status closed = WEFT_E_INVAL;
  m.go([] { weft_park(); }, inner);
  m.settle();
  m.go([&] { closed = weft_domain_close(inner); });
  m.go([&] { weft_domain_close(outer); }, outer);
  m.settle();
  CHECK(closed == WEFT_OK);
  Lines log = Recording::take();
  CHECK(log.back() == "outer destroy");
}

TEST_CASE("a worker that entered a refused domain leaves it") {
  Recording::enroll();
  OnManual m("recording:refuse=-10012");
  int before = Recording::workers();
  weft_domain_attr attr = {};
  attr.size = sizeof attr;
  attr.sched = "recording";
  weft_domain *d = nullptr;
  CHECK(weft_domain_create(nullptr, &attr, &d, nullptr, 0) == WEFT_E_LIMIT);
  CHECK(Recording::workers() == before);
}
