/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A TCP read that emptied its socket is remembered: the next one waits for the host's word first, and misses nothing by it. Reads are
// counted by a recv of this program's own, which libweft's calls find first.
#include "loopback.h"

#include <cstring>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

uint64_t recv_calls;

// Two ends of a TCP connection, both the runtime's; made by a task.
struct Connection {
  weft_sock *near = nullptr, *far = nullptr;
  Connection() {
    weft_sock *listener = nullptr;
    CHECK(weft_tcp_listen("127.0.0.1", 0, 1, &listener) == WEFT_OK);
    CHECK(weft_tcp_connect("127.0.0.1", weft_sock_port(listener), some_time(), &far) == WEFT_OK);
    CHECK(weft_tcp_accept(listener, &near) == WEFT_OK);
    weft_sock_close(listener);
  }
  ~Connection() {
    weft_sock_close(near);
    weft_sock_close(far);
  }
  void send(const char *text) {
    CHECK(weft_sock_write(far, text, strlen(text), some_time(), nullptr) == WEFT_OK);
  }
  // Without a deadline of the caller's what ends the read has to come before the one that saves a broken test from hanging.
  std::string read(size_t most = 100, uint64_t deadline = 0) {
    std::string got(most, ' ');
    const uint64_t too_late = some_time();
    int64_t n = weft_sock_read(near, got.data(), most, deadline ? deadline : too_late);
    CHECK(weft_now() < too_late);
    if (n < 0)
      return weft_status_text(static_cast<weft_status>(n));
    got.resize(static_cast<size_t>(n));
    return got;
  }
  // After it the near end is watched, and known to be empty.
  void empty() {
    char c;
    CHECK(weft_sock_read(near, &c, 1, in_ms(1)) == WEFT_E_TIMEOUT);
    send("first");
    CHECK(read() == "first");
  }
  // In the kernel, though the host has not told of it: nothing here waits.
  void has_come(short what) {
    pollfd p = {weft_sock_fd(near), what, 0};
    CHECK(poll(&p, 1, 60000) == 1);
  }
};

} // namespace

extern "C" ssize_t recv(int fd, void *buffer, size_t size, int flags) {
  ++recv_calls;
  return syscall(SYS_recvfrom, fd, buffer, size, flags, nullptr, nullptr);
}

TEST_CASE("what comes while a task waits costs one read", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    Connection c;
    c.empty();
    const uint64_t before = recv_calls;
    constexpr uint64_t rounds = 20;
    bool done = false;
    tasks.go([&] {
      for (uint64_t i = 0; i < rounds; ++i) {
        CHECK(c.read() == "again");
        CHECK(weft_sock_write(c.near, "!", 1, some_time(), nullptr) == WEFT_OK);
      }
      done = true;
    });
    uint64_t of_the_far_end = 0;
    for (uint64_t i = 0; i < rounds; ++i) {
      settle();
      c.send("again");
      char answer[8];
      const uint64_t start = recv_calls;
      pollfd p = {weft_sock_fd(c.far), POLLIN, 0};
      while (poll(&p, 1, 0) == 0)
        weft_sleep(100000);
      const uint64_t near = recv_calls - start;
      CHECK(near == 1);
      CHECK(weft_sock_read(c.far, answer, sizeof answer, some_time()) == 1);
      of_the_far_end += recv_calls - start - near;
    }
    while (!done)
      weft_yield();
    CHECK(recv_calls - before == rounds + of_the_far_end);
  });
}

TEST_CASE("data and the end that came together are both read", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    Connection c;
    c.empty();
    c.send("last");
    CHECK(weft_sock_shutdown_write(c.far) == WEFT_OK);
    c.has_come(POLLRDHUP);
    CHECK(c.read() == "last");
    CHECK(c.read().empty());
    CHECK(c.read().empty());
  });
}

TEST_CASE("an end that comes behind data that was read is found", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    Connection c;
    c.empty();
    tasks.go([&] {
      settle();
      CHECK(weft_sock_shutdown_write(c.far) == WEFT_OK);
    });
    CHECK(c.read().empty());
  });
}

TEST_CASE("what comes behind urgent data is read", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    Connection c;
    c.empty();
    c.send("ab");
    CHECK(::send(weft_sock_fd(c.far), "!", 1, MSG_OOB) == 1);
    c.send("cd");
    c.has_come(POLLPRI);
    CHECK(c.read() == "ab"); // the kernel stops in front of it
    CHECK(c.read() == "cd");
  });
}

TEST_CASE("a deadline that has passed takes what has come, told of or not", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    Connection c;
    c.empty();
    c.send("xy");
    c.has_come(POLLIN);
    CHECK(c.read(100, 1) == "xy");
    CHECK(c.read(100, 1) == weft_status_text(WEFT_E_TIMEOUT));
    c.send("z");
    c.has_come(POLLIN);
    CHECK(weft_sock_wait_readable(c.near, 1) == WEFT_OK);
    CHECK(c.read() == "z");
  });
}

TEST_CASE("who filled the buffer reads on", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    Connection c;
    c.empty();
    c.send("abcdefg");
    CHECK(c.read(3) == "abc");
    CHECK(c.read(3) == "def");
    CHECK(weft_sock_wait_readable(c.near, some_time()) == WEFT_OK);
    CHECK(c.read(3) == "g");
  });
}

TEST_CASE(
    "waiting for a read takes nothing, and ends by data, the peer's end, a deadline or a close",
    "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    for (bool watched : {false, true}) {
      Connection c;
      if (watched)
        c.empty();
      CHECK(weft_sock_wait_readable(c.near, in_ms(1)) == WEFT_E_TIMEOUT);
      c.send("abc");
      CHECK(weft_sock_wait_readable(c.near, some_time()) == WEFT_OK);
      CHECK(weft_sock_wait_readable(c.near, some_time()) == WEFT_OK);
      CHECK(c.read() == "abc");
      CHECK(weft_sock_wait_readable(c.near, in_ms(1)) == WEFT_E_TIMEOUT);
      CHECK(weft_sock_shutdown_write(c.far) == WEFT_OK);
      CHECK(weft_sock_wait_readable(c.near, some_time()) == WEFT_OK);
      CHECK(c.read().empty());
    }
    Connection c;
    tasks.go([&] {
      settle();
      weft_sock_close(c.near);
      c.near = nullptr;
    });
    CHECK(weft_sock_wait_readable(c.near, some_time()) == WEFT_E_CLOSED);
  });
}

TEST_CASE("waiting for a read works on what tells no ends: Unix sockets and pipes", "[socket]") {
  InTasks tasks;
  Pair p;
  int fd[2];
  REQUIRE(pipe2(fd, O_NONBLOCK | O_CLOEXEC) == 0);
  weft_sock *out = nullptr, *in = nullptr;
  REQUIRE(weft_sock_adopt(fd[0], &in) == WEFT_OK);
  REQUIRE(weft_sock_adopt(fd[1], &out) == WEFT_OK);
  CHECK(weft_sock_wait_readable(in, WEFT_NEVER) == WEFT_E_NOTASK);
  tasks.run([&] {
    for (auto [from, to] : {std::pair(p.a, p.b), std::pair(out, in)})
      for (int i = 0; i < 3; ++i) {
        CHECK(weft_sock_wait_readable(to, in_ms(1)) == WEFT_E_TIMEOUT);
        CHECK(weft_sock_write(from, "ab", 2, some_time(), nullptr) == WEFT_OK);
        CHECK(weft_sock_wait_readable(to, some_time()) == WEFT_OK);
        char got[8];
        CHECK(weft_sock_read(to, got, 1, some_time()) == 1);
        CHECK(weft_sock_wait_readable(to, some_time()) == WEFT_OK);
        CHECK(weft_sock_read(to, got, sizeof got, some_time()) == 1);
      }
  });
  weft_sock_close(in);
  weft_sock_close(out);
  p.close();
}

TEST_CASE("a read in a native call, which cannot wait for the host's word, looks") {
  InTasks t;
  int64_t some = 0, none = 0;
  t.run([&] {
    Connection c;
    c.empty();
    c.send("more");
    c.has_come(POLLIN);
    auto reads = [&] {
      char buffer[100];
      some = weft_sock_read(c.near, buffer, sizeof buffer, WEFT_NEVER);
      none = weft_sock_read(c.near, buffer, sizeof buffer, WEFT_NEVER);
    };
    weft_call_native([](void *arg) { (*static_cast<decltype(reads) *>(arg))(); }, &reads);
  });
  CHECK(some == 4);
  CHECK(none == WEFT_E_NOTASK);
}
