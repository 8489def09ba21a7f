/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Reading, writing and closing descriptors from tasks: nothing lost, nobody left waiting.
#include "loopback.h"
#include "on_manual.h"
#include "weft/lowered.h"

#include <cerrno>
#include <random>
#include <string>
#include <thread>

#include <unistd.h>

TEST_CASE("a read waits for bytes and answers 0 at the peer's end", "[socket]") {
  InTasks tasks;
  Pair p;
  std::string order;
  tasks.go([&] {
    char buffer[16];
    CHECK(weft_sock_read(p.a, buffer, sizeof buffer, some_time()) == 3);
    CHECK(std::string(buffer, 3) == "abc");
    order += 'r';
    CHECK(weft_sock_read(p.a, buffer, sizeof buffer, some_time()) == 0);
    CHECK(weft_sock_read(p.a, buffer, 0, some_time()) == 0);
  });
  tasks.run([&] {
    settle();
    CHECK(order.empty());
    CHECK(weft_sock_write(p.b, "abc", 3, some_time(), nullptr) == WEFT_OK);
    while (order.empty())
      weft_sleep(100000);
    weft_sock_close(p.b);
    p.b = nullptr;
  });
  p.close();
}

TEST_CASE("bytes that came before anybody waited are read without the host", "[socket]") {
  InTasks tasks;
  Pair p;
  tasks.run([&] {
    char c = 0;
    CHECK(weft_sock_write(p.a, "xy", 2, some_time(), nullptr) == WEFT_OK);
    CHECK(weft_sock_read(p.b, &c, 1, 1) == 1); // a deadline long past
    CHECK(c == 'x');
    CHECK(weft_sock_read(p.b, &c, 1, some_time()) == 1);
    CHECK(c == 'y');
    CHECK(weft_sock_read(p.b, &c, 1, in_ms(1)) == WEFT_E_TIMEOUT);
  });
  char c;
  CHECK(weft_sock_read(p.a, &c, 1, WEFT_NEVER) == WEFT_E_NOTASK);
  p.close();
}

TEST_CASE("megabytes in random pieces arrive byte for byte, both ways at once", "[socket]") {
  InTasks tasks;
  Pair p;
  constexpr uint64_t total = 4 << 20;
  uint64_t wrong = 0, checked = 0;
  auto writer = [&](weft_sock *s, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<unsigned char> block(100000);
    for (uint64_t at = 0; at < total;) {
      size_t n = std::min<uint64_t>(1 + random() % block.size(), total - at);
      for (size_t i = 0; i < n; ++i)
        block[i] = pattern(seed, at + i);
      size_t written = 0;
      CHECK(weft_sock_write(s, block.data(), n, some_time(), &written) == WEFT_OK);
      CHECK(written == n);
      at += n;
    }
    CHECK(weft_sock_shutdown_write(s) == WEFT_OK);
  };
  auto reader = [&](weft_sock *s, uint64_t seed) {
    std::mt19937_64 random(seed + 100);
    std::vector<unsigned char> block(70000);
    uint64_t at = 0;
    for (;;) {
      int64_t n = weft_sock_read(s, block.data(), 1 + random() % block.size(), some_time());
      if (n <= 0) {
        CHECK(n == 0);
        break;
      }
      for (int64_t i = 0; i < n; ++i)
        wrong += block[i] != pattern(seed, at + i);
      at += n;
    }
    checked += at;
  };
  tasks.go([&] { writer(p.a, 1); });
  tasks.go([&] { reader(p.b, 1); });
  tasks.go([&] { writer(p.b, 2); });
  tasks.go([&] { reader(p.a, 2); });
  CHECK(tasks.run() == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(checked == 2 * total);
  p.close();
}

TEST_CASE("a write to a peer that does not read ends by its deadline and tells how much went",
          "[socket]") {
  InTasks tasks;
  Pair p;
  tasks.run([&] {
    std::vector<char> big(8 << 20);
    size_t written = 0;
    CHECK(weft_sock_write(p.a, big.data(), big.size(), in_ms(20), &written) == WEFT_E_TIMEOUT);
    CHECK(written > 0);
    CHECK(written < big.size());
    size_t received = 0;
    tasks.go([&] { received = read_to_end(p.b); });
    // Goes on where it stopped.
    size_t rest = 0;
    CHECK(weft_sock_write(p.a, big.data() + written, big.size() - written, some_time(), &rest) ==
          WEFT_OK);
    CHECK(weft_sock_shutdown_write(p.a) == WEFT_OK);
    while (received == 0)
      weft_sleep(100000);
    CHECK(received == big.size());
  });
  p.close();
}

TEST_CASE("cancelling ends a read and a write, and the socket goes on", "[socket]") {
  InTasks tasks;
  Pair p;
  char c = 0;
  weft_task reader = tasks.go([&] {
    CHECK(weft_sock_read(p.a, &c, 1, WEFT_NEVER) == WEFT_E_CANCELLED);
    CHECK(weft_sock_read(p.a, &c, 1, some_time()) == 1);
    CHECK(c == 'z');
  });
  tasks.run([&] {
    settle();
    weft_cancel(reader);
    settle();
    CHECK(weft_sock_write(p.b, "z", 1, some_time(), nullptr) == WEFT_OK);
  });
  size_t filled = 0, more = 0;
  weft_task writer = tasks.go([&] {
    filled = fill(p.a);
    std::vector<char> block(1 << 20);
    CHECK(weft_sock_write(p.a, block.data(), block.size(), WEFT_NEVER, &more) == WEFT_E_CANCELLED);
    CHECK(weft_sock_shutdown_write(p.a) == WEFT_OK);
  });
  tasks.run([&] {
    weft_sleep(10000000); // until it is in its last write
    weft_cancel(writer);
    settle();
    CHECK(read_to_end(p.b) == filled + more);
  });
  p.close();
}

TEST_CASE("closing wakes who waits on it, and the number may be used again at once", "[socket]") {
  InTasks tasks;
  int before = open_descriptors();
  Pair p;
  int ended = 0;
  tasks.go([&] {
    char c;
    CHECK(weft_sock_read(p.a, &c, 1, WEFT_NEVER) == WEFT_E_CLOSED);
    ++ended;
  });
  tasks.go([&] {
    fill(p.a);
    CHECK(weft_sock_write(p.a, "x", 1, WEFT_NEVER, nullptr) == WEFT_E_CLOSED);
    ++ended;
  });
  tasks.run([&] {
    weft_sleep(1000000);
    int number = weft_sock_fd(p.a);
    weft_sock_close(p.a);
    p.a = nullptr;
    // Before those who waited have run.
    Pair next;
    weft_sock *same = weft_sock_fd(next.a) == number ? next.a : next.b;
    CHECK(weft_sock_fd(same) == number);
    settle();
    CHECK(ended == 2);
    weft_sock *other = same == next.a ? next.b : next.a;
    tasks.go([&] {
      weft_sleep(1000000);
      CHECK(weft_sock_write(other, "q", 1, some_time(), nullptr) == WEFT_OK);
    });
    char c = 0;
    CHECK(weft_sock_read(same, &c, 1, some_time()) == 1);
    CHECK(c == 'q');
    next.close();
  });
  p.close();
  CHECK(open_descriptors() == before);
}

TEST_CASE("closed when the bytes are there already but the reader has not run", "[socket]") {
  InTasks tasks;
  Pair p, q;
  int64_t answer = 99;
  tasks.go([&] {
    char c;
    answer = weft_sock_read(p.a, &c, 1, WEFT_NEVER);
  });
  // Both become ready in one look of the host, q first.
  tasks.go([&] {
    weft_sleep(1000000);
    CHECK(weft_sock_write(q.b, "x", 1, some_time(), nullptr) == WEFT_OK);
    CHECK(weft_sock_write(p.b, "x", 1, some_time(), nullptr) == WEFT_OK);
  });
  tasks.run([&] {
    char c;
    CHECK(weft_sock_read(q.a, &c, 1, some_time()) == 1);
    CHECK(answer == 99);
    weft_sock_close(p.a);
    p.a = nullptr;
  });
  CHECK(answer == WEFT_E_CLOSED);
  p.close();
  q.close();
}

TEST_CASE("a second reader is refused while one waits", "[socket]") {
  InTasks tasks;
  Pair p;
  tasks.go([&] {
    char c;
    CHECK(weft_sock_read(p.a, &c, 1, some_time()) == 1);
  });
  tasks.run([&] {
    settle();
    char c;
    CHECK(weft_sock_read(p.a, &c, 1, some_time()) == WEFT_E_BUSY);
    CHECK(weft_sock_write(p.b, "x", 1, some_time(), nullptr) == WEFT_OK);
  });
  p.close();
}

TEST_CASE("writing to a socket or pipe whose reader is gone is -EPIPE, never a signal",
          "[socket]") {
  InTasks tasks;
  Pair p;
  int fd[2];
  REQUIRE(pipe2(fd, O_NONBLOCK | O_CLOEXEC) == 0);
  weft_sock *in = nullptr, *out = nullptr;
  REQUIRE(weft_sock_adopt(fd[0], &in) == WEFT_OK);
  REQUIRE(weft_sock_adopt(fd[1], &out) == WEFT_OK);
  tasks.run([&] {
    weft_sock_close(p.b);
    p.b = nullptr;
    CHECK(weft_sock_write(p.a, "x", 1, some_time(), nullptr) == -EPIPE);
    weft_sock_close(in);
    CHECK(weft_sock_write(out, "x", 1, some_time(), nullptr) == -EPIPE);
    weft_sock_close(out);
  });
  p.close();
}

TEST_CASE("a pipe carries bytes between tasks", "[socket]") {
  InTasks tasks;
  int fd[2];
  REQUIRE(pipe2(fd, O_NONBLOCK | O_CLOEXEC) == 0);
  weft_sock *in = nullptr, *out = nullptr;
  REQUIRE(weft_sock_adopt(fd[0], &in) == WEFT_OK);
  REQUIRE(weft_sock_adopt(fd[1], &out) == WEFT_OK);
  size_t received = 0;
  tasks.go([&] {
    received = read_to_end(in);
    weft_sock_close(in);
  });
  tasks.run([&] {
    std::vector<char> block(1 << 20);
    CHECK(weft_sock_write(out, block.data(), block.size(), some_time(), nullptr) == WEFT_OK);
    weft_sock_close(out);
  });
  CHECK(received == 1 << 20);
}

TEST_CASE("a descriptor that cannot be adopted stays the caller's", "[socket]") {
  InTasks tasks;
  weft_sock *s = nullptr;
  CHECK(weft_sock_adopt(-1, &s) == -EBADF);
  int fd[2];
  REQUIRE(pipe(fd) == 0);
  CHECK(weft_sock_adopt(fd[0], &s) == WEFT_E_INVAL); // it would block the loop
  CHECK(s == nullptr);
  CHECK(close(fd[0]) == 0);
  CHECK(close(fd[1]) == 0);
}

TEST_CASE("a task whose peer is always faster does not keep others from running", "[socket]") {
  InTasks tasks;
  Pair p;
  bool stop = false;
  int others = 0;
  // Reads what it wrote itself: no call ever has to wait.
  tasks.go([&] {
    char c = 'x';
    while (!stop) {
      CHECK(weft_sock_write(p.a, &c, 1, some_time(), nullptr) == WEFT_OK);
      CHECK(weft_sock_read(p.b, &c, 1, some_time()) == 1);
    }
  });
  tasks.run([&] {
    while (++others < 100)
      weft_yield();
    stop = true;
  });
  CHECK(stop);
  p.close();
}

TEST_CASE("on a host that cannot watch, only what need not wait is done", "[socket]") {
  OnManual on;
  Pair p;
  on.go([&] {
    char c = 0;
    CHECK(weft_sock_write(p.a, "x", 1, WEFT_NEVER, nullptr) == WEFT_OK);
    CHECK(weft_sock_read(p.b, &c, 1, WEFT_NEVER) == 1);
    CHECK(c == 'x');
    CHECK(weft_sock_read(p.b, &c, 1, WEFT_NEVER) == -ENOTSUP);
    p.close();
  });
  CHECK(weft_turn(on.rt, nullptr).live == 0);
}

TEST_CASE("a scheduler inside the task may take a socket's wait", "[socket]") {
  InTasks tasks;
  Pair p;
  static weft_sock *reads;
  static int64_t got;
  reads = p.a;
  got = 99;
  tasks.run([&] {
    weft_cont child = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          char c = 0;
          got = weft_sock_read(reads, &c, 1, WEFT_NEVER) == 1 ? c : -1;
        },
        nullptr, WEFT_STACK_256K);
    const weft_handlers awaits = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};
    weft_payload io = {};
    weft_cont next = 0;
    CHECK(weft_rt_resume(child, &awaits, nullptr, &io, &next) == 1);
    weft_token token = io.i[0];
    CHECK(io.i[1] == WEFT_NEVER);
    // The task goes on while its child waits.
    CHECK(weft_sock_write(p.b, "k", 1, WEFT_NEVER, nullptr) == WEFT_OK);
    uint64_t value = 0;
    weft_status status = weft_await(token, &value);
    CHECK(status == WEFT_OK);
    io = {};
    io.i[0] = static_cast<uint32_t>(status);
    io.i[1] = value;
    CHECK(weft_rt_resume(next, &awaits, &io, &io, &next) == 0);
  });
  CHECK(got == 'k');
  p.close();
}

namespace {

// Runs fn in a continuation until its first await, and drops it there. The records of its tokens are free again then.
void drop_in_wait(void (*fn)()) {
  static const struct {
    uint32_t count, flags;
    weft_handler entry[1];
  } takes = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};
  weft_cont k = weft_rt_cont_new_mem([](void *env, weft_payload *) { (*static_cast<void (**)()>(env))(); }, &fn, WEFT_STACK_256K);
  weft_payload in = {}, out = {};
  weft_cont next = 0;
  CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&takes), &in, &out, &next) == 1);
  weft_rt_cont_drop(next);
  const weft_token after = weft_token_new(nullptr);
  constexpr uint64_t slot = (UINT64_C(1) << WEFT_SLOT_BITS) - 1;
  CHECK((after & slot) == (out.i[0] & slot));
  weft_token_drop(after);
}

weft_sock *dropped_on;

} // namespace

TEST_CASE("a wait that is dropped leaves nothing: the next one is not refused, and a close frees all", "[socket]") {
  InTasks tasks;
  tasks.run([&] {
    const int before = open_descriptors();
    Pair p;
    dropped_on = p.a;
    char c = 0;
    drop_in_wait([] {
      char byte;
      weft_sock_read(dropped_on, &byte, 1, WEFT_NEVER);
    });
    CHECK(weft_sock_read(p.a, &c, 1, in_ms(1)) == WEFT_E_TIMEOUT);
    fill(p.a);
    drop_in_wait([] { weft_sock_write(dropped_on, "x", 1, WEFT_NEVER, nullptr); });
    CHECK(weft_sock_write(p.a, "x", 1, in_ms(1), nullptr) == WEFT_E_TIMEOUT);
    p.close();
    CHECK(open_descriptors() == before);
  });
}

TEST_CASE("a thread that is none of the runtime's does not close what the host watches", "[socket]") {
  InTasks tasks;
  Pair p;
  char c = 0;
  tasks.go([&] { CHECK(weft_sock_read(p.a, &c, 1, some_time()) == 1); });
  tasks.run([&] {
    settle();
    std::thread([&] { weft_sock_close(p.a); }).join();
    CHECK(weft_sock_write(p.b, "z", 1, some_time(), nullptr) == WEFT_OK);
    while (c == 0)
      weft_sleep(100000);
    CHECK(c == 'z');
  });
  p.close();
}
