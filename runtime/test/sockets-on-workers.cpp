// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Sockets and several workers: what the host's thread has to do for a task that another one runs.
#include "on_workers.h"
#include "sanitized.h"
#include "weft/net.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace {
const int rounds = sanitized() ? 10 : 100;

bool waits_for(weft_task task, const char *what) {
  struct Look {
    weft_task task;
    const char *what;
    bool found;
  } look{task, what, false};
  weft_visit_tasks(
      nullptr,
      [](void *arg, const weft_task_info *info) {
        auto *l = static_cast<Look *>(arg);
        l->found |= info->task == l->task && std::string(info->waits) == l->what;
      },
      &look);
  return look.found;
}

bool waits_to_read(weft_task task) { return waits_for(task, "socket read"); }

// Another pair, whose descriptor is likely to have the closed one's number: it has one byte, and nobody else's are in it.
struct Next {
  int ends[2] = {-1, -1};
  void open() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0)
      (void)!write(ends[1], "q", 1);
  }
  bool is_untouched() {
    char first = 0, none = 0;
    return read(ends[0], &first, 1) == 1 && first == 'q' && read(ends[1], &none, 1) == -1;
  }
  ~Next() {
    close(ends[0]);
    close(ends[1]);
  }
};

// A system call of a task that is held up, so that a close comes in the middle of it.
enum Stall { None, Wanted, Begun, Over };
std::atomic<int> stall{None};

void hold_up() {
  int wanted = Wanted;
  if (!stall.compare_exchange_strong(wanted, Begun))
    return;
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (stall != Over && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
}

// Closes it while `call` is in its first system call on it. The socket is not watched, so the close needs no other thread. False: the call
// has taken from what has the descriptor's number next, or was not met.
bool closed_at_work(OnWorkers &w, weft_sock *sock, std::function<void()> call) {
  std::atomic<bool> untouched{false};
  stall = Wanted;
  weft_task worker = 0;
  w.go(std::move(call), &worker);
  w.go([&] {
    while (stall != Begun)
      weft_yield();
    Next next;
    weft_sock_close(sock);
    next.open();
    stall = Over;
    weft_join(worker);
    untouched = next.is_untouched();
  });
  const bool ran = w.run() == WEFT_OK;
  stall = None;
  return ran && untouched;
}

bool may_suspend(const std::string &name) {
  bool found = false;
#define WEFT_MAY_SUSPEND(function) found |= name == #function;
#include "weft/suspends.def"
  return found;
}

} // namespace

// libweft's calls find these first.
extern "C" ssize_t recv(int fd, void *buffer, size_t size, int flags) {
  hold_up();
  return recvfrom(fd, buffer, size, flags, nullptr, nullptr);
}

extern "C" int accept4(int fd, sockaddr *name, socklen_t *size, int flags) {
  hold_up();
  return static_cast<int>(syscall(SYS_accept4, fd, name, size, flags));
}

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

TEST_CASE("a read that is at work while its socket is closed ends with what came or as closed, and takes nothing from the next one") {
  const bool has_come = GENERATE(true, false);
  for (int i = 0; i < thoroughly(10); ++i) {
    OnWorkers w(3);
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    if (has_come)
      REQUIRE(write(ends[1], "x", 1) == 1);
    weft_sock *sock = nullptr;
    REQUIRE(weft_sock_adopt(ends[0], &sock) == WEFT_OK);
    std::atomic<int64_t> got{-99};
    CHECK(closed_at_work(w, sock, [&] {
      char bytes[8];
      got = weft_sock_read(sock, bytes, sizeof bytes, WEFT_NEVER);
    }));
    CHECK(got == (has_come ? 1 : WEFT_E_CLOSED));
    CHECK(fcntl(ends[0], F_GETFD) == -1);
    close(ends[1]);
  }
}

TEST_CASE("an accept that is at work while its listener is closed ends with a connection or as closed") {
  const bool has_come = GENERATE(true, false);
  weft_addr at;
  REQUIRE(weft_addr_unix("@weft-test-closed-listener", &at) == WEFT_OK);
  for (int i = 0; i < thoroughly(10); ++i) {
    OnWorkers w(3);
    weft_sock *listener = nullptr, *client = nullptr;
    REQUIRE(weft_listen(&at, 8, &listener) == WEFT_OK);
    if (has_come)
      REQUIRE(weft_connect(&at, WEFT_NEVER, &client) == WEFT_OK);
    std::atomic<weft_status> status{1};
    CHECK(closed_at_work(w, listener, [&] {
      weft_sock *s = nullptr;
      status = weft_accept(listener, WEFT_NEVER, &s, nullptr);
      weft_sock_close(s);
    }));
    CHECK(status == (has_come ? WEFT_OK : WEFT_E_CLOSED));
    weft_sock_close(client);
  }
}

TEST_CASE("a write that is at work while its socket is closed ends as closed, and writes nothing into the next one") {
  constexpr size_t endless = size_t{1} << 30, enough = size_t{4} << 20;
  void *zeros = mmap(nullptr, endless, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(zeros != MAP_FAILED);
  for (int i = 0; i < 2 * thoroughly(20); ++i) {
    OnWorkers w(4);
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    REQUIRE(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    weft_sock *sock = nullptr;
    REQUIRE(weft_sock_adopt(ends[0], &sock) == WEFT_OK);
    std::atomic<bool> flows{false}, closed{false}, untouched{false};
    std::atomic<int64_t> put{1};
    weft_task writer = 0;
    w.go([&] { put = weft_sock_write(sock, zeros, endless, WEFT_NEVER, nullptr); }, &writer);
    w.go([&] {
      while (!flows)
        weft_yield();
      Next next;
      weft_sock_close(sock);
      closed = true;
      next.open();
      weft_join(writer);
      untouched = next.is_untouched();
    });
    std::thread drain([&] {
      static char taken[1 << 16];
      size_t total = 0;
      for (ssize_t n; (n = read(ends[1], taken, sizeof taken)) > 0; flows = true)
        if ((total += static_cast<size_t>(n)) > enough)
          while (!closed) // or the write would come to its end
            std::this_thread::yield();
    });
    CHECK(w.run() == WEFT_OK);
    drain.join();
    CHECK(put == WEFT_E_CLOSED);
    CHECK(untouched);
    CHECK(fcntl(ends[0], F_GETFD) == -1);
    close(ends[1]);
  }
  munmap(zeros, endless);
}

TEST_CASE("what may end on another thread is listed so: a close that waits for the host's") {
  std::atomic<int> closed{0};
  OnWorkers w(4);
  constexpr int each = 50;
  for (int i = 0; i < each; ++i)
    w.go([&] {
      weft_sock *a = nullptr, *b = nullptr;
      char byte;
      if (weft_sock_pair(0, &a, &b) == WEFT_OK)
        closed += weft_sock_read(a, &byte, 1, weft_now() + 1) == WEFT_E_TIMEOUT;
      weft_sock_close(a); // watched
      weft_sock_close(b);
    });
  CHECK(w.run() == WEFT_OK);
  CHECK(closed == each);
  CHECK(may_suspend("weft_sock_close"));
  CHECK(may_suspend("weft_signals_close"));
}
