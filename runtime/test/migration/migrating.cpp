// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What goes wrong when a task's thread changes, one thing each, for suites-migrate: it is compiled with the pass, and without.
#include "weft/task.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>

namespace {

thread_local int counter;

[[gnu::noinline]] int *counter_here() {
  asm volatile("");
  return &counter;
}
[[gnu::noinline]] int *errno_here() {
  asm volatile("");
  return &errno;
}

int stale;

// An optimizer takes the address once, in front of the loop.
void counts(void *) {
  for (int i = 0; i < 20; ++i) {
    counter += i;
    stale += &counter != counter_here();
    weft_yield();
    counter -= i;
    stale += &counter != counter_here();
  }
}

void asks_errno(void *) {
  for (int i = 0; i < 20; ++i) {
    errno = i;
    weft_yield();
    stale += errno != i || &errno != errno_here();
  }
}

std::mutex mutex;
std::shared_mutex rwlock;
pthread_spinlock_t spin;

void holds_mutex(void *) {
  std::lock_guard<std::mutex> hold(mutex);
  weft_yield();
}
void holds_rwlock(void *) {
  std::shared_lock<std::shared_mutex> hold(rwlock);
  weft_sleep(1);
}
void holds_spin(void *) {
  pthread_spin_lock(&spin);
  weft_yield();
  pthread_spin_unlock(&spin);
}
void lets_go(void *) {
  for (int i = 0; i < 5; ++i) {
    {
      std::lock_guard<std::mutex> hold(mutex);
      std::shared_lock<std::shared_mutex> too(rwlock);
    }
    weft_yield();
  }
}

} // namespace

int main(int argc, char **argv) {
  const struct {
    const char *name;
    weft_task_fn body;
  } all[] = {{"tls", counts},        {"errno", asks_errno}, {"mutex", holds_mutex},
             {"rwlock", holds_rwlock}, {"spin", holds_spin},  {"none", lets_go}};
  pthread_spin_init(&spin, 0);
  weft_runtime *rt = nullptr;
  char error[256];
  if (weft_runtime_create(nullptr, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }
  for (auto &one : all)
    if (argc > 1 && strcmp(argv[1], one.name) == 0) {
      weft_spawn_attr attr = {};
      attr.size = sizeof attr;
      attr.name = one.name;
      weft_spawn(rt, one.body, nullptr, &attr, nullptr);
      if (one.body == counts || one.body == asks_errno)
        weft_spawn(rt, one.body, nullptr, &attr, nullptr);
      weft_run(rt);
      printf("%s\n", stale ? "stale" : "right");
      return weft_runtime_destroy(rt) == WEFT_OK ? 0 : 3;
    }
  return 2;
}
