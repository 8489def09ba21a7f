// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// One fault each, planted on a continuation's stack or between threads that share one, for the tools that shall see it: a
// sanitizer or Valgrind that was not told of a switch is silent or talks nonsense. The script planted-faults says which tool
// reports what. Compiled twice: switches out of line, and by the pass.
#include "weft/markers_or_calls.h"
#include "weft/host.h"
#include "weft/task.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};

volatile int sink;
int *volatile escaped;

[[gnu::noinline]] void suspend() {
  weft_payload io = {};
  weft_either_suspend(&tick, &io, &io);
}

[[gnu::noinline]] weft_cont resume(weft_cont k) {
  weft_payload io = {};
  weft_cont next = 0;
  weft_either_resume(k, &on_tick, &io, &io, &next);
  return next;
}

// A continuation of body that has been resumed `times` times, 256 KiB: sanitizers' frames are big.
weft_cont run(weft_body body, void *env, int times) {
  weft_cont k = weft_either_cont_new(body, env, WEFT_STACK_256K);
  while (times--)
    k = resume(k);
  return k;
}

// --- faults ------------------------------------------------------------------------------------------------

[[gnu::noinline]] void overflows(int at) {
  int room[8] = {};
  escaped = room;
  suspend();
  escaped[at] = 1; // 8 is one too many
  sink = room[0];
}

[[gnu::noinline]] int *frame_that_returns() {
  int local[8] = {1};
  escaped = local;
  suspend();
  return escaped;
}

[[gnu::noinline]] void uses_after_return(bool planted) {
  int *gone = frame_that_returns();
  if (planted)
    sink = *gone;
}

[[gnu::noinline]] void uses_after_scope(bool planted) {
  {
    int inner[8] = {2};
    escaped = inner;
    suspend();
  }
  suspend();
  if (planted)
    sink = *escaped;
}

[[gnu::noinline]] void uses_after_free(bool planted) {
  int *block = new int[4]();
  escaped = block;
  suspend(); // the resumer frees it
  if (planted)
    sink = *escaped;
}

[[gnu::noinline]] void overflows_int(int by) {
  suspend();
  sink = INT32_MAX - 1 + by;
}

[[gnu::noinline]] void reads_beyond(int at) {
  int *block = new int[4]();
  suspend();
  sink = block[at];
  delete[] block;
}

[[gnu::noinline]] void branches_on(bool planted) {
  int room[16];
  asm volatile("" : : "r"(room) : "memory");
  suspend();
  if (!planted)
    room[5] = 1;
  if (*static_cast<volatile int *>(&room[5]) == 1)
    sink = 1;
}

// A frame of an ended use of a stack, seen from the next use.
[[gnu::noinline]] void leaves_an_address() {
  int room[64];
  memset(room, 1, sizeof room);
  asm volatile("" : : "r"(room) : "memory");
  escaped = &room[8];
}

void in_continuation(const std::string &what, bool planted) {
  static bool wrong;
  wrong = planted;
  if (what == "overflow")
    run([](void *, weft_payload *) { overflows(wrong ? 8 : 7); }, nullptr, 2);
  else if (what == "return")
    run([](void *, weft_payload *) { uses_after_return(wrong); }, nullptr, 2);
  else if (what == "scope")
    run([](void *, weft_payload *) { uses_after_scope(wrong); }, nullptr, 3);
  else if (what == "free") {
    weft_cont k = run([](void *, weft_payload *) { uses_after_free(wrong); }, nullptr, 1);
    delete[] escaped;
    resume(k);
  } else if (what == "integer")
    run([](void *, weft_payload *) { overflows_int(wrong ? 2 : 1); }, nullptr, 2);
  else if (what == "beyond")
    run([](void *, weft_payload *) { reads_beyond(wrong ? 4 : 3); }, nullptr, 2);
  else if (what == "uninitialised")
    run([](void *, weft_payload *) { branches_on(wrong); }, nullptr, 2);
  else if (what == "recycled") { // the stack's second use finds what the first left, and may not count on it
    run([](void *, weft_payload *) { leaves_an_address(); }, nullptr, 1);
    run([](void *, weft_payload *) { branches_on(wrong); }, nullptr, 2);
  } else if (what == "ended") {
    run([](void *, weft_payload *) { leaves_an_address(); }, nullptr, 1);
    if (wrong)
      sink = *escaped;
  }
}

// A thread completes what a task waits for, and goes on writing what the task now reads.
void completed(bool planted) {
  static int value;
  static bool wrong;
  static weft_token token;
  wrong = planted;
  weft_runtime *rt = nullptr;
  if (weft_runtime_create(nullptr, &rt, nullptr, 0) != WEFT_OK)
    exit(3);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.stack = WEFT_STACK_256K;
  attr.flags = WEFT_SPAWN_DETACHED;
  weft_spawn(
      rt,
      [](void *) {
        token = weft_token_new(weft_runtime_current());
        std::thread foreign([] {
          value = 1;
          weft_complete(token, 0, 0);
          if (wrong)
            value = 2;
        });
        weft_await(token, nullptr);
        sink = value;
        foreign.join();
      },
      nullptr, &attr, nullptr);
  weft_run(rt);
  weft_runtime_destroy(rt);
}

// A handle goes to another thread, with a release and an acquire or without (CONT-05).
void handed(bool planted) {
  static std::atomic<weft_cont> handle;
  std::memory_order give = planted ? std::memory_order_relaxed : std::memory_order_release;
  std::memory_order take = planted ? std::memory_order_relaxed : std::memory_order_acquire;
  std::thread other([take] {
    weft_cont k;
    while (!(k = handle.load(take)))
      usleep(1000);
    resume(k);
  });
  usleep(20000); // the other's start is a synchronisation too
  handle.store(run([](void *, weft_payload *) {
                 int local = sink;
                 escaped = &local;
                 ++*escaped;
                 suspend();
                 ++*escaped;
               }, nullptr, 1),
               give);
  other.join();
}

// --- bounded memory ----------------------------------------------------------------------------------------

long resident() {
  std::ifstream statm("/proc/self/statm");
  long all = 0, here = 0;
  statm >> all >> here;
  return here * (sysconf(_SC_PAGESIZE) / 1024);
}

// Each of them suspends, then ends by itself or is dropped.
void make_and_end(long rounds, bool drops) {
  for (long i = 0; i < rounds; ++i) {
    weft_body body = [](void *, weft_payload *) {
      volatile char room[64];
      asm volatile("" : : "r"(room) : "memory");
      suspend();
    };
    if (drops)
      weft_rt_cont_drop(run(body, nullptr, 1));
    else
      run(body, nullptr, 2);
  }
}

} // namespace

int main(int argc, char **argv) {
  std::string what = argc > 1 ? argv[1] : "";
  if (what == "memory") {
    long rounds = atol(argv[2]);
    bool drops = argc > 3 && strcmp(argv[3], "dropped") == 0;
    make_and_end(rounds / 20, drops);
    long before = resident();
    make_and_end(rounds, drops);
    printf("%ld KiB more\n", resident() - before);
    return 0;
  }
  bool planted = argc > 2 && strcmp(argv[2], "planted") == 0;
  if (what == "completed")
    completed(planted);
  else if (what == "handed")
    handed(planted);
  else
    in_continuation(what, planted);
  puts("went on");
}
