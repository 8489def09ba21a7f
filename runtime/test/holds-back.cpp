// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A policy that holds back (SCHED-18) on one worker, with turns and time by hand: who goes on, when it is asked again, what
// the host is told meanwhile, and what ends the process.
#include "dies.h"
#include "holding_scheduler.h"
#include "on_manual.h"
#include "weft/dump.h"
#include "weft/sync.h"

#include <cstring>

namespace {

struct Held : OnManual {
  explicit Held(const char *sched = "fifo") : OnManual((Holding::enroll(), sched)) {}
  std::string order;
  void steps(char letter, int n, weft_domain *domain = nullptr) {
    go(
        [this, letter, n] {
          for (int i = 0; i < n; ++i) {
            order += letter;
            weft_yield();
          }
        },
        domain);
  }
  uint64_t now() const { return weft_manual_now(host); }
  std::string dump() {
    std::string text;
    weft_dump_to(rt, WEFT_DUMP_TEXT, [](void *arg, const char *s, size_t n) { static_cast<std::string *>(arg)->append(s, n); }, &text);
    return text;
  }
};

} // namespace

TEST_CASE("a root that holds back for a time gives the turn back, and the host's timer is armed for just that") {
  Held m("holding:every=1000");
  m.steps('a', 3);
  const uint64_t begin = m.now();
  weft_turn_result r = m.turn();
  CHECK(m.order == "a");
  CHECK(!r.more);
  CHECK(r.next_deadline == begin + 1000);
  CHECK(weft_manual_armed(m.host) == begin + 1000);
  m.pass(999);
  CHECK(m.order == "a");
  m.pass(1);
  CHECK(m.order == "aa");
  m.pass(1000);
  CHECK(m.order == "aaa");
  m.pass(1000);
  CHECK(m.turn().live == 0);
}

TEST_CASE("weft_run waits as long as a root holds back, and takes it for no deadlock") {
  Held m("holding:every=1000");
  m.steps('a', 5);
  const uint64_t begin = m.now();
  CHECK(weft_run(m.rt) == WEFT_OK);
  CHECK(m.order == "aaaaa");
  CHECK(m.now() == begin + 5000);
  CHECK(Holding::asked <= 3 * 6); // idle is idle: asked a few times for each pick at most
}

TEST_CASE("a root that holds back for a turn asks for another one, and is picked in it") {
  Held m("holding:turn=2");
  m.steps('a', 5);
  CHECK(m.turn().more);
  CHECK(m.order == "aa");
  CHECK(m.turn().more);
  CHECK(m.order == "aaaa");
  CHECK(!m.turn().more);
  CHECK(m.order == "aaaaa");
}

TEST_CASE("a child that holds back lets the others go on, and goes on itself when its time has come") {
  Held m;
  weft_domain *slow = m.domain("slow", nullptr, "holding:every=1000");
  m.steps('s', 3, slow);
  m.steps('f', 4);
  m.turn();
  CHECK(m.order == "sffff");
  m.pass(1000);
  CHECK(m.order == "sffffs");
  m.pass(1000);
  CHECK(m.order == "sffffss");
}

TEST_CASE("a child that holds back till the next turn leaves the turn to the others, and wants one more") {
  Held m;
  weft_domain *gui = m.domain("gui", nullptr, "holding:turn=1");
  m.steps('g', 2, gui);
  m.steps('f', 3);
  CHECK(m.turn().more);
  CHECK(m.order == "gfff");
  CHECK(m.turn().more);
  CHECK(m.order == "gfffg");
  CHECK(!m.turn().more);
}

TEST_CASE("three levels: what holds back below leaves those above empty, and comes up again through them") {
  Held m;
  weft_domain *outer = m.domain("outer"), *inner = m.domain("inner", outer, "holding:every=1000");
  m.steps('i', 2, inner);
  CHECK(m.turn().next_deadline == m.now() + 1000);
  CHECK(m.order == "i");
  m.pass(1000);
  CHECK(m.order == "ii");
}

TEST_CASE("what becomes ready in a domain that holds back has it asked again") {
  Held m;
  weft_domain *slow = m.domain("slow", nullptr, "holding:every=1000");
  m.steps('s', 2, slow);
  m.turn();
  const uint64_t asked = Holding::asked;
  m.steps('t', 1, slow);
  m.turn();
  CHECK(m.order == "s");
  CHECK(Holding::asked == asked + 1);
  CHECK(weft_manual_armed(m.host) == m.now() + 1000);
  m.pass(1000);
  m.pass(1000);
  CHECK(m.order.size() == 3);
}

TEST_CASE("turns that come early do not end a hold") {
  Held m("holding:every=1000");
  m.steps('a', 2);
  for (int i = 0; i < 10; ++i) {
    m.turn();
    weft_manual_advance(m.host, 10);
  }
  CHECK(m.order == "a");
  m.pass(900);
  CHECK(m.order == "aa");
}

TEST_CASE("a task that is cancelled while it is held back says so when it runs, and not before") {
  Held m;
  weft_domain *slow = m.domain("slow", nullptr, "holding:every=1000");
  m.steps('s', 1, slow);
  weft_status status = WEFT_OK;
  weft_task t = m.make([&] { status = weft_park(); }, slow);
  m.turn();
  weft_cancel(t);
  m.settle();
  CHECK(status == WEFT_OK);
  m.pass(1000);
  m.pass(1000);
  CHECK(status == WEFT_E_CANCELLED);
  weft_detach(t);
}

TEST_CASE("closing a domain that holds back waits until its tasks could end, and the domain goes") {
  Held m;
  weft_domain *slow = m.domain("slow", nullptr, "holding:every=1000");
  m.steps('s', 1, slow);
  m.steps('t', 1, slow);
  weft_status closed = WEFT_E_INVAL;
  m.go([&] { closed = weft_domain_close(slow); });
  m.turn();
  CHECK(closed == WEFT_E_INVAL);
  for (int i = 0; i < 4; ++i)
    m.pass(1000);
  CHECK(closed == WEFT_OK);
  CHECK(m.turn().next_deadline == WEFT_NEVER);
}

TEST_CASE("a shutdown waits for what is held back, for a time or a turn, and gives nothing up") {
  for (const char *sched : {"holding:every=1000", "holding:turn=1"})
    for (bool child : {false, true})
      for (weft_shutdown_mode mode : {WEFT_SHUTDOWN_WAIT, WEFT_SHUTDOWN_CANCEL}) {
        INFO(sched << " " << child << " " << mode);
        Held m(child ? "fifo" : sched);
        weft_domain *d = child ? m.domain("child", nullptr, sched) : nullptr;
        m.steps('a', 2, d);
        m.steps('b', 2, d);
        m.turn();
        uint64_t abandoned = 99;
        weft_shutdown(m.rt, mode, [](void *arg, uint64_t n) { *static_cast<uint64_t *>(arg) = n; }, &abandoned);
        CHECK(abandoned == 99);
        CHECK(weft_run(m.rt) == WEFT_OK);
        CHECK(abandoned == 0);
        CHECK(m.order.size() == 4);
      }
}

TEST_CASE("what became ready after a shutdown was given up is taken from a policy that holds back") {
  Held m("holding:every=1000");
  weft_task t = m.make([] { weft_park(), weft_park(); });
  m.turn();
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  m.pass(1000);
  weft_wake(t); // a next pick would be held back for 1000 ns more
  weft_detach(t);
  CHECK(weft_runtime_destroy(m.rt) == WEFT_OK);
  m.rt = nullptr;
}

TEST_CASE("a deadlock beside a domain that holds back is told when that has ended, and not before") {
  Held m;
  weft_domain *slow = m.domain("slow", nullptr, "holding:every=1000");
  m.steps('s', 3, slow);
  weft_chan *never = weft_chan_new(1, 0);
  char byte;
  m.go([&] { weft_chan_recv(never, &byte); });
  const uint64_t begin = m.now();
  CHECK(weft_run(m.rt) == WEFT_E_DEADLOCK);
  CHECK(m.order == "sss");
  CHECK(m.now() >= begin + 2000);
  weft_chan_close(never);
  m.settle();
  weft_chan_free(never);
}

TEST_CASE("who is held back is not told of as lost") {
  Death d = dies([] {
    Held m;
    weft_domain *slow = m.domain("slow", nullptr, "holding:every=3000000000");
    m.steps('s', 2, slow);
    bool done = false;
    m.go([&] {
      while (!done)
        weft_yield();
    });
    for (int i = 0; i < 200; ++i) { // looks, 20 ms apart
      weft_manual_advance(m.host, 20000000);
      m.turn(100);
    }
    done = true;
    m.turn();
    for (int i = 0; i < 3; ++i)
      m.pass(3000000000);
    if (m.order != "ss")
      fprintf(stderr, "order %s\n", m.order.c_str());
  });
  CHECK(d.text == "");
  CHECK(d.code == 0);
}

TEST_CASE("a dump says of a domain that it is held back, and until when") {
  Held m;
  weft_domain *slow = m.domain("slow", nullptr, "holding:every=1000"), *gui = m.domain("gui", nullptr, "holding:turn=1");
  m.steps('s', 2, slow);
  m.steps('g', 2, gui);
  m.turn();
  std::string text = m.dump();
  CHECK(text.find("1 ready, held back for a time\n") != std::string::npos);
  CHECK(text.find("1 ready, held back until the next turn\n") != std::string::npos);
}

TEST_CASE("a hold that SCHED-18 forbids ends the process, by the rule") {
  auto said = [](const char *wrong, bool child) {
    return dies([=] {
             Held m(child ? "fifo" : wrong);
             m.steps('a', 1, child ? m.domain("child", nullptr, wrong) : nullptr);
             m.turn();
           })
        .text;
  };
  for (bool child : {false, true})
    for (auto [wrong, text] : {std::pair{"holding:wrong=zero", "holds back for no time"}, std::pair{"holding:wrong=never", "holds back for ever"},
                               std::pair{"holding:wrong=ran", "until one of its entities has run, of which none runs"},
                               std::pair{"holding:wrong=unknown", "none of WEFT_HOLD_NS"}, std::pair{"holding:wrong=empty", "none of its entities is queued"},
                               std::pair{"holding:wrong=parallel", "which WEFT_SCHED_PARALLEL excludes"},
                               std::pair{"holding:wrong=pick_many", "which pick_many excludes"}}) {
      if (child && strcmp(wrong, "holding:wrong=empty") == 0)
        continue; // a child is not asked when it is empty
      INFO(wrong << (child ? " in a child" : ""));
      std::string got = said(wrong, child);
      CHECK(got.find(text) != std::string::npos);
      CHECK(got.find("(SCHED-18)") != std::string::npos);
    }
}
