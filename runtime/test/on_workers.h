// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A runtime of several workers on the embedded host, and tasks from lambdas. What tasks find out goes into
// atomics and is checked after the run: Catch is for one thread.
#pragma once

#include "sanitized.h"
#include "weft/sync.h"
#include "weft/task.h"

#include <atomic>
#include <chrono>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

// Till the others have come too; false when they do not come, which is what one worker would make of it.
inline bool meet(std::atomic<int> &here, int all) {
  here++;
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (here.load() < all)
    if (std::chrono::steady_clock::now() > give_up)
      return false;
  return true;
}

struct OnWorkers {
  weft_runtime *rt = nullptr;

  explicit OnWorkers(uint32_t workers, const char *sched = nullptr) {
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.workers = workers;
    config.sched = sched;
    char error[256];
    weft_status status = weft_runtime_create(&config, &rt, error, sizeof error);
    INFO(error);
    REQUIRE(status == WEFT_OK);
  }
  OnWorkers(const OnWorkers &) = delete;
  ~OnWorkers() {
    if (!rt)
      return;
    weft_shutdown(rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    weft_run(rt);
    weft_status gone = weft_runtime_destroy(rt);
    CHECK(gone == WEFT_OK);
  }

  // Detached, unless its handle is asked for. From a task too.
  static weft_status go(std::function<void()> body, weft_task *out = nullptr, weft_domain *domain = nullptr, uint32_t flags = 0) {
    auto *fn = new std::function<void()>(std::move(body));
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.domain = domain;
    attr.flags = flags;
    weft_status status = weft_spawn(
        nullptr,
        [](void *arg) {
          std::unique_ptr<std::function<void()>> f(static_cast<std::function<void()> *>(arg));
          (*f)();
        },
        fn, &attr, out);
    if (status != WEFT_OK)
      delete fn;
    return status;
  }
  weft_status run() { return weft_run(rt); }
};
