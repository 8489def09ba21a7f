// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The loops that the tests of this folder run on: each test case is run on every one of them. A loop of a library is added to
// `hosts` where it is found; nothing in the tests knows which one it is.
#pragma once

#include "loopback.h"
#include "sanitized.h"
#include "weft/hosts/epoll.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>

#ifdef WEFT_TEST_LIBUV
#include "weft/hosts/libuv.h"

#include <uv.h>
#endif

// One loop, and the runtime on it, of the thread that makes it.
class Loop {
public:
  virtual ~Loop() = default;
  virtual weft_runtime *runtime() = 0;
  // Until no task lives.
  virtual weft_status run() = 0;
  // What is due and ready now, without waiting: for several loops on one thread.
  virtual void step() = 0;
};

struct HostKind {
  const char *name;
  std::unique_ptr<Loop> (*make)(uint32_t workers);
};

class EpollLoop : public Loop {
public:
  explicit EpollLoop(uint32_t workers) {
    if (weft_epoll_host_new(&host_) != WEFT_OK)
      abort();
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = weft_epoll_host_ops();
    config.host_self = host_;
    config.workers = workers;
    if (weft_runtime_create(&config, &rt_, nullptr, 0) != WEFT_OK)
      abort();
    weft_epoll_host_attach(host_, rt_);
  }
  ~EpollLoop() override {
    if (weft_runtime_destroy(rt_) == WEFT_E_BUSY) { // a test gave up
      weft_shutdown(rt_, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
      weft_run(rt_);
      weft_runtime_destroy(rt_);
    }
    weft_epoll_host_free(host_);
  }
  weft_runtime *runtime() override { return rt_; }
  weft_status run() override { return weft_run(rt_); }
  void step() override {
    weft_epoll_host_ops()->block(host_, 1); // a time long past
    weft_turn(rt_, nullptr);
  }

private:
  weft_epoll_host *host_ = nullptr;
  weft_runtime *rt_ = nullptr;
};

#ifdef WEFT_TEST_LIBUV
class UvLoop : public Loop {
public:
  explicit UvLoop(uint32_t workers) {
    if (uv_loop_init(&loop_) != 0 || weft_uv_host_new(&loop_, &host_) != WEFT_OK)
      abort();
    weft_runtime_config config = {};
    config.size = sizeof config;
    config.host = weft_uv_host_ops();
    config.host_self = host_;
    config.workers = workers;
    if (weft_runtime_create(&config, &rt_, nullptr, 0) != WEFT_OK)
      abort();
    weft_uv_host_attach(host_, rt_);
  }
  ~UvLoop() override {
    weft_uv_host_close(host_, WEFT_SHUTDOWN_CANCEL, nullptr, nullptr);
    while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
    }
    if (uv_loop_close(&loop_) != 0)
      abort();
  }
  weft_runtime *runtime() override { return rt_; }
  weft_status run() override {
    uv_run(&loop_, UV_RUN_DEFAULT);
    weft_stats stats = {};
    stats.size = sizeof stats;
    weft_get_stats(rt_, &stats);
    return stats.tasks_live == 0 ? WEFT_OK : WEFT_E_DEADLOCK;
  }
  void step() override { uv_run(&loop_, UV_RUN_NOWAIT); }

private:
  uv_loop_t loop_;
  weft_uv_host *host_ = nullptr;
  weft_runtime *rt_ = nullptr;
};
#endif

inline const HostKind hosts[] = {
    {"epoll", [](uint32_t workers) -> std::unique_ptr<Loop> { return std::make_unique<EpollLoop>(workers); }},
#ifdef WEFT_TEST_LIBUV
    {"libuv", [](uint32_t workers) -> std::unique_ptr<Loop> { return std::make_unique<UvLoop>(workers); }},
#endif
};

// Lambdas as tasks on a loop. Inside of tasks with one worker use CHECK, not REQUIRE; with several neither.
class OnHost {
public:
  explicit OnHost(const HostKind &kind, uint32_t workers = 1) : loop_(kind.make(workers)) {}
  weft_runtime *runtime() { return loop_->runtime(); }
  weft_task go(std::function<void()> body) {
    weft_spawn_attr attr = {};
    attr.size = sizeof attr;
    attr.stack = WEFT_STACK_256K;
    attr.flags = WEFT_SPAWN_DETACHED;
    auto *owned = new std::function<void()>(std::move(body));
    weft_task task = 0;
    if (weft_spawn(
            loop_->runtime(),
            [](void *arg) {
              std::unique_ptr<std::function<void()>> f(static_cast<std::function<void()> *>(arg));
              (*f)();
            },
            owned, &attr, &task) != WEFT_OK)
      abort();
    return task;
  }
  weft_status run() { return loop_->run(); }
  void step() { loop_->step(); }
  void run(std::function<void()> body) {
    go(std::move(body));
    weft_status status = run();
    CHECK(status == WEFT_OK);
  }

private:
  std::unique_ptr<Loop> loop_;
};

// The test's host, in turn.
inline const HostKind &each_host() {
  const size_t index = GENERATE(range(size_t{0}, sizeof hosts / sizeof *hosts));
  const HostKind &kind = hosts[index];
  UNSCOPED_INFO("on " << kind.name);
  return kind;
}

// A loop may have descriptors that it opens with its first wait,
inline void wait_once(OnHost &h) {
  h.run([] {
    Pair p;
    char c;
    CHECK(weft_sock_read(p.a, &c, 1, in_ms(1)) == WEFT_E_TIMEOUT);
    p.close();
  });
}
// and its library some that it keeps for the process. Before descriptors are counted.
inline void open_for_ever(const HostKind &kind) {
  OnHost h(kind);
  wait_once(h);
}

// A folder of its own, which goes with what is in it.
class Folder {
public:
  Folder() {
    char name[] = "/tmp/weft-io-XXXXXX";
    if (!mkdtemp(name))
      abort();
    path_ = name;
  }
  ~Folder() {
    std::string command = "rm -r " + path_;
    if (system(command.c_str()) != 0)
      abort();
  }
  std::string file(const char *name) const { return path_ + "/" + name; }

private:
  std::string path_;
};
