// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A loop that somebody owns, with a timer of 60 Hz: how late its ticks are, alone and beside tasks that are always ready. The loop is a poll() with
// nothing else in it; its turns have the next tick as `until`. `measure` runs it.
//
//     ticks alone|beside SECONDS     each tick's lateness in ns and how often the kernel took the CPU away since the tick before, a
//                                    line each; then how often a task ran
#include "weft/task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>

namespace {

constexpr uint64_t period = 1000000000 / 60;
constexpr int tasks = 64;

uint64_t now(void *) {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1000000000 + static_cast<uint64_t>(t.tv_nsec);
}

// The loop polls without sleeping while tasks are ready, which is always: nobody need wake it.
weft_host_ops host = {};
bool over;
uint64_t runs;

// A microsecond or two of work between yields.
void busy(void *) {
  while (!over) {
    for (int i = 0; i < 1000; ++i)
      asm volatile("");
    ++runs;
    weft_yield();
  }
}

void must(weft_status status, const char *what) {
  if (status == WEFT_OK)
    return;
  fprintf(stderr, "ticks: %s: %s\n", what, weft_status_text(status));
  exit(1);
}

long preemptions() {
  rusage usage = {};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

void wait_until(uint64_t time) {
  const uint64_t from = now(nullptr);
  const uint64_t left = time > from ? time - from : 0;
  timespec t = {static_cast<time_t>(left / 1000000000), static_cast<long>(left % 1000000000)};
  ppoll(nullptr, 0, &t, nullptr);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 3 || (strcmp(argv[1], "alone") != 0 && strcmp(argv[1], "beside") != 0)) {
    fprintf(stderr, "usage: ticks alone|beside SECONDS\n");
    return 2;
  }
  const bool beside = !strcmp(argv[1], "beside");
  const auto ticks = static_cast<size_t>(atof(argv[2]) * 60);
  weft_runtime *rt = nullptr;
  static const pthread_t loop = pthread_self();
  if (beside) {
    host.size = sizeof host;
    host.abi = WEFT_ABI;
    host.name = "ticks";
    host.post = [](void *) {};
    host.arm = [](void *, uint64_t) {};
    host.now = now;
    host.on_loop = [](void *) { return pthread_equal(pthread_self(), loop); };
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = &host;
    config.workers = 1;
    must(weft_runtime_create(&config, &rt, nullptr, 0), "runtime");
    for (int i = 0; i < tasks; ++i)
      must(weft_spawn(rt, busy, nullptr, nullptr, nullptr), "spawn");
  }
  struct Tick {
    uint64_t late;
    long preempted;
  };
  std::vector<Tick> seen(ticks);
  long before = preemptions();
  uint64_t next = now(nullptr) + period;
  for (size_t i = 0; i < ticks;) {
    if (beside) {
      weft_budget budget = {};
      budget.ns = 4000000;
      budget.until = next;
      weft_turn(rt, &budget);
      wait_until(0); // a look at the loop's other events
    } else {
      wait_until(next);
    }
    for (uint64_t t; i < ticks && (t = now(nullptr)) >= next; next += period) {
      const long all = preemptions();
      seen[i++] = {t - next, all - before};
      before = all;
    }
  }
  over = true;
  if (rt) {
    must(weft_shutdown(rt, WEFT_SHUTDOWN_WAIT, nullptr, nullptr), "shutdown");
    while (weft_turn(rt, nullptr).status == WEFT_OK)
      ;
    must(weft_runtime_destroy(rt), "destroy");
  }
  for (const Tick &t : seen)
    printf("%llu %ld\n", static_cast<unsigned long long>(t.late), t.preempted);
  printf("runs %llu\n", static_cast<unsigned long long>(runs));
}
