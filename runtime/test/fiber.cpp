// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// fiber.h: what can be entered runs and answers; what cannot is a status or CONT-01, never another fiber.
// Compiled twice, for calls and for inline switches.
#include "dies.h"
#include "weft/fiber.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using Catch::Contains;

namespace {

void *box(uintptr_t value) { return reinterpret_cast<void *>(value); }
uintptr_t unbox(void *value) { return reinterpret_cast<uintptr_t>(value); }

std::string trail;
struct Note {
  const char *name;
  ~Note() { trail += name; }
};

weft_fiber_status last;
uintptr_t resume(weft_fiber fiber, uintptr_t value = 0) {
  return unbox(weft_fiber_resume(fiber, box(value), &last));
}

// Yields its argument plus one for ever.
void *counts(void *arg) {
  Note a{"a"};
  for (;;)
    arg = weft_fiber_yield(box(unbox(arg) + 1));
}
void *returns(void *arg) { return box(unbox(arg) * 2); }

TEST_CASE("values go in and out, and the status says how") {
  weft_fiber f = weft_fiber_alloc(
      [](void *arg) {
        while (unbox(arg) < 100)
          arg = weft_fiber_yield(box(unbox(arg) + 1));
        return box(7);
      },
      WEFT_STACK_DEFAULT);
  REQUIRE(f != 0);
  CHECK(resume(f, 1) == 2);
  CHECK(last == WEFT_FIBER_YIELDED);
  CHECK(resume(f, 99) == 100);
  CHECK(resume(f, 100) == 7);
  CHECK(last == WEFT_FIBER_RETURNED);
  CHECK(resume(f, 1) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
  weft_fiber_free(f);
}

TEST_CASE("null, finished and freed fibers are errors, also when the slot has another") {
  CHECK(resume(0) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
  weft_fiber f = weft_fiber_alloc(returns, 0);
  CHECK(resume(f, 4) == 8);
  weft_fiber g = weft_fiber_alloc(counts, 0); // its stack, and slot
  CHECK((f & WEFT_SLOT_MASK) == (g & WEFT_SLOT_MASK));
  CHECK(resume(f, 1) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
  weft_fiber_free(f); // not g
  CHECK(resume(g, 1) == 2);
  weft_fiber_free(g);
  weft_fiber_free(g);
  CHECK(resume(g) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
}

weft_fiber the_fiber;

TEST_CASE("a running fiber cannot be resumed, nor one that waits for what it resumed") {
  the_fiber = weft_fiber_alloc(
      [](void *) -> void * {
        weft_fiber_status status;
        weft_fiber_resume(the_fiber, nullptr, &status);
        weft_fiber inner = weft_fiber_alloc(
            [](void *) {
              weft_fiber_status status;
              weft_fiber_resume(the_fiber, nullptr, &status);
              return box(status);
            },
            0);
        weft_fiber_status ended;
        void *from_inside = weft_fiber_resume(inner, nullptr, &ended);
        return box(status * 10 + unbox(from_inside));
      },
      0);
  CHECK(resume(the_fiber) == WEFT_FIBER_ERROR * 11);
  CHECK(last == WEFT_FIBER_RETURNED);
}

TEST_CASE("freeing unwinds a suspended fiber once, and a fresh one never begins") {
  trail.clear();
  weft_fiber f = weft_fiber_alloc(counts, 0), fresh = weft_fiber_alloc(counts, 0);
  resume(f);
  weft_fiber_free(fresh);
  CHECK(trail == "");
  weft_fiber_free(f);
  CHECK(trail == "a");
  CHECK(resume(fresh) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
}

TEST_CASE("an exception leaves by the resume, and the fiber is finished") {
  trail.clear();
  weft_fiber f = weft_fiber_alloc(
      [](void *) -> void * {
        Note a{"a"};
        weft_fiber_yield(nullptr);
        throw std::runtime_error("out");
      },
      0);
  resume(f);
  CHECK_THROWS_WITH(resume(f), "out");
  CHECK(trail == "a");
  CHECK(resume(f) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
}

TEST_CASE("self is the innermost fiber that runs") {
  CHECK(weft_fiber_self() == 0);
  weft_fiber f = weft_fiber_alloc([](void *) { return box(weft_fiber_self()); }, 0);
  CHECK(resume(f) == f);
  CHECK(weft_fiber_self() == 0);
}

std::vector<weft_fiber> ring;
// Notes where it is, and goes on to the next; the third round ends.
void *member(void *arg, weft_fiber from) {
  uintptr_t me = unbox(arg) % 10;
  for (int round = 0; round < 3; ++round) {
    trail += static_cast<char>('0' + me);
    if (from && from != ring[(me + ring.size() - 1) % ring.size()])
      trail += "!";
    weft_fiber_switch(ring[(me + 1) % ring.size()], box((me + 1) % ring.size()), &from);
  }
  return box(me);
}

TEST_CASE("switches take a place under the same resumer, and tell who was left") {
  trail.clear();
  ring.clear();
  for (int i = 0; i < 3; ++i)
    ring.push_back(weft_fiber_alloc_switched(member, 0));
  CHECK(resume(ring[0], 0) == 0); // the first to end its rounds
  CHECK(last == WEFT_FIBER_RETURNED);
  CHECK(trail == "012012012");
  CHECK(resume(ring[0]) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
  CHECK(resume(ring[1]) == 1); // it was suspended in a switch
  CHECK(last == WEFT_FIBER_RETURNED);
  weft_fiber_free(ring[2]);
}

TEST_CASE("who yields is not who was resumed, and each goes on by its own name") {
  static weft_fiber first, second;
  first = weft_fiber_alloc_switched(
      [](void *, weft_fiber) { return weft_fiber_switch(second, box(2), nullptr); }, 0);
  second = weft_fiber_alloc_switched(
      [](void *arg, weft_fiber from) {
        CHECK(from == first);
        arg = weft_fiber_yield(box(unbox(arg) + 1)); // left by first: in first's place
        return box(unbox(arg) + 1);
      },
      0);
  CHECK(resume(first) == 3);
  CHECK(last == WEFT_FIBER_YIELDED);
  CHECK(resume(second, 10) == 11);
  CHECK(resume(first, 20) == 20);
  CHECK(last == WEFT_FIBER_RETURNED);
}

TEST_CASE("one that yielded may be switched to") {
  static weft_fiber first, second;
  first = weft_fiber_alloc(counts, 0);
  CHECK(resume(first, 1) == 2);
  second = weft_fiber_alloc([](void *) { return weft_fiber_switch(first, box(5), nullptr); }, 0);
  CHECK(resume(second) == 6); // what first yields next
  CHECK(resume(first, 8) == 9);
  CHECK(resume(second, 4) == 4);
  CHECK(last == WEFT_FIBER_RETURNED);
  weft_fiber_free(first);
}

TEST_CASE("a switch for good unwinds whom it leaves") {
  static weft_fiber first, second;
  trail.clear();
  second = weft_fiber_alloc_switched(
      [](void *arg, weft_fiber from) {
        trail += "b";
        return box(unbox(arg) + from);
      },
      0);
  first = weft_fiber_alloc(
      [](void *) -> void * {
        Note a{"a"};
        weft_fiber_switch_return(second, box(3));
      },
      0);
  CHECK(resume(first) == 3);
  CHECK(trail == "ab");
  CHECK(resume(first) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
}

TEST_CASE("main runs in a fiber, and is freed with what it left suspended") {
  trail.clear();
  void *result = weft_fiber_main(
      [](void *arg) -> void * {
        Note m{"m"};
        weft_fiber f = weft_fiber_alloc_switched([](void *arg, weft_fiber) { return box(unbox(arg) + 1); }, 0);
        return weft_fiber_switch(f, box(unbox(arg) * 2), nullptr); // f returns in our place
      },
      box(20));
  CHECK(unbox(result) == 41);
  CHECK(trail == "m");
}

TEST_CASE("a slot whose generations are used up keeps its fiber") {
  weft_fiber f = weft_fiber_alloc(counts, 0);
  resume(f);
  uint64_t slot = f & WEFT_SLOT_MASK;
  weft_fibers[slot].k = weft_slots[slot].handle = ~uint64_t(WEFT_SLOT_MASK) | slot; // as after 2^40 resumes
  CHECK(resume(f, 1) == 2);
  CHECK((weft_fibers[slot].k & WEFT_SLOT_MASK) != slot);
  CHECK(resume(f, 5) == 6);
  trail.clear();
  weft_fiber_free(f);
  CHECK(trail == "a");
  CHECK(resume(f) == 0);
  CHECK(last == WEFT_FIBER_ERROR);
}

TEST_CASE("a fiber goes on on another thread") {
  weft_fiber f = weft_fiber_alloc(counts, 0);
  resume(f);
  uintptr_t there = 0;
  std::thread([&] {
    weft_fiber_status status;
    there = unbox(weft_fiber_resume(f, box(30), &status));
  }).join();
  CHECK(there == 31);
  CHECK(resume(f, 40) == 41);
  weft_fiber_free(f);
}

TEST_CASE("stacks by class and by bytes") {
  auto touches = [](void *arg) {
    volatile char *low = static_cast<volatile char *>(__builtin_alloca(unbox(arg)));
    low[0] = 1;
    return box(static_cast<uintptr_t>(low[0]));
  };
  for (size_t bytes : {size_t(4096), size_t(16) << 10, size_t(64) << 10, size_t(1) << 20}) {
    CHECK(resume(weft_fiber_alloc(touches, bytes), bytes - 1024) == 1);
    CHECK(last == WEFT_FIBER_RETURNED);
  }
  CHECK(resume(weft_fiber_alloc(touches, WEFT_STACK_256K), 200 << 10) == 1);
  CHECK(weft_fiber_alloc(touches, WEFT_STACK_CLASSES) == 0);
  CHECK(weft_fiber_alloc(touches, size_t(2) << 30) == 0);
}

TEST_CASE("what cannot be answered by a status names its rule") {
  static weft_fiber f;
  Death death = dies([] { weft_fiber_yield(nullptr); });
  CHECK_THAT(death.text, Contains("fiber.yield") && Contains("CONT-02"));
  f = weft_fiber_alloc(counts, 0);
  death = dies([] { weft_fiber_switch(f, nullptr, nullptr); });
  CHECK_THAT(death.text, Contains("fiber.switch") && Contains("CONT-02"));
  weft_fiber_free(f);
  f = weft_fiber_alloc([](void *) { return weft_fiber_switch(f, nullptr, nullptr); }, 0);
  death = dies([] { resume(f); });
  CHECK_THAT(death.text, Contains("CONT-01"));
  weft_fiber_free(f);
  f = weft_fiber_alloc(
      [](void *) -> void * {
        weft_fiber_free(f);
        return nullptr;
      },
      0);
  death = dies([] { resume(f); });
  CHECK_THAT(death.text, Contains("CONT-01"));
  weft_fiber_free(f);
}

} // namespace
