// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Misuse of a handle is a defined error that names its rule; a stack that is used up names its owner.
#include "cont.h"
#include "dies.h"
#include "sanitized.h"
#include "stack.h"
#include "weft/backtrace.h"
#include "weft/lowered.h"
#include "weft/stack.h"

#include <catch2/catch.hpp>
#include <random>
#include <sys/mman.h>
#include <thread>
#include <vector>

using Catch::Contains;

namespace {

const weft_tag tick = {"tick", "->"};
const weft_tag lost = {"lost", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};

void suspend_for_ever(void *, weft_payload *io) {
  for (;;)
    weft_rt_suspend(&tick, io, io);
}

[[gnu::noinline]] int deep(volatile char *above, int n) {
  volatile char here[512];
  here[0] = static_cast<char>(n);
  if (n == 1 << 24)
    return 0;
  return deep(here, n + 1) + here[0] + (above ? above[0] : 0);
}

} // namespace

TEST_CASE("resume of null") {
  Death d = dies([] { weft_rt_resume(0, &on_tick, nullptr, nullptr, nullptr); });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text,
             Contains("continuation already consumed: the handle is null") && Contains("CONT-01"));
}

TEST_CASE("second resume of a handle") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(suspend_for_ever, nullptr, 0), next = 0;
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &next);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &next);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("continuation already consumed") && Contains("CONT-01"));
}

TEST_CASE("drop of a consumed handle") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(suspend_for_ever, nullptr, 0);
    weft_rt_cont_drop(k);
    weft_rt_cont_drop(k);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("CONT-01"));
}

TEST_CASE("a suspend that nobody handles names the tag, and the backtrace crosses to the resumer") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) { weft_rt_suspend(&lost, nullptr, nullptr); }, nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("no handler for tag 'lost'") && Contains("CONT-02") &&
                         Contains("continuation start") &&
                         (Contains("weft_rt_resume") || Contains("resume_block"))); // which it may end in a jump to
}

TEST_CASE("a suspend outside of any continuation") {
  Death d = dies([] { weft_rt_suspend(&tick, nullptr, nullptr); });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("no handler for tag 'tick'") && Contains("in thread"));
}

TEST_CASE("an unhandled switch leaves its target as it was") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          weft_cont other = weft_rt_cont_new_mem(suspend_for_ever, nullptr, 0);
          weft_rt_switch(other, &lost, nullptr, 0, nullptr);
        },
        nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("'lost'"));
}

TEST_CASE("a switch that nobody handles and that sends too much behind bound values is unhandled first") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          weft_payload values = {};
          weft_cont other = weft_rt_cont_bind(weft_rt_cont_new_mem(suspend_for_ever, nullptr, 0), &values, 6, 0);
          weft_rt_switch(other, &lost, nullptr, 0, nullptr);
        },
        nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("'lost'") && Contains("CONT-02"));
}

TEST_CASE("a used-up stack dies with its owner, its size and a backtrace") {
  if (sanitized()) {
    WARN("skipped: sanitizers own the signal");
    return;
  }
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *io) { io->i[0] = static_cast<uint64_t>(deep(nullptr, 0)); },
        nullptr, WEFT_STACK_256K);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("weft: stack overflow in continuation #") && Contains(": 256 KiB") &&
                         Contains("deep"));
}

TEST_CASE(
    "a thread that only resumes what others made reports an overflow after weft_thread_init") {
  if (sanitized()) {
    WARN("skipped: sanitizers own the signal");
    return;
  }
  for (bool prepared : {true, false}) {
    Death d = dies([=] {
      weft_cont k = weft_rt_cont_new_mem(
          [](void *, weft_payload *io) { io->i[0] = static_cast<uint64_t>(deep(nullptr, 0)); },
          nullptr, WEFT_STACK_256K);
      std::thread([=] {
        if (prepared)
          weft_thread_init();
        weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
      }).join();
    });
    CHECK(d.signal == (prepared ? SIGABRT : SIGSEGV)); // the guard holds in any case
    CHECK((d.text.find("weft: stack overflow in continuation #") != std::string::npos) == prepared);
  }
}

TEST_CASE("a thread keeps the alternate signal stack that it has") {
  if (sanitized()) {
    WARN("skipped: sanitizers have one on each thread");
    return;
  }
  std::thread([] {
    static char room[64 * 1024];
    stack_t mine = {}, now = {};
    mine.ss_sp = room;
    mine.ss_size = sizeof room;
    sigaltstack(&mine, nullptr);
    weft_thread_init();
    weft_thread_init();
    sigaltstack(nullptr, &now);
    CHECK(now.ss_sp == room);
    mine.ss_flags = SS_DISABLE;
    sigaltstack(&mine, nullptr);
  }).join();
}

TEST_CASE("a fault that is no overflow goes to who had the signal before") {
  if (sanitized()) {
    WARN("skipped: sanitizers own the signal");
    return;
  }
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          static volatile uintptr_t nowhere =
              16; // not a constant, for gcc sees that it is no object
          *reinterpret_cast<volatile int *>(nowhere) = 1;
        },
        nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
  });
  CHECK(d.signal == SIGSEGV);
  CHECK(d.text.find("overflow") == std::string::npos);
}

TEST_CASE("a stale handle never gets through, however often its slot is used again") {
  // Slots are reused last in, first out, so a few blocks see all the traffic.
  std::mt19937_64 random(4711);
  std::vector<weft_cont> stale;
  weft_payload io = {};
  // A sanitizer makes and forgets a fiber each time, so it gets fewer.
  long rounds = sanitized() ? 20'000 : getenv("WEFT_TEST_FULL") ? 10'000'000 : 300'000;
  for (long i = 0; i < rounds; ++i) {
    weft_cont k = weft_rt_cont_new_mem(suspend_for_ever, nullptr, 0), next = 0;
    weft_rt_resume(k, &on_tick, &io, &io, &next);
    if (stale.size() < 1000)
      stale.push_back(k);
    else
      stale[random() % stale.size()] = k;
    weft_cont old = stale[random() % stale.size()];
    REQUIRE(weft_slots[old & WEFT_SLOT_MASK].handle != old);
    REQUIRE(next != old);
    weft_rt_cont_drop(next);
  }
}

TEST_CASE("a slot whose generations are used up is left for a new one") {
  weft_cont k = weft_rt_cont_new_mem(suspend_for_ever, nullptr, 0);
  weft_payload io = {};
  weft_rt_resume(k, &on_tick, &io, &io, &k);
  weft_cb *cb = &weft_slots[k & WEFT_SLOT_MASK];
  uint64_t slot = k & WEFT_SLOT_MASK;
  cb->handle = ~UINT64_C(0) << WEFT_SLOT_BITS | slot; // the last generation
  k = cb->handle;
  io.i[0] = 5;
  CHECK(weft_rt_resume(k, &on_tick, &io, &io, &k) == 1);
  CHECK((k & WEFT_SLOT_MASK) != slot);
  CHECK(io.i[0] == 5);
  CHECK(weft_rt_resume(k, &on_tick, &io, &io, &k) == 1);
  weft_rt_cont_drop(k);
  CHECK((cb->handle >> WEFT_SLOT_BITS) == 0);
}

TEST_CASE("a stack class that does not exist is a null handle") {
  for (uint32_t stack_class : {8u, 9u, 4'000'000'000u})
    CHECK(weft_rt_cont_new_mem(suspend_for_ever, nullptr, stack_class) == 0);
}

[[gnu::noinline]] static void suspends_here(weft_payload *io) {
  weft_rt_suspend(&tick, io, io);
  asm volatile("" ::: "memory"); // no tail call
}

TEST_CASE("a suspended chain can be walked from its suspension point to its start") {
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *) {
        weft_cont inner =
            weft_rt_cont_new_mem([](void *, weft_payload *io) { suspends_here(io); }, nullptr, 0);
        weft_rt_resume(inner, &weft_no_handlers, nullptr, nullptr, nullptr);
      },
      nullptr, 0);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  std::string trace;
  weft_cont_backtrace(
      k, 64, [](void *arg, const char *line) { *static_cast<std::string *>(arg) += line; }, &trace);
  CHECK_THAT(trace, Contains("suspends_here") && Contains("continuation start"));
  CHECK(trace.find("main") == std::string::npos); // it ends at the chain's own start
  weft_rt_cont_drop(k);
}

static std::string walk(weft_cont k) {
  std::string trace;
  weft_cont_backtrace(
      k, 64, [](void *arg, const char *line) { *static_cast<std::string *>(arg) += line; }, &trace);
  return trace;
}

TEST_CASE(
    "a suspended root, as tasks are, can be walked to its own start, also with bound values") {
  weft_cb *root = weft::new_root(
      [](void *) {
        weft_payload io = {};
        suspends_here(&io);
        abort(); // it is dropped
      },
      nullptr, 0);
  weft_payload io = {};
  weft_cont k = 0;
  weft::resume_block(root, &on_tick, io, &io, &k);
  std::string trace = walk(k);
  CHECK_THAT(trace, Contains("weft_rt_suspend") && Contains("suspends_here"));
  CHECK(trace.find("continuation start") == std::string::npos);
  CHECK(trace.find("resume_block") == std::string::npos);
  k = weft_rt_cont_bind(k, &io, 1, 0);
  CHECK(walk(k) == trace);
  weft_rt_cont_drop(k);
  CHECK(walk(k).empty());
}

TEST_CASE("no memory for a stack is a null handle") {
  if (sanitized()) {
    WARN("skipped: a sanitizer needs the address space");
    return;
  }
  Death d = dies([] {
    rlimit small = {size_t(4) << 30, size_t(4) << 30};
    setrlimit(RLIMIT_AS, &small);
    int made = 0;
    while (weft_rt_cont_new_mem(suspend_for_ever, nullptr, WEFT_STACK_64M) != 0)
      ++made;
    _exit(made > 0 && made < 64 ? 42 : 1);
  });
  CHECK(d.code == 42);
}
