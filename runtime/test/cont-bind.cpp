// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What is bound to a continuation comes before what its next resume or switch sends.
#include "dies.h"
#include "weft/backtrace.h"
#include "weft/lowered.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using Catch::Contains;

namespace {

const weft_tag tick = {"tick", "->"};
const weft_tag hop = {"hop", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
const weft_handlers on_nothing = {0, 0, {{nullptr, ~0u, 0}}};

// Hands back what it got, for ever.
void echo(void *, weft_payload *io) {
  for (;;)
    weft_rt_suspend(&tick, io, io);
}

bool equal(const weft_payload &a, const weft_payload &b, uint32_t ints, uint32_t floats) {
  return std::equal(a.i, a.i + ints, b.i) && std::equal(a.f, a.f + floats, b.f);
}

} // namespace

TEST_CASE("any split of a payload into bound and sent arrives whole") {
  std::mt19937 random(17);
  weft_cont k = weft_rt_cont_new_mem(echo, nullptr, 0);
  for (int round = 0; round < 3000; ++round) {
    if (round % 100 == 0) { // a fresh one now and then
      weft_rt_cont_drop(k);
      k = weft_rt_cont_new_mem(echo, nullptr, 0);
    }
    weft_payload all;
    for (auto &i : all.i)
      i = random();
    for (auto &f : all.f)
      f = random();
    uint32_t ints = 0, floats = 0;
    for (auto binds = random() % 5; binds; --binds) {
      uint32_t i = random() % (7 - ints), f = random() % (7 - floats);
      weft_payload part = {};
      std::copy_n(all.i + ints, i, part.i);
      std::copy_n(all.f + floats, f, part.f);
      weft_cont before = k;
      k = weft_rt_cont_bind(k, &part, i, f);
      REQUIRE(k != before);
      ints += i;
      floats += f;
    }
    weft_payload rest = {}, got = {};
    std::copy(all.i + ints, all.i + 6, rest.i);
    std::copy(all.f + floats, all.f + 6, rest.f);
    REQUIRE(weft_rt_resume(k, &on_tick, &rest, &got, &k) == 1);
    REQUIRE(equal(got, all, 6, 6));
  }
  weft_rt_cont_drop(k);
}

TEST_CASE("values bound to a chain arrive at its innermost") {
  weft_body outer = [](void *env, weft_payload *io) {
    auto depth = reinterpret_cast<intptr_t>(env);
    weft_cont inner =
        weft_rt_cont_new_mem(depth == 0 ? echo : reinterpret_cast<weft_body>(io->i[0]),
                             reinterpret_cast<void *>(depth - 1), 0);
    weft_rt_resume(inner, &on_nothing, io, io, nullptr);
  };
  weft_payload io = {{reinterpret_cast<uint64_t>(outer)}, {}};
  weft_cont k = weft_rt_cont_new_mem(outer, reinterpret_cast<void *>(9), 0);
  weft_rt_resume(k, &on_tick, &io, &io, &k);
  weft_payload bound = {{1, 2}, {0.5}}, sent = {{3}, {1.5}};
  k = weft_rt_cont_bind(k, &bound, 2, 1);
  weft_rt_resume(k, &on_tick, &sent, &io, &k);
  CHECK(equal(io, {{1, 2, 3}, {0.5, 1.5}}, 3, 2));
  weft_rt_cont_drop(weft_rt_cont_bind(k, &bound, 1, 0));
}

TEST_CASE("a switch's integers and the handle of the one it left come behind the bound ones") {
  static const weft_handlers on_hop = {1, 0, {{&hop, WEFT_ON_SWITCH, 0}}};
  static weft_payload got;
  static weft_cont target;
  for (bool fresh : {true, false}) {
    target = weft_rt_cont_new_mem(
        [](void *, weft_payload *io) {
          if (!io->i[0])
            weft_rt_suspend(&tick, nullptr, io);
          got = *io;
        },
        nullptr, 0);
    weft_payload none = {};
    if (!fresh)
      weft_rt_resume(target, &on_tick, &none, nullptr, &target);
    weft_payload bound = {{11, 12}, {0.25}};
    target = weft_rt_cont_bind(target, &bound, 2, 1);
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          weft_payload sent = {{13, 14}, {0.75}};
          weft_rt_switch(target, &hop, &sent, 2, nullptr);
        },
        nullptr, 0);
    weft_rt_resume(k, &on_hop, nullptr, nullptr, nullptr);
    CHECK(equal(got, {{11, 12, 13, 14}, {0.25, 0.75}}, 4, 2));
    CHECK((got.i[4] & WEFT_SLOT_MASK) == (k & WEFT_SLOT_MASK));
    weft_rt_cont_drop(got.i[4]);
  }
}

TEST_CASE("a switch whose handle finds no room behind bound values breaks CONT-08") {
  Death d = dies([] {
    static weft_cont target;
    static const weft_handlers on_hop = {1, 0, {{&hop, WEFT_ON_SWITCH, 0}}};
    target = weft_rt_cont_new_mem([](void *, weft_payload *) { _exit(7); }, nullptr, 0);
    weft_payload values = {};
    target = weft_rt_cont_bind(target, &values, 4, 0);
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) { weft_rt_switch(target, &hop, nullptr, 2, nullptr); }, nullptr,
        0);
    weft_rt_resume(k, &on_hop, nullptr, nullptr, nullptr);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("CONT-08"));
}

TEST_CASE("dropping what has bound values runs its clean-ups; a fresh one is just freed") {
  static int cleaned;
  cleaned = 0;
  struct Note {
    ~Note() { ++cleaned; }
  };
  weft_body body = [](void *, weft_payload *io) {
    Note note;
    weft_rt_suspend(&tick, io, io);
  };
  weft_payload bound = {{1}, {}};
  weft_cont k = weft_rt_cont_new_mem(body, nullptr, 0);
  weft_rt_cont_drop(weft_rt_cont_bind(k, &bound, 1, 0));
  CHECK(cleaned == 0);
  weft_cont again = weft_rt_cont_new_mem(body, nullptr, 0);
  CHECK((again & WEFT_SLOT_MASK) == (k & WEFT_SLOT_MASK)); // the slot came back
  weft_rt_resume(again, &on_tick, nullptr, nullptr, &again);
  weft_rt_cont_drop(weft_rt_cont_bind(again, &bound, 1, 0));
  CHECK(cleaned == 1);
}

[[gnu::noinline]] static void waits_here(weft_payload *io) {
  weft_rt_suspend(&tick, io, io);
  asm volatile("" ::: "memory"); // no tail call
}

TEST_CASE("a continuation with bound values can be walked") {
  weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *io) { waits_here(io); }, nullptr, 0);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  weft_payload bound = {};
  k = weft_rt_cont_bind(k, &bound, 3, 3);
  std::string trace;
  weft_cont_backtrace(
      k, 64, [](void *arg, const char *line) { *static_cast<std::string *>(arg) += line; }, &trace);
  CHECK_THAT(trace, Contains("waits_here"));
  weft_rt_cont_drop(k);
}

TEST_CASE("binding with a slot's last generation moves the values to the new slot") {
  for (bool fresh : {true, false}) {
    weft_cont k = weft_rt_cont_new_mem(echo, nullptr, 0);
    weft_payload io = {{41}, {}};
    if (!fresh)
      weft_rt_resume(k, &on_tick, &io, &io, &k);
    weft_cb *cb = &weft_slots[k & WEFT_SLOT_MASK];
    uint64_t slot = k & WEFT_SLOT_MASK;
    cb->handle = ~UINT64_C(0) << WEFT_SLOT_BITS | slot;
    k = weft_rt_cont_bind(cb->handle, &io, 1, 0);
    CHECK((k & WEFT_SLOT_MASK) != slot);
    weft_payload sent = {{42}, {}};
    weft_rt_resume(k, &on_tick, &sent, &io, &k);
    CHECK(equal(io, {{41, 42}, {}}, 2, 0));
    weft_rt_cont_drop(k);
  }
}
