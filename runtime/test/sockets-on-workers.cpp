// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Sockets and several workers: what the host's thread has to do for a task that another one runs.
#include "on_workers.h"
#include "sanitized.h"
#include "weft/net.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {
const int rounds = sanitized() ? 10 : 100;

bool waits_to_read(weft_task task) {
  struct Look {
    weft_task task;
    bool found;
  } look{task, false};
  weft_visit_tasks(
      nullptr,
      [](void *arg, const weft_task_info *info) {
        auto *l = static_cast<Look *>(arg);
        l->found |= info->task == l->task && std::string(info->waits) == "socket read";
      },
      &look);
  return look.found;
}

} // namespace

TEST_CASE("two tasks may be the first to wait for one socket") {
  for (int i = 0; i < rounds; ++i) {
    OnWorkers w(3);
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    char full[4096] = {};
    while (write(ends[0], full, sizeof full) > 0) {
    }
    weft_sock *sock = nullptr;
    REQUIRE(weft_sock_adopt(ends[0], &sock) == WEFT_OK);
    std::atomic<int> at{0};
    std::atomic<int64_t> got{-1}, put{-1};
    w.go([&] {
      meet(at, 2);
      char byte;
      got = weft_sock_read(sock, &byte, 1, WEFT_NEVER);
    });
    w.go([&] {
      meet(at, 2);
      size_t written;
      put = weft_sock_write(sock, full, 10, WEFT_NEVER, &written);
    });
    std::thread peer([&] {
      while (at < 2)
        std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      char taken[4096];
      while (read(ends[1], taken, sizeof taken) > 0) {
      }
      (void)!write(ends[1], "x", 1);
    });
    CHECK(w.run() == WEFT_OK);
    peer.join();
    CHECK(got == 1);
    CHECK(put == WEFT_OK);
    weft_sock_close(sock);
    close(ends[1]);
  }
}

TEST_CASE("a socket may be closed while another task waits for it") {
  for (int i = 0; i < rounds; ++i) {
    OnWorkers w(3);
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    weft_sock *sock = nullptr;
    REQUIRE(weft_sock_adopt(ends[0], &sock) == WEFT_OK);
    std::atomic<int64_t> got{1};
    weft_task reader = 0;
    w.go([&] {
      char byte;
      got = weft_sock_read(sock, &byte, 1, WEFT_NEVER);
    }, &reader);
    w.go([&] {
      while (!waits_to_read(reader)) // a call that begins beside the close would be a fault of the test's
        weft_yield();
      weft_sock_close(sock);
      weft_join(reader);
    });
    CHECK(w.run() == WEFT_OK);
    CHECK((got == WEFT_E_CLOSED));
    CHECK(fcntl(ends[0], F_GETFD) == -1);
    close(ends[1]);
  }
}
