// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A continuation runs until it returns or suspends; payloads travel whole in both directions.
#include "weft/lowered.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace {

const weft_tag tick = {"tick", "->"};
const weft_tag tock = {"tock", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
struct Two {
  uint32_t count, flags;
  weft_handler entry[2];
};
const Two on_both = {2, 0, {{&tick, WEFT_ON_SUSPEND, 0}, {&tock, WEFT_ON_SUSPEND, 0}}};
const weft_handlers *both() { return reinterpret_cast<const weft_handlers *>(&on_both); }

void add_one_to_all(void *, weft_payload *io) {
  for (int round = 0; round < 3; ++round) {
    for (auto &i : io->i)
      ++i;
    for (auto &f : io->f)
      f += 0.5;
    weft_rt_suspend(&tick, io, io);
  }
}

} // namespace

TEST_CASE("six integers and six floats travel both ways and at the end") {
  weft_payload io = {{1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}};
  weft_cont k = weft_rt_cont_new_mem(add_one_to_all, nullptr, 0);
  REQUIRE(k != 0);
  int suspensions = 0;
  while (weft_rt_resume(k, &on_tick, &io, &io, &k) == 1)
    ++suspensions;
  CHECK(suspensions == 3);
  CHECK(k == 0);
  for (unsigned i = 0; i < 6; ++i) {
    CHECK(io.i[i] == i + 1 + 3);
    CHECK(io.f[i] == i + 1 + 1.5);
  }
}

TEST_CASE("which tells the entry of the table, counted from 1") {
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *io) {
        weft_rt_suspend(&tock, nullptr, nullptr);
        weft_rt_suspend(&tick, nullptr, nullptr);
        weft_rt_suspend(&tock, nullptr, nullptr);
        io->i[0] = 7;
      },
      nullptr, 0);
  CHECK(weft_rt_resume(k, both(), nullptr, nullptr, &k) == 2);
  CHECK(weft_rt_resume(k, both(), nullptr, nullptr, &k) == 1);
  CHECK(weft_rt_resume(k, both(), nullptr, nullptr, &k) == 2);
  weft_payload out = {};
  CHECK(weft_rt_resume(k, both(), nullptr, &out, &k) == 0);
  CHECK(out.i[0] == 7);
}

TEST_CASE("tags with equal contents are different tags") {
  static const weft_tag twin = {"tick", "->"};
  static const Two table = {2, 0, {{&twin, WEFT_ON_SUSPEND, 0}, {&tick, WEFT_ON_SUSPEND, 0}}};
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *) { weft_rt_suspend(&tick, nullptr, nullptr); }, nullptr, 0);
  CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&table), nullptr, nullptr, &k) ==
        2);
  weft_rt_cont_drop(k);
}

TEST_CASE(
    "a suspend goes to the nearest resumer that lists the tag, and the whole chain comes back") {
  struct Level {
    int depth;
    int *leaves;
  };
  static int ticks;
  ticks = 0;
  weft_body body = [](void *env, weft_payload *io) {
    auto depth = reinterpret_cast<intptr_t>(env);
    if (depth == 0) {
      for (int i = 0; i < 4; ++i) {
        ++ticks;
        weft_rt_suspend(&tick, io, io); // handled by the outermost's resumer only
      }
      return;
    }
    weft_cont inner = weft_rt_cont_new_mem(reinterpret_cast<weft_body>(io->i[0]),
                                           reinterpret_cast<void *>(depth - 1), 0);
    static const weft_handlers on_tock = {1, 0, {{&tock, WEFT_ON_SUSPEND, 0}}};
    weft_rt_resume(inner, &on_tock, io, io, nullptr);
  };
  for (intptr_t depth : {0, 1, 2, 5, 40}) {
    ticks = 0;
    weft_payload io = {};
    io.i[0] = reinterpret_cast<uint64_t>(body);
    weft_cont k = weft_rt_cont_new_mem(body, reinterpret_cast<void *>(depth), 0);
    int seen = 0;
    while (weft_rt_resume(k, &on_tick, &io, &io, &k) == 1)
      CHECK(++seen == ticks);
    CHECK(seen == 4);
  }
}

TEST_CASE("a cached way is not used after a link of it was cut") {
  // C inside B inside A. C's suspend by tick goes past B to A's resumer, and is cached. Then B is
  // suspended by tock (from C), resumed under a table that lists tick itself: the next tick stops there.
  static weft_cont b_rest;
  weft_body c = [](void *, weft_payload *) {
    weft_rt_suspend(&tick, nullptr, nullptr); // to main
    weft_rt_suspend(&tick, nullptr, nullptr); // to main, cached
    weft_rt_suspend(&tock, nullptr, nullptr); // to A: cuts B off
    weft_rt_suspend(&tick, nullptr, nullptr); // to A now
    weft_rt_suspend(&tick, nullptr, nullptr);
  };
  static weft_body c_body;
  c_body = c;
  weft_body b = [](void *, weft_payload *) {
    weft_cont k = weft_rt_cont_new_mem(c_body, nullptr, 0);
    weft_rt_resume(k, &weft_no_handlers, nullptr, nullptr, nullptr);
  };
  static weft_body b_body;
  b_body = b;
  weft_body a = [](void *, weft_payload *io) {
    static const weft_handlers on_tock = {1, 0, {{&tock, WEFT_ON_SUSPEND, 0}}};
    weft_cont k = weft_rt_cont_new_mem(b_body, nullptr, 0);
    CHECK(weft_rt_resume(k, &on_tock, nullptr, nullptr, &b_rest) == 1);
    CHECK(weft_rt_resume(b_rest, &on_tick, nullptr, nullptr, &b_rest) == 1);
    CHECK(weft_rt_resume(b_rest, &on_tick, nullptr, nullptr, &b_rest) == 1);
    CHECK(weft_rt_resume(b_rest, &on_tick, nullptr, nullptr, &b_rest) == 0);
    io->i[0] = 1;
  };
  weft_cont k = weft_rt_cont_new_mem(a, nullptr, 0);
  weft_payload out = {};
  CHECK(weft_rt_resume(k, &on_tick, nullptr, &out, &k) == 1);
  CHECK(weft_rt_resume(k, &on_tick, nullptr, &out, &k) == 1);
  CHECK(weft_rt_resume(k, &on_tick, nullptr, &out, &k) == 0);
  CHECK(out.i[0] == 1);
}

TEST_CASE("a cached way looks at the table that is installed now") {
  // The same memory, other contents from resume to resume.
  weft_body inner = [](void *, weft_payload *) {
    for (int i = 0; i < 6; ++i)
      weft_rt_suspend(&tick, nullptr, nullptr);
  };
  static weft_body inner_body;
  inner_body = inner;
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *) {
        weft_rt_resume(weft_rt_cont_new_mem(inner_body, nullptr, 0), &weft_no_handlers, nullptr,
                       nullptr, nullptr);
      },
      nullptr, 0);
  Two table = on_both;
  for (int i = 0; i < 6; ++i) {
    CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&table), nullptr, nullptr,
                         &k) == (i % 2 ? 2u : 1u));
    std::swap(table.entry[0], table.entry[1]);
  }
  weft_rt_cont_drop(k);
}

TEST_CASE("switch hands the running one to its target, under the same handler") {
  static const weft_tag turn = {"turn", "->"};
  static const Two table = {2, 0, {{&tick, WEFT_ON_SUSPEND, 0}, {&turn, WEFT_ON_SWITCH, 0}}};
  static std::vector<int> order;
  order.clear();
  // Each gets the previous one's handle after its one integer.
  weft_body body = [](void *env, weft_payload *io) {
    int me = static_cast<int>(reinterpret_cast<intptr_t>(env));
    weft_payload mine = *io;
    for (int i = 0; i < 3; ++i) {
      order.push_back(me * 100 + static_cast<int>(mine.i[0]));
      weft_cont other = mine.i[1];
      weft_payload next = {};
      next.i[0] = mine.i[0] + 1;
      weft_rt_switch(other, &turn, &next, 1, &mine);
    }
    weft_rt_suspend(&tick, &mine, nullptr); // leaves both suspended
  };
  weft_cont one = weft_rt_cont_new_mem(body, reinterpret_cast<void *>(1), 0);
  weft_cont two = weft_rt_cont_new_mem(body, reinterpret_cast<void *>(2), 0);
  weft_payload io = {};
  io.i[1] = two;
  weft_cont rest = 0;
  CHECK(weft_rt_resume(one, reinterpret_cast<const weft_handlers *>(&table), &io, &io, &rest) == 1);
  CHECK(order == std::vector<int>{100, 201, 102, 203, 104, 205});
  weft_rt_cont_drop(rest);
  weft_rt_cont_drop(io.i[1]);
}

TEST_CASE("a continuation goes on in whichever thread resumes it") {
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *io) {
        for (int i = 0; i < 8; ++i) {
          io->i[0] += 1;
          weft_rt_suspend(&tick, io, io);
        }
      },
      nullptr, 0);
  weft_payload io = {};
  for (int i = 0; i < 8; ++i)
    std::thread([&] { CHECK(weft_rt_resume(k, &on_tick, &io, &io, &k) == 1); }).join();
  CHECK(io.i[0] == 8);
  weft_rt_cont_drop(k);
}

TEST_CASE("a thread that only ends continuations leaves their stacks to others") {
  // Each round makes here and ends there; without the leaving, each round would need a new stack.
  auto used = [] {
    weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *) {}, nullptr, WEFT_STACK_1M);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
    return k & WEFT_SLOT_MASK;
  };
  uint64_t before = used(), highest = 0;
  for (int i = 0; i < 50; ++i) {
    weft_cont k[4];
    for (auto &one : k) {
      one = weft_rt_cont_new_mem([](void *, weft_payload *) {}, nullptr, WEFT_STACK_1M);
      highest = std::max(highest, one & WEFT_SLOT_MASK);
    }
    std::thread([&] {
      for (auto one : k)
        weft_rt_resume(one, &on_tick, nullptr, nullptr, nullptr);
    }).join();
  }
  CHECK(highest - before < 16);
}

TEST_CASE("threads make, run and end continuations at the same time") {
  std::atomic<uint64_t> sum{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&sum] {
      uint64_t mine = 0;
      for (int i = 0; i < 2000; ++i) {
        weft_cont a = weft_rt_cont_new_mem(add_one_to_all, nullptr, 0);
        weft_cont b = weft_rt_cont_new_mem(add_one_to_all, nullptr, WEFT_STACK_16K);
        weft_payload io = {};
        weft_rt_resume(a, &on_tick, &io, &io, &a);
        weft_rt_resume(b, &on_tick, &io, &io, &b);
        mine += io.i[5];
        weft_rt_cont_drop(b);
        while (weft_rt_resume(a, &on_tick, &io, &io, &a))
          ;
        mine += io.i[0];
      }
      sum += mine;
    });
  for (auto &t : threads)
    t.join();
  CHECK(sum == uint64_t(4) * 2000 * (2 + 4));
}
