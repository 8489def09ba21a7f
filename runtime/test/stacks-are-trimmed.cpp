// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// An idle runtime gives the pages of stacks that nobody uses back, and weft_stack_trim does at
// once; a trimmed stack works as a new one, guard included.
#include "dies.h"
#include "on_manual.h"
#include "sanitized.h"
#include "weft/lowered.h"
#include "weft/stack.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace {

constexpr uint64_t kSecond = 1000000000;

// Resident memory of this process in KiB.
long resident() {
  std::ifstream statm("/proc/self/statm");
  long all = 0, here = 0;
  statm >> all >> here;
  return here * (sysconf(_SC_PAGESIZE) / 1024);
}

weft_stats stats(weft_runtime *rt) {
  weft_stats s = {};
  s.size = sizeof s;
  weft_get_stats(rt, &s);
  return s;
}

constexpr size_t kDeep = 20000;

// Touches its stack some pages deep and waits there, so that all tasks stand on stacks of their
// own.
[[gnu::noinline]] void stand_deep(void *arg) {
  volatile char room[kDeep];
  asm volatile("" : : "r"(room) : "memory"); // else a compiler keeps only what is written
  for (size_t i = 0; i < kDeep; i += 512)
    room[i] = static_cast<char>(i);
  weft_yield();
  *static_cast<int *>(arg) += room[512] == 0;
}

int burst(OnManual &m, int tasks) {
  int ended = 0;
  for (int i = 0; i < tasks; ++i)
    weft_spawn(m.rt, stand_deep, &ended, nullptr, nullptr);
  m.settle();
  return ended;
}

// Moves the clock on to each deadline that the runtime arms, as a host that sleeps does; number of
// turns.
int sleep_till_quiet(OnManual &m) {
  int turns = 0;
  while (weft_manual_armed(m.host) != WEFT_NEVER && turns < 10000) {
    m.pass(weft_manual_armed(m.host) - weft_manual_now(m.host));
    turns++;
  }
  return turns;
}

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};

// A body that suspends once and answers what it was given, plus what env points at.
void adds(void *env, weft_payload *io) {
  uint64_t first = io->i[0];
  weft_rt_suspend(&tick, io, io);
  io->i[0] = first + *static_cast<uint64_t *>(env);
}

bool runs(uint64_t n) {
  uint64_t more = 5;
  weft_payload io = {};
  io.i[0] = n;
  weft_cont k = weft_rt_cont_new_mem(adds, &more, 0);
  return weft_rt_resume(k, &on_tick, &io, &io, &k) == 1 &&
         weft_rt_resume(k, &on_tick, &io, &io, nullptr) == 0 && io.i[0] == n + 5;
}

// Continuations that exist at once, all ended when it returns.
void make_and_end(int count) {
  std::vector<weft_cont> all;
  for (int i = 0; i < count; ++i)
    all.push_back(weft_rt_cont_new_mem(adds, nullptr, 0));
  for (weft_cont k : all)
    weft_rt_cont_drop(k);
}

} // namespace

TEST_CASE("an idle runtime gives back the memory of 10,000 tasks that ended, and grows again") {
  OnManual m;
  const int tasks = sanitized() ? 1000 : 10000;
  REQUIRE(burst(m, 16) == 16); // records, queues and the like
  long before = resident();
  REQUIRE(burst(m, tasks) == tasks);
  long high = resident();
  CHECK(stats(m.rt).stacks_cached >= static_cast<uint64_t>(tasks));
  if (!sanitized()) // whose fake stacks and shadow have their own memory
    CHECK(high - before > tasks * long(kDeep) / 1024);
  sleep_till_quiet(m);
  CHECK(stats(m.rt).stacks_cached < 100);
  CHECK(stats(m.rt).stacks_trimmed >= static_cast<uint64_t>(tasks) - 100);
  if (!sanitized())
    CHECK(resident() - before < (high - before) / 10);

  uint64_t made = stats(m.rt).stacks_made;
  REQUIRE(burst(m, tasks) == tasks);
  CHECK(stats(m.rt).stacks_made == made);
  CHECK(stats(m.rt).stacks_trimmed < 100);
  if (!sanitized())
    CHECK(resident() - before > (high - before) * 9 / 10);
}

TEST_CASE("stacks that are used between two looks keep their pages") {
  OnManual m;
  uint64_t trimmed = 0;
  for (int second = 0; second < 5; ++second) {
    burst(m, 200);
    m.pass(kSecond);
    uint64_t now = stats(m.rt).stacks_trimmed;
    if (second > 1) // by then all are this thread's
      CHECK(now == trimmed);
    trimmed = now;
  }
}

TEST_CASE("each step of an idle runtime is a few stacks, and it asks for the next one") {
  OnManual m;
  burst(m, 1000);
  m.pass(2 * kSecond);
  m.pass(2 * kSecond);
  uint64_t before = stats(m.rt).stacks_trimmed;
  uint64_t asked = weft_manual_armed(m.host);
  REQUIRE(asked != WEFT_NEVER);
  CHECK(asked - weft_manual_now(m.host) < kSecond / 10);
  m.pass(asked - weft_manual_now(m.host));
  uint64_t step = stats(m.rt).stacks_trimmed - before;
  CHECK(step > 0);
  CHECK(step <= 32);
}

TEST_CASE("an idle runtime with little cached asks for no turn, and one that has trimmed sleeps "
          "for good") {
  OnManual m;
  burst(m, 16);
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
  burst(m, 1000);
  CHECK(weft_manual_armed(m.host) != WEFT_NEVER);
  CHECK(weft_manual_holds(m.host) == 0); // a loop that has nothing else to do ends
  int turns = sleep_till_quiet(m);
  CHECK(turns > 2);
  CHECK(turns < 100); // 1000 stacks, 32 a turn
}

TEST_CASE("the timer of a runtime that wanted to trim is disarmed when it is destroyed") {
  OnManual m;
  burst(m, 1000);
  REQUIRE(weft_manual_armed(m.host) != WEFT_NEVER);
  REQUIRE(weft_runtime_destroy(m.rt) == WEFT_OK);
  m.rt = nullptr;
  CHECK(weft_manual_armed(m.host) == WEFT_NEVER);
}

TEST_CASE("a burst just after a look is trimmed too") {
  OnManual m;
  m.pass(2 * kSecond); // a look that finds nothing
  burst(m, 1000);
  sleep_till_quiet(m);
  CHECK(stats(m.rt).stacks_cached < 100);
}

TEST_CASE("a trim on demand takes all free stacks of the thread and of ended ones, and no others") {
  weft_stack_trim();
  uint64_t more = 1;
  weft_payload io = {};
  io.i[0] = 41;
  weft_cont k = weft_rt_cont_new_mem(adds, &more, 0);
  REQUIRE(weft_rt_resume(k, &on_tick, &io, &io, &k) == 1);
  make_and_end(10);
  CHECK(weft_stack_trim() == 10);
  CHECK(weft_stack_trim() == 0);
  std::thread([] { make_and_end(7); }).join();
  CHECK(weft_stack_trim() == 7);
  CHECK(weft_rt_resume(k, &on_tick, &io, &io, nullptr) == 0);
  CHECK(io.i[0] == 42);
}

TEST_CASE("what a thread's own objects drop while the thread ends is left to the others as well") {
  struct Keeper {
    weft_cont k = 0;
    ~Keeper() { weft_rt_cont_drop(k); }
  };
  weft_stack_trim();
  for (int i = 0; i < 3; ++i)
    std::thread([] {
      // Made before the thread's first continuation, so destroyed after what that one set up.
      static thread_local Keeper first;
      static thread_local Keeper second;
      for (weft_cont *k : {&first.k, &second.k}) {
        *k = weft_rt_cont_new_mem(adds, nullptr, 0);
        weft_payload io = {};
        weft_rt_resume(*k, &on_tick, &io, &io, k);
      }
    }).join();
  CHECK(weft_stack_trim() == 2); // the same two, three times
}

TEST_CASE("continuations of every spelling work on trimmed stacks") {
  for (int round = 0; round < 3; ++round) {
    make_and_end(20);
    weft_stack_trim();
    for (uint64_t n = 0; n < 20; ++n)
      CHECK(runs(n));
  }
  OnManual m;
  burst(m, 100);
  weft_stack_trim();
  CHECK(burst(m, 100) == 100);
}

TEST_CASE("an exception crosses from a trimmed stack to the resumer") {
  make_and_end(1);
  weft_stack_trim();
  weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *) { throw 7; }, nullptr, 0);
  int caught = 0;
  try {
    weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
  } catch (int n) {
    caught = n;
  }
  CHECK(caught == 7);
}

TEST_CASE("threads that trim, use and leave stacks at once do not disturb each other") {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        make_and_end(20);
        right += runs(static_cast<uint64_t>(i));
        weft_stack_trim();
      }
    });
  for (std::thread &t : threads)
    t.join();
  CHECK(right == 200);
}

TEST_CASE("a trimmed stack still has its guard") {
  if (sanitized()) {
    WARN("skipped: sanitizers own the signal");
    return;
  }
  static int (*deeper)(int) = [](int n) {
    volatile char room[512];
    room[0] = static_cast<char>(n);
    return deeper(n + 1) + room[0];
  };
  Death death = dies([] {
    OnManual m;
    m.go([] {}, nullptr, WEFT_SPAWN_DETACHED, "shallow");
    m.turn();
    uint64_t made = stats(m.rt).stacks_made;
    weft_stack_trim();
    m.go(
        [&] {
          if (stats(m.rt).stacks_made != made)
            _exit(1);
          _exit(deeper(0));
        },
        nullptr, WEFT_SPAWN_DETACHED, "deep");
    m.turn();
  });
  CHECK(death.signal == SIGABRT);
  INFO(death.text);
  CHECK(death.text.find("weft: stack overflow in task 'deep' #2: 256 KiB") != std::string::npos);
}

TEST_CASE("a dump says how many stacks are cached and trimmed") {
  OnManual m;
  make_and_end(3);
  weft_stack_trim();
  make_and_end(2);
  weft_stats s = stats(m.rt);
  CHECK(s.stacks_cached == 2);
  CHECK(s.stacks_trimmed >= 1);
  char file[] = "/tmp/weft-dump-XXXXXX";
  int fd = mkstemp(file);
  weft_dump(m.rt, fd);
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  close(fd);
  unlink(file);
  CHECK(line.find("stacks: 0 live, 2 cached, " + std::to_string(s.stacks_trimmed) + " trimmed") !=
        std::string::npos);
}
