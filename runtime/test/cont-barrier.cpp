// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// No suspension and no switch crosses a barrier; what stays inside of one is as free as elsewhere.
#include "dies.h"
#include "weft/lowered.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using Catch::Contains;

namespace {

const weft_tag tick = {"tick", "->"};
const weft_tag hop = {"hop", "->i64"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
const weft_handlers on_hop = {1, 0, {{&hop, WEFT_ON_SWITCH, 0}}};
const weft_handlers on_nothing = {0, 0, {{nullptr, ~0u, 0}}};
const weft_barrier here = {
    {0, WEFT_HANDLERS_BARRIER, {{nullptr, ~0u, 0}}}, "somewhere", "file.x", 7, 0};

void ticks(void *, weft_payload *) { weft_rt_suspend(&tick, nullptr, nullptr); }

void run(const weft_handlers *on, weft_body body) {
  weft_cont k = weft_rt_cont_new_mem(body, nullptr, 0);
  while (weft_rt_resume(k, on, nullptr, nullptr, &k))
    ;
}

} // namespace

TEST_CASE("a suspension that would cross a barrier names its tag and the place") {
  // By itself, and from a continuation inside.
  for (weft_body body :
       {ticks, weft_body([](void *, weft_payload *) { run(&on_nothing, ticks); })}) {
    static weft_body inside;
    inside = body;
    Death d = dies([] {
      run(&on_tick, [](void *, weft_payload *) {
        weft_rt_barrier_enter(&here);
        inside(nullptr, nullptr);
      });
    });
    CHECK(d.signal == SIGABRT);
    CHECK_THAT(d.text, Contains("tag 'tick'") &&
                           Contains("would cross the barrier in 'somewhere' at file.x:7") &&
                           Contains("CONT-10"));
  }
}

TEST_CASE("a switch across a barrier leaves its target as it was") {
  Death d = dies([] {
    run(&on_hop, [](void *, weft_payload *) {
      weft_rt_barrier_enter(&here);
      weft_rt_switch(weft_rt_cont_new_mem(ticks, nullptr, 0), &hop, nullptr, 0, nullptr);
    });
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("tag 'hop'") && Contains("CONT-10"));
}

TEST_CASE("a way that was remembered does not lead through a barrier") {
  Death d = dies([] {
    run(&on_tick, [](void *, weft_payload *) {
      run(&on_hop, [](void *, weft_payload *) {
        ticks(nullptr, nullptr);
        ticks(nullptr, nullptr); // remembered now
        weft_rt_barrier_enter(&here);
        ticks(nullptr, nullptr);
      });
    });
  });
  CHECK_THAT(d.text, Contains("CONT-10"));
}

TEST_CASE(
    "inside of a barrier continuations suspend to each other, and after it all is as before") {
  static int inside, outside;
  inside = outside = 0;
  weft_body body = [](void *, weft_payload *) {
    for (int i = 0; i < 3; ++i) {
      weft_rt_suspend(&tick, nullptr, nullptr);
      const weft_handlers *before = weft_rt_barrier_enter(&here);
      CHECK(weft_rt_barrier() == &here);
      weft_cont k =
          weft_rt_cont_new_mem([](void *, weft_payload *) { run(&on_hop, ticks); }, nullptr, 0);
      while (weft_rt_resume(k, &on_tick, nullptr, nullptr, &k))
        ++inside;
      weft_rt_barrier_leave(before);
      CHECK(weft_rt_barrier() == nullptr);
    }
  };
  weft_cont k = weft_rt_cont_new_mem(body, nullptr, 0);
  while (weft_rt_resume(k, &on_tick, nullptr, nullptr, &k))
    ++outside;
  CHECK(inside == 3);
  CHECK(outside == 3);
}

TEST_CASE("what is dropped inside of a barrier is unwound") {
  static bool cleaned;
  cleaned = false;
  run(&on_nothing, [](void *, weft_payload *) {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          struct Note {
            ~Note() { cleaned = true; }
          } note;
          ticks(nullptr, nullptr);
        },
        nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    const weft_handlers *before = weft_rt_barrier_enter(&here);
    weft_rt_cont_drop(k);
    weft_rt_barrier_leave(before);
  });
  CHECK(cleaned);
}

TEST_CASE("outside of any continuation a barrier is nothing, on many threads at once") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 1000; ++i) {
        const weft_handlers *before = weft_rt_barrier_enter(&here);
        run(&on_tick, ticks);
        weft_rt_barrier_leave(before);
      }
    });
  for (auto &t : threads)
    t.join();
  CHECK(weft_rt_barrier() == nullptr);
}
