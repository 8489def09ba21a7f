// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A scheduler that picks several at once (pick_many) is observed to behave as the same scheduler
// that picks one: order, budgets, domains, errno and exceptions. The tasks then hand over among
// themselves.
#include "dies.h"
#include "on_manual.h"
#include "sanitized.h"
#include "weft/scheduler.h"
#include "weft/sync.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>

extern "C" const weft_sched_ops weft_sched_fifo;

namespace {

// Fifo without pick_many, and two that answer wrongly.
size_t (*const many)(void *, weft_worker *, uint64_t, weft_ent **,
                     size_t) = weft_sched_fifo.pick_many;
size_t twice(void *self, weft_worker *w, uint64_t now, weft_ent **ents, size_t n) {
  size_t got = many(self, w, now, ents, n);
  if (got > 1)
    ents[1] = ents[0];
  return got;
}
size_t too_many(void *self, weft_worker *w, uint64_t now, weft_ent **ents, size_t n) {
  return many(self, w, now, ents, n) ? n + 1 : 0;
}

void enroll() {
  static weft_sched_ops one = weft_sched_fifo, doubled = weft_sched_fifo, much = weft_sched_fifo;
  static bool done = false;
  if (done)
    return;
  done = true;
  one.name = "one-by-one";
  one.pick_many = nullptr;
  doubled.name = "picks-one-twice";
  doubled.pick_many = twice;
  much.name = "picks-too-many";
  much.pick_many = too_many;
  for (const weft_sched_ops *ops : {&one, &doubled, &much})
    REQUIRE(weft_sched_register(ops) == WEFT_OK);
}

// Twenty tasks that do a little of everything, in two domains, turn by turn; what happened, as
// text.
std::string story(const char *sched, uint32_t picks) {
  OnManual m(sched);
  std::string log;
  auto say = [&log](char who, int what) { log += who + std::to_string(what) + ' '; };
  weft_domain *inner = m.domain("inner", nullptr, sched);
  weft_chan *c = weft_chan_new(sizeof(int), 0);
  std::vector<weft_task> sleepers;
  for (int i = 0; i < 6; ++i)
    m.go(
        [&, i] {
          for (int j = 0; j < 5; ++j) {
            say('y', i * 10 + j);
            weft_yield();
          }
        },
        i % 2 ? inner : nullptr);
  for (int i = 0; i < 3; ++i)
    sleepers.push_back(m.go([&, i] {
      weft_park();
      say('w', i);
      weft_yield();
      say('w', i + 10);
    }));
  m.go([&] {
    for (weft_task t : sleepers) {
      weft_yield();
      weft_wake(t);
      say('k', 0);
    }
    m.go([&] { say('n', 0); });
    weft_yield();
    say('k', 1);
  });
  m.go(
      [&] {
        for (int i = 0; i < 4; ++i)
          weft_chan_send(c, &i);
      },
      inner);
  m.go([&] {
    for (int v = 0; v != 3;) {
      weft_chan_recv(c, &v);
      say('c', v);
      weft_yield();
    }
  });
  for (int turns = 0; turns < 200; ++turns) {
    weft_turn_result r = m.turn(picks);
    log += '|';
    if (!r.more)
      break;
  }
  CHECK(m.turn().live == 0);
  weft_chan_free(c);
  return log;
}

} // namespace

TEST_CASE("who picks ahead runs everything in the order of who picks one by one") {
  enroll();
  for (uint32_t picks : {0u, 1u, 2u, 3u, 7u, 17u, 40u})
    CHECK(story("fifo", picks) == story("one-by-one", picks));
}

namespace {

// A random program of some thirty tasks in three domains, one of them within another, driven by turns of random
// budgets; what happened, as text. All choices come from seed, and each task's from a generator of its own,
// so two runs differ only if the order of runs does.
std::string random_story(const char *sched, uint32_t seed) {
  OnManual m(sched);
  std::minstd_rand turns(seed);
  struct Shared {
    OnManual &m;
    std::string log;
    weft_domain *domains[3];
    weft_chan *chans[2];
    std::vector<weft_task> tasks;
    int born = 0;
  } world{m, {}, {m.domain("a", nullptr, sched)}, {weft_chan_new(8, 0), weft_chan_new(8, 1)}, {}};
  world.domains[1] = m.domain("b", world.domains[0], sched);
  world.domains[2] = nullptr;
  struct Body {
    Shared &w;
    uint32_t seed;
    void operator()() const {
      std::minstd_rand pick(seed * 7919 + 1);
      auto note = [&](int what, long result) {
        w.log += std::to_string(seed % 1000) + ':' + std::to_string(what) + '=' +
                 std::to_string(result) + ' ';
      };
      int steps = 3 + static_cast<int>(pick() % 12);
      for (int i = 0; i < steps; ++i) {
        int what = static_cast<int>(pick() % 10);
        uint64_t v = pick() % 100;
        weft_task other = w.tasks[v % w.tasks.size()];
        switch (what) {
        case 0:
        case 1:
        case 2:
        case 3:
          note(what, weft_yield());
          break;
        case 4:
          note(what, weft_wake(other));
          break;
        case 5:
          note(what, weft_park());
          break;
        case 6:
          note(what, v % 2 ? weft_chan_send(w.chans[v % 4 / 2], &v)
                           : weft_chan_recv(w.chans[v % 4 / 2], &v));
          note(what, static_cast<long>(v));
          break;
        case 7:
          note(what, weft_sleep(v));
          break;
        case 8:
          note(what, v < 30 ? weft_cancel(other) : 0);
          break;
        case 9:
          if (w.born < 60)
            w.tasks.push_back(
                w.m.go(Body{w, static_cast<uint32_t>(1000 * seed + ++w.born)}, w.domains[v % 3]));
          note(what, w.born);
          break;
        }
      }
      note(99, 0);
    }
  };
  for (int i = 0; i < 20; ++i)
    world.tasks.push_back(
        m.go(Body{world, seed * 100 + static_cast<uint32_t>(i)}, world.domains[turns() % 3]));
  for (int i = 0; i < 400; ++i) {
    weft_turn_result r = m.turn(static_cast<uint32_t>(turns() % 24));
    world.log += r.more ? "|" : ".";
    if (!r.more)
      weft_manual_advance(m.host, 10);
    if (r.live == 0)
      break;
    if (i % 40 == 39) // who waits for nobody
      for (weft_task t : std::vector<weft_task>(world.tasks))
        weft_cancel(t);
  }
  weft_shutdown(m.rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
  m.turn();
  world.log += std::to_string(m.turn().live);
  weft_runtime_destroy(m.rt);
  m.rt = nullptr;
  for (weft_chan *c : world.chans)
    weft_chan_free(c);
  return world.log;
}

} // namespace

TEST_CASE("random programs run in the same order, picked ahead or one by one") {
  enroll();
  const uint32_t last = getenv("WEFT_TEST_FULL") && !sanitized() ? 3000 : 500;
  for (uint32_t seed = 1; seed <= last; ++seed) {
    std::string ahead = random_story("fifo", seed);
    if (ahead == random_story("one-by-one", seed))
      continue;
    CAPTURE(seed);
    CHECK(ahead == random_story("one-by-one", seed));
    break;
  }
}

TEST_CASE("errno and the exception being handled are a task's own when it hands over") {
  OnManual m;
  int right = 0;
  for (int i = 0; i < 5; ++i)
    m.go([&, i] {
      for (int j = 0; j < 4; ++j) { // from the second on they hand over
        errno = 10 * i + j;
        weft_yield();
        right += errno == 10 * i + j;
      }
      errno = i;
      try {
        if (i % 2)
          throw i;
        weft_yield();
        weft_yield();
      } catch (int) {
        weft_yield();
        try {
          throw;
        } catch (int mine) {
          right += mine == i;
        }
      }
      right += std::current_exception() == nullptr;
      right += errno == i;
    });
  m.settle();
  CHECK(right == 4 * 5 + 2 + 5 + 5);
}

TEST_CASE("a line survives the turn in which it was picked") {
  int runs = 0;
  {
    OnManual m;
    for (int i = 0; i < 40; ++i)
      m.go([&] {
        weft_yield();
        runs++;
      });
    m.turn(45);
    CHECK(runs == 5);
    m.turn(1);
    CHECK(runs == 6);
    m.turn();
    CHECK(runs == 40);
    // What is picked and never runs is no obstacle to the end.
    for (int i = 0; i < 10; ++i)
      m.go([&] {
        for (;;)
          if (weft_park() != WEFT_OK)
            break;
      });
    m.turn(3);
  }
}

TEST_CASE("a task in the line that is cancelled hears of it at its next wait") {
  OnManual m;
  weft_task victim = 0;
  weft_status heard = WEFT_OK;
  m.go([&] {
    weft_yield();
    weft_cancel(victim);
    weft_yield();
  });
  victim = m.go([&] {
    weft_yield();
    weft_yield();
    heard = weft_park();
  });
  m.settle();
  CHECK(heard == WEFT_E_CANCELLED);
}

TEST_CASE("what was picked twice or was not asked for ends the process with the rule") {
  enroll();
  for (auto [sched, rule] :
       {std::pair{"picks-one-twice", "(SCHED-01)"}, std::pair{"picks-too-many", "(SCHED-08)"}}) {
    Death death = dies([sched = sched] {
      OnManual m(sched);
      for (int i = 0; i < 3; ++i)
        m.go([] { weft_yield(); });
      m.settle();
    });
    INFO(death.text);
    CHECK(death.signal == SIGABRT);
    CHECK(death.text.find(rule) != std::string::npos);
    CHECK(death.text.find(sched) != std::string::npos);
  }
}
