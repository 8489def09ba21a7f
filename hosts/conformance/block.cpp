// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// block, where the runtime owns the thread: weft_run takes what it answers for a deadlock, and turns as often as it returns.
#include "cases.h"

#include "weft/net.h"

#include <csignal>
#include <cstdio>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace host_conformance {

namespace {

constexpr uint64_t kMs = 1000000;

const char *blocks(const weft_host_check_adapter &a) { return a.ops->block ? nullptr : "without block"; }
const char *blocks_for_all(const weft_host_check_adapter &a) {
  return !a.ops->block ? "without block" : a.flags & WEFT_HOST_CHECK_ALONE ? "it is for programs in which no other thread posts" : nullptr;
}
const char *blocks_and_watches(const weft_host_check_adapter &a) { return !a.ops->block ? "without block" : !a.ops->watch ? "without watch" : nullptr; }
const char *measures(const weft_host_check_adapter &a) { return blocks(a) ? blocks(a) : a.flags & WEFT_HOST_CHECK_VIRTUAL_TIME ? "its time is virtual" : nullptr; }

// weft_run to its end.
void ran(Stage &stage, const char *expected) {
  const Context &c = stage.context;
  if (c.failed())
    return;
  c.expect(expected);
  weft_status status = weft_run(stage.rt);
  if (status == WEFT_E_DEADLOCK)
    c.fail("HOST-08", "expected: %s; seen: `block` answered 1, so it is a deadlock", expected);
  else if (status != WEFT_OK)
    c.fail(c.rule, "weft_run: %s", weft_status_text(status));
}

const Stage::Wish kNoKeeper = {1, nullptr, false};

void thread(const Context &c) {
  Stage stage(c, kNoKeeper);
  if (c.failed())
    return;
  std::thread other;
  stage.go("waits", [&] {
    for (int i = 0; i < 10; ++i) {
      weft_token token = weft_token_new(nullptr);
      std::thread([token] {
        usleep(3000);
        weft_complete(token, WEFT_OK, 0);
      }).detach();
      weft_await(token, nullptr);
    }
  });
  ran(stage, "weft_run waits for what another thread will complete");
}

// Nobody is in this process but the loop.
void descriptor(const Context &c) {
  Stage stage(c, kNoKeeper);
  int ends[2];
  if (c.failed() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    return;
  pid_t writer = fork();
  if (writer == 0) {
    usleep(50000);
    _exit(write(ends[1], "x", 1) != 1);
  }
  char got = 0;
  stage.go("reads", [&] {
    weft_sock *sock = nullptr;
    if (weft_sock_adopt(ends[0], &sock) != WEFT_OK)
      return;
    weft_sock_read(sock, &got, 1, WEFT_NEVER);
    weft_sock_close(sock);
  });
  ran(stage, "weft_run waits for a watched descriptor");
  waitpid(writer, nullptr, 0);
  close(ends[1]);
  if (!c.failed() && got != 'x')
    c.fail("HOST-08", "expected: weft_run waits for a watched descriptor; seen: it ended before");
}

void deadlines(const Context &c) {
  Stage stage(c, kNoKeeper);
  if (c.failed())
    return;
  int slept = 0;
  for (uint64_t ms : {1, 3, 7})
    stage.go("sleeps", [&, ms] {
      for (int i = 0; i < 5; ++i)
        weft_sleep(ms * kMs);
      slept++;
    });
  ran(stage, "weft_run waits for deadlines");
  if (!c.failed() && slept != 3)
    c.fail("HOST-19", "weft_run ended before its tasks");
}

// Whoever has work asks block for what has happened, by a deadline of 0, and does not want to wait.
void polls(const Context &c) {
  Stage stage(c, kNoKeeper);
  if (c.failed())
    return;
  uint64_t begun = 0;
  stage.go("yields", [&] {
    begun = thread_time();
    while (stage.blocks.load() < 20 && thread_time() - begun < 2000 * kMs) {
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      weft_yield();
    }
  });
  ran(stage, "`block` returns at once when its deadline has passed");
  if (!c.failed() && stage.blocks.load() < 20)
    c.fail("HOST-19", "`block` was not called between turns");
}

// A turn that says `more` is followed by a block that only looks, and what it finds is served.
void beside_tasks(const Context &c) {
  Stage stage(c, kNoKeeper);
  int ends[2];
  if (c.failed())
    return;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
    return c.skip("no socketpair");
  constexpr int kBytes = 10;
  int sent = 0, got = 0;
  bool over = false;
  stage.go("reads", [&] {
    weft_sock *sock = nullptr;
    char byte;
    if (weft_sock_adopt(ends[0], &sock) == WEFT_OK) {
      while (got < kBytes && weft_sock_read(sock, &byte, 1, WEFT_NEVER) == 1)
        got++;
      weft_sock_close(sock);
    }
    over = true;
  });
  stage.go("always ready", [&] {
    uint64_t since = thread_time();
    for (uint64_t n = 0; !over && !c.failed(); ++n) {
      c.report->progress.fetch_add(1, std::memory_order_relaxed);
      if (n && sent == got && sent < kBytes && write(ends[1], "x", 1) == 1) {
        sent++;
        since = thread_time();
      }
      if (n % 64 == 0 && thread_time() - since > 1000 * kMs)
        c.fail("HOST-19", "expected: `block` with a deadline that has passed serves watched descriptors; seen: none within 1 s of the loop's thread, beside tasks that are always ready");
      weft_yield();
    }
    shutdown(ends[1], SHUT_RDWR); // the reader ends, whatever it got
  });
  ran(stage, "weft_run serves watched descriptors beside tasks that are always ready");
  close(ends[1]);
}

void waits(const Context &c) {
  Stage stage(c, kNoKeeper);
  if (c.failed())
    return;
  uint64_t called = 0;
  stage.go("sleeps", [&] {
    uint64_t before = stage.blocks.load();
    weft_sleep(200 * kMs);
    called = stage.blocks.load() - before;
  });
  ran(stage, "`block` waits for the deadline");
  if (!c.failed() && called > 100)
    c.fail("HOST-19", "expected: `block` waits until a post, an event or its deadline; seen: it returned %llu times within 0.2 s", (unsigned long long)called);
}

// A post before block, or during: it returns.
void posted(const Context &c) {
  Stage stage(c, kNoKeeper);
  if (c.failed())
    return;
  for (int round = 0; round < 200; ++round) {
    c.expect("`block` returns by a post that was made before it, or meanwhile");
    std::thread other([&] { c.adapter.ops->post(stage.host); });
    c.adapter.ops->block(stage.host, c.claims(WEFT_HOST_CHECK_VIRTUAL_TIME) ? 0 : c.adapter.ops->now(stage.host) + 60'000 * kMs);
    other.join();
    c.report->progress++;
    // The post of this round may have come after block had returned by an older one: it is taken away.
    c.adapter.ops->block(stage.host, 0);
  }
}

} // namespace

const std::vector<Case> &block_cases() {
  static const std::vector<Case> cases = {
      {{"HOST-08", "descriptor", "a watched descriptor is something that can happen"}, "01 02 13", blocks_and_watches, descriptor},
      {{"HOST-08", "thread", "another thread's post is something that can happen"}, "01 02 05", blocks_for_all, thread},
      {{"HOST-19", "deadlines", "block waits for deadlines"}, "01 02 15 08", blocks, deadlines},
      {{"HOST-19", "polls", "block does not wait where its deadline has passed"}, "01 02 15 08", measures, polls},
      {{"HOST-19", "beside-tasks", "block serves descriptors while tasks are always ready"}, "01 02 13 15 08 19", blocks_and_watches, beside_tasks},
      {{"HOST-19", "waits", "block waits"}, "01 02 15 08 19", measures, waits},
      {{"HOST-19", "posted", "block returns by a post"}, "01 02 05 15 08 19", blocks, posted},
  };
  return cases;
}

} // namespace host_conformance
