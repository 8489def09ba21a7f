// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The system's wall clock is set while tasks sleep: neither do they wake early, nor do they sleep on. A program of its own, as its
// clock_gettime is the one of all libraries in it.
#include "on_hosts.h"

#include <sys/syscall.h>
#include <thread>
#include <time.h>
#include <unistd.h>

namespace {
std::atomic<int64_t> step_s{0}; // how far the wall clock was moved
std::atomic<uint64_t> wall_reads{0};

uint64_t true_now() {
  timespec t;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000000u + static_cast<uint64_t>(t.tv_nsec);
}
} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec *t) noexcept {
  const auto answer = static_cast<int>(syscall(SYS_clock_gettime, clock, t));
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
    t->tv_sec += step_s.load();
    ++wall_reads;
  }
  return answer;
}

TEST_CASE("the wall clock goes an hour back, or forward, while tasks sleep") {
  const int64_t step = GENERATE(-3600, 3600);
  const int workers = GENERATE(1, 2);
  OnHost h(each_host(), static_cast<uint32_t>(workers));
  std::atomic<int> early{0}, late{0}, woken{0};
  timespec t;
  step_s = 0;
  wall_reads = 0;
  clock_gettime(CLOCK_REALTIME, &t);
  const int64_t before = t.tv_sec;
  for (uint64_t i = 1; i <= 20; ++i)
    h.go([&, i] {
      const uint64_t begin = true_now();
      weft_status status = weft_sleep(i * 5000000);
      const uint64_t slept = true_now() - begin;
      early += status != WEFT_OK || slept < i * 5000000;
      ++woken;
    });
  const weft_task last = h.go([&] {
    weft_sleep(20000000);
    step_s = step;
    while (woken < 20) // up to the end, to be woken by who gives up
      weft_park_until(weft_now() + 10000000);
  });
  std::atomic<bool> over{false};
  std::thread helper([&] { // who would sleep for an hour is let go
    const uint64_t give_up = true_now() + UINT64_C(30000000000);
    while (!over && true_now() < give_up)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (!over) {
      ++late;
      step_s = 0;
      weft_wake(last); // the loop looks at the clock again
    }
  });
  const weft_status ran = h.run();
  over = true;
  helper.join();
  CHECK(ran == WEFT_OK);
  CHECK(woken == 20);
  CHECK(early == 0);
  CHECK(late == 0);
  clock_gettime(CLOCK_REALTIME, &t); // it is this program's clock that everybody reads, and it was set
  CHECK(wall_reads >= 2);
  CHECK((step < 0 ? t.tv_sec < before : t.tv_sec > before + 3000));
  step_s = 0;
}
