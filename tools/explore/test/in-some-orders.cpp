// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// in-some-orders FAULT: a program that is right in the usual order of its tasks, and in another one is not. `none` never
// fails; `outside` depends on what is not an order.
#include "weft/host.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

weft_runtime *rt;
int verdict = 0;

void go(const char *name, std::function<void()> f) {
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.name = name;
  weft_spawn(
      rt,
      [](void *arg) {
        auto *body = static_cast<std::function<void()> *>(arg);
        (*body)();
        delete body;
      },
      new std::function<void()>(std::move(f)), &attr, nullptr);
}

void fail(int code, const char *text) {
  fprintf(stderr, "%s\n", text);
  verdict = code;
}

weft_mutex a, b;
weft_cond changed;
weft_wait_group all;
int count;

// Two steps that others may come between.
void lost(int tasks) {
  weft_wait_group_add(&all, tasks);
  for (int i = 0; i < tasks; ++i)
    go("adds", [] {
      weft_mutex_lock(&a);
      int seen = count;
      weft_mutex_unlock(&a);
      weft_mutex_lock(&a);
      count = seen + 1;
      weft_mutex_unlock(&a);
      weft_wait_group_add(&all, -1);
    });
  go("sums", [tasks] {
    weft_wait_group_wait(&all);
    if (count != tasks)
      fail(3, "an addition is lost");
  });
}

void deadlock() {
  go("left", [] {
    weft_mutex_lock(&a);
    weft_mutex_lock(&b);
    weft_mutex_unlock(&b);
    weft_mutex_unlock(&a);
  });
  go("right", [] {
    weft_mutex_lock(&b);
    weft_mutex_lock(&a);
    weft_mutex_unlock(&a);
    weft_mutex_unlock(&b);
  });
}

// Waits by yielding for what the other one, which waits for it the same way, has yet to do.
void livelock() {
  static int turn = 0;
  auto waits = [](int mine) {
    return [mine] {
      weft_mutex_lock(&a);
      if (turn != mine)
        ++turn;
      weft_mutex_unlock(&a);
      while (turn == 1)
        weft_yield();
    };
  };
  go("first", waits(0));
  go("second", waits(1));
  go("third", [] {
    weft_mutex_lock(&a);
    if (turn == 1)
      turn = 3;
    weft_mutex_unlock(&a);
  });
}

// A signal before the wait is nobody's, and no condition is looked at.
void missed() {
  go("waits", [] {
    weft_mutex_lock(&a);
    weft_cond_wait(&changed, &a, WEFT_NEVER);
    weft_mutex_unlock(&a);
  });
  go("signals", [] {
    weft_mutex_lock(&a);
    weft_cond_signal(&changed);
    weft_mutex_unlock(&a);
  });
}

// Three steps in one order of many: two of them are not enough.
void deep() {
  static int step = 0;
  for (int i = 0; i < 3; ++i)
    go(i == 0 ? "one" : i == 1 ? "two" : "three", [i] {
      for (int k = 0; k < 3; ++k)
        weft_yield();
      if (step == 2 - i)
        ++step;
      if (step == 3)
        fail(5, "three, two, one");
    });
}

// Who sleeps for an hour is first if nobody else does anything in that hour.
void hours() {
  go("sleeps", [] {
    weft_sleep(3600ull * 1000000000);
    printf("slept %llu hours\n", static_cast<unsigned long long>(weft_now() / 1000000000 / 3600));
  });
}

void outside() {
  for (int i = 0, n = 2 + getpid() % 7; i < n; ++i)
    go("one of some", [] { weft_yield(); });
}

void none() {
  weft_wait_group_add(&all, 4);
  for (int i = 0; i < 4; ++i)
    go("adds", [] {
      weft_mutex_lock(&a);
      int seen = count;
      weft_yield();
      count = seen + 1;
      weft_mutex_unlock(&a);
      weft_wait_group_add(&all, -1);
    });
  go("sums", [] {
    weft_wait_group_wait(&all);
    if (count != 4)
      fail(3, "an addition is lost");
  });
}

// What never waits is not interrupted: a lock that is free, on the native stack and in a clean-up; a select with a default.
void uninterrupted() {
  static weft_chan *c = weft_chan_new(1, 1);
  static int inside = 0;
  for (int i = 0; i < 3; ++i)
    go("alone", [] {
      weft_call_native(
          [](void *) {
            weft_mutex m = {};
            weft_mutex_lock(&m);
            weft_mutex_unlock(&m);
          },
          nullptr);
      if (inside++ != 0)
        fail(6, "somebody came between though nothing waited");
      weft_select_case one = {c, nullptr, WEFT_SELECT_RECV, WEFT_OK};
      weft_select(&one, 1, WEFT_SELECT_DEFAULT, WEFT_NEVER);
      --inside;
    });
  static weft_chan *never = weft_chan_new(1, 0);
  weft_spawn_attr attr = {};
  attr.size = sizeof attr;
  attr.flags = WEFT_SPAWN_DAEMON;
  weft_spawn(
      rt,
      [](void *) {
        struct Locks {
          ~Locks() {
            weft_mutex m = {};
            weft_mutex_lock(&m);
          }
        } locks;
        char x;
        weft_chan_recv(never, &x);
      },
      nullptr, &attr, nullptr);
}

// Each of these has a runtime of its own.
void beside(bool in_child) {
  pid_t child = in_child ? fork() : 0;
  if (child == 0) {
    weft_runtime *other;
    weft_runtime_create(nullptr, &other, nullptr, 0);
    for (int i = 0; i < 5; ++i)
      weft_spawn(other, [](void *) { weft_yield(); }, nullptr, nullptr, nullptr);
    weft_run(other);
    weft_runtime_destroy(other);
    if (in_child)
      _exit(0);
  }
  if (in_child)
    waitpid(child, nullptr, 0);
}

// Says who was first.
void answers() {
  static std::string order;
  for (const char *name : {"x", "y", "z"})
    go(name, [name] {
      order += name;
      if (order.size() == 3)
        printf("%s\n", order.c_str());
    });
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    return 64;
  char error[256] = "";
  if (weft_runtime_create(nullptr, &rt, error, sizeof error) != WEFT_OK) {
    fprintf(stderr, "%s\n", error);
    return 65;
  }
  std::string fault = argv[1];
  if (fault == "lost")
    lost(2);
  else if (fault == "lost-of-many")
    lost(40);
  else if (fault == "deadlock")
    deadlock();
  else if (fault == "livelock")
    livelock();
  else if (fault == "missed")
    missed();
  else if (fault == "deep")
    deep();
  else if (fault == "hours")
    hours();
  else if (fault == "outside")
    outside();
  else if (fault == "none")
    none();
  else if (fault == "uninterrupted")
    uninterrupted();
  else if (fault == "twice" || fault == "child")
    none();
  else if (fault == "much")
    go("prints", [] {
      for (;;)
        puts("all work and no play makes a program a dull one");
    });
  else if (fault == "hang")
    go("spins", [] {
      for (volatile int i = 0;; i = i + 1)
        ;
    });
  else if (fault == "answers")
    answers();
  else
    return 64;
  if (fault == "child")
    beside(true);
  weft_run(rt);
  weft_runtime_destroy(rt);
  if (fault == "twice")
    beside(false);
  return verdict;
}
