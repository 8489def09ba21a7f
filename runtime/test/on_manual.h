/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A runtime on the manual host: lambdas as tasks, turns and time by hand. Inside of tasks use
// CHECK, not REQUIRE.
#ifndef WEFT_TEST_ON_MANUAL_H
#define WEFT_TEST_ON_MANUAL_H

#include "weft/hosts/manual.h"
#include "weft/stack.h"
#include "weft/task.h"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

class OnManual {
public:
  explicit OnManual(const char *sched = "fifo") : host(weft_manual_host_new()) {
    char error[512] = "";
    weft_status status = weft_manual_runtime(host, sched, &rt, error, sizeof error);
    INFO(error);
    REQUIRE(status == WEFT_OK);
    weft_stack_trim(); // of earlier tests' stacks, after which an idle runtime would look
  }
  ~OnManual() {
    if (rt && std::uncaught_exceptions() == 0) {
      if (weft_runtime_destroy(rt) == WEFT_E_BUSY) {
        weft_shutdown(rt, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
        weft_run(rt);
        CHECK(weft_runtime_destroy(rt) == WEFT_OK);
      }
    }
    weft_manual_host_free(host);
  }
  OnManual(const OnManual &) = delete;
  OnManual &operator=(const OnManual &) = delete;

  // A detached task; sanitizers and Catch2 want more room than the default stack.
  weft_task go(std::function<void()> body, weft_domain *domain = nullptr,
               uint32_t flags = WEFT_SPAWN_DETACHED, const char *name = nullptr) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.flags = flags;
    attr.domain = domain;
    attr.name = name;
    auto *owned = new std::function<void()>(std::move(body));
    weft_task task = 0;
    status = weft_spawn(rt, enter, owned, &attr, &task);
    if (status != WEFT_OK)
      delete owned;
    return task;
  }
  // As go, to be joined.
  weft_task make(std::function<void()> body, weft_domain *domain = nullptr) {
    return go(std::move(body), domain, 0);
  }
  weft_domain *domain(const char *name, weft_domain *parent = nullptr, const char *sched = "fifo") {
    weft_domain_attr attr = {};
    attr.size = sizeof attr;
    attr.name = name;
    attr.sched = sched;
    weft_domain *d = nullptr;
    char error[512] = "";
    status = weft_domain_create(parent, &attr, &d, error, sizeof error);
    INFO(error);
    CHECK(status == WEFT_OK);
    return d;
  }

  weft_turn_result turn(uint32_t picks = 0) {
    weft_budget budget = {0, picks, 0, 0};
    return weft_turn(rt, &budget);
  }
  void settle() { weft_manual_run(host, rt, nullptr); }
  void pass(uint64_t ns) {
    weft_manual_advance(host, ns);
    settle();
  }

  weft_manual_host *host;
  weft_runtime *rt = nullptr;
  weft_status status = WEFT_OK; // of the last go or domain

private:
  static void enter(void *arg) {
    auto *body = static_cast<std::function<void()> *>(arg);
    struct Owner {
      std::function<void()> *body;
      ~Owner() { delete body; }
    } owner{body};
    (*body)();
  }
};

#endif
