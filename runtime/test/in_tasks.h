/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Runs lambdas as tasks of a runtime of their own. Inside of tasks use CHECK, not REQUIRE: it does
// not throw, and a failed test goes on to its end.
#ifndef WEFT_TEST_IN_TASKS_H
#define WEFT_TEST_IN_TASKS_H

#include "weft/task.h"

#include <catch2/catch.hpp>

#include <functional>

class InTasks {
public:
  InTasks() {
    char error[256] = "";
    weft_runtime_config config = {};
    config.size = sizeof config;
    weft_status status = weft_runtime_create(&config, &runtime_, error, sizeof error);
    INFO(error);
    REQUIRE(status == WEFT_OK);
  }
  ~InTasks() {
    if (std::uncaught_exceptions() == 0)
      CHECK(weft_runtime_destroy(runtime_) == WEFT_OK);
  }
  InTasks(const InTasks &) = delete;
  InTasks &operator=(const InTasks &) = delete;

  weft_runtime *runtime() const { return runtime_; }

  // A detached task. Sanitizers and Catch2 want more room than the default stack.
  weft_task go(std::function<void()> body, uint32_t stack = WEFT_STACK_256K) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = stack;
    attr.flags = WEFT_SPAWN_DETACHED;
    auto *owned = new std::function<void()>(std::move(body));
    weft_task task = 0;
    weft_status status = weft_spawn(runtime_, enter, owned, &attr, &task);
    CHECK(status == WEFT_OK);
    if (status != WEFT_OK)
      delete owned;
    return task;
  }

  // Until no task lives; WEFT_E_DEADLOCK when those that live wait for each other.
  weft_status run() { return weft_run(runtime_); }

  void run(std::function<void()> body) {
    go(std::move(body));
    CHECK(run() == WEFT_OK);
  }

private:
  static void enter(void *arg) {
    auto *body = static_cast<std::function<void()> *>(arg);
    (*body)();
    delete body;
  }

  weft_runtime *runtime_ = nullptr;
};

// Lets every other task run until it waits (they are ready, and fifo is fair).
inline void settle() {
  for (int i = 0; i < 4; ++i)
    weft_yield();
}

#endif
