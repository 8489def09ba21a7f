// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The soak run of foreign threads: wake-storm [--minutes N]. Each round is a runtime of its own, in
// which tasks await, sleep, park and end while threads complete, drop, wake and cancel whatever
// they find. What must add up does, round after round; a hang is the time limit's to find.
#include "weft/task.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <thread>
#include <vector>

namespace {

constexpr int kTasks = 64, kWaits = 200, kThreads = 3;

[[noreturn]] void wrong(const char *what) {
  fprintf(stderr, "wake-storm: %s\n", what);
  exit(1);
}

void expect(bool right, const char *what) {
  if (!right)
    wrong(what);
}

// What each task shows the threads.
struct Shown {
  std::atomic<weft_token> token{0};
  std::atomic<weft_task> task{0};
};

struct Round {
  Shown shown[kTasks];
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> said_ok{0};
  uint64_t ended_afar = 0; // waits that a thread's complete or drop ended
  uint64_t waits = 0;
  int live = kTasks;
};

struct Storming {
  Round *round;
  Shown *me;
};

constexpr weft_status kCompleted = -77; // no other end of a wait answers it

void body(void *arg) {
  auto *s = static_cast<Storming *>(arg);
  s->me->task = weft_self();
  for (int i = 0; i < kWaits; ++i) {
    weft_token token = weft_token_new(nullptr);
    expect(token != 0, "no token");
    s->me->token = token;
    weft_status status = weft_await_until(token, weft_now() + 50000, nullptr);
    s->round->waits++;
    if (status == kCompleted || status == WEFT_E_STALE)
      s->round->ended_afar++;
    else
      expect(status == WEFT_E_TIMEOUT || status == WEFT_E_CANCELLED, "a wait ended for no reason");
    expect(weft_complete(token, WEFT_OK, 0) == WEFT_E_STALE, "a token ended twice");
    if (i % 8 == 0)
      weft_park_until(weft_now() + 20000);
    else if (i % 8 == 1)
      weft_yield();
  }
  if (--s->round->live == 0)
    s->round->stop = true;
}

void storm(Round *round, unsigned seed) {
  std::minstd_rand draw(seed);
  while (!round->stop) {
    Shown &shown = round->shown[draw() % kTasks];
    weft_token token = shown.token;
    weft_task task = shown.task;
    weft_status status;
    switch (draw() % 4) {
    case 0:
      status = weft_complete(token, kCompleted, 0);
      round->said_ok += status == WEFT_OK;
      break;
    case 1:
      status = weft_token_drop(token);
      round->said_ok += status == WEFT_OK;
      break;
    case 2:
      status = weft_wake(task);
      break;
    default:
      status = weft_cancel(task);
    }
    expect(status == WEFT_OK || status == WEFT_E_STALE, "a thread got another answer");
    if (draw() % 16 == 0)
      std::this_thread::yield();
  }
}

uint64_t run_round(unsigned seed) {
  weft_runtime_config config = {};
  config.size = sizeof config;
  weft_runtime *rt = nullptr;
  char error[256] = "";
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    wrong(error);
  Round round;
  Storming storming[kTasks];
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DETACHED;
  attr.stack = WEFT_STACK_64K;
  for (int i = 0; i < kTasks; ++i) {
    storming[i] = {&round, &round.shown[i]};
    expect(weft_spawn(rt, body, &storming[i], &attr, nullptr) == WEFT_OK, "no task");
  }
  std::vector<std::thread> threads;
  for (unsigned n = 0; n < kThreads; ++n)
    threads.emplace_back(storm, &round, seed * kThreads + n);
  expect(weft_run(rt) == WEFT_OK, "the run did not end well");
  for (auto &thread : threads)
    thread.join();
  expect(weft_runtime_destroy(rt) == WEFT_OK, "the runtime is not destroyed");
  expect(round.waits == uint64_t{kTasks} * kWaits, "a task ended early");
  // Each wait that a thread ended had one thread that was told so, and no thread was told in vain.
  expect(round.ended_afar == round.said_ok, "the threads and the tasks count differently");
  return round.waits;
}

} // namespace

int main(int argc, char **argv) {
  long minutes = 1;
  if (argc == 3 && strcmp(argv[1], "--minutes") == 0) {
    minutes = strtol(argv[2], nullptr, 10);
  } else if (argc != 1) {
    fprintf(stderr, "usage: wake-storm [--minutes N]\n");
    return 2;
  }
  time_t end = time(nullptr) + minutes * 60;
  unsigned rounds = 0;
  uint64_t waits = 0;
  do
    waits += run_round(++rounds);
  while (time(nullptr) < end && minutes > 0);
  printf("wake-storm: %u rounds, %llu waits\n", rounds, (unsigned long long)waits);
}
