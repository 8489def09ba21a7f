/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// TCP on the loopback address: connecting, and peers, ports and limits that misbehave.
#include "loopback.h"
#include "weft/lowered.h"

#include <algorithm>
#include <cerrno>
#include <random>

#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

weft_sock *listen_here(int backlog = 128) {
  weft_sock *listener = nullptr;
  weft_status status = weft_tcp_listen("127.0.0.1", 0, backlog, &listener);
  REQUIRE(status == WEFT_OK);
  return listener;
}

weft_sock *connect_to(weft_sock *listener) {
  weft_sock *s = nullptr;
  weft_status status = weft_tcp_connect("127.0.0.1", weft_sock_port(listener), some_time(), &s);
  CHECK(status == WEFT_OK);
  return s;
}

// Gives back what it reads until the peer's end or an error, which is its answer.
int64_t echo(weft_sock *s) {
  std::vector<char> block(16384);
  for (;;) {
    int64_t n = weft_sock_read(s, block.data(), block.size(), some_time());
    if (n <= 0)
      return n;
    weft_status status =
        weft_sock_write(s, block.data(), static_cast<size_t>(n), some_time(), nullptr);
    if (status != WEFT_OK)
      return status;
  }
}

// Accepts `count` connections and serves each by a task of its own.
void serve(InTasks &tasks, weft_sock *listener, int count, uint64_t *errors) {
  for (int i = 0; i < count; ++i) {
    weft_sock *s = nullptr;
    if (weft_status status = weft_tcp_accept(listener, &s); status != WEFT_OK) {
      CHECK(status == WEFT_OK);
      return;
    }
    tasks.go([s, errors] {
      *errors += echo(s) < 0;
      weft_sock_close(s);
    });
  }
}

} // namespace

TEST_CASE("an echo server gives back megabytes byte for byte", "[tcp]") {
  InTasks tasks;
  weft_sock *listener = listen_here();
  CHECK(weft_sock_port(listener) != 0);
  constexpr int clients = 8;
  constexpr uint64_t total = 1 << 20;
  uint64_t errors = 0, wrong = 0, checked = 0;
  tasks.go([&] { serve(tasks, listener, clients, &errors); });
  for (uint64_t id = 0; id < clients; ++id)
    tasks.go([&, id] {
      weft_sock *s = connect_to(listener);
      if (!s)
        return;
      bool read_all = false;
      tasks.go([&, s, id] {
        std::mt19937_64 random(id);
        std::vector<unsigned char> block(50000);
        for (uint64_t at = 0; at < total;) {
          size_t n = std::min<uint64_t>(1 + random() % block.size(), total - at);
          for (size_t i = 0; i < n; ++i)
            block[i] = pattern(id, at + i);
          CHECK(weft_sock_write(s, block.data(), n, some_time(), nullptr) == WEFT_OK);
          at += n;
        }
        CHECK(weft_sock_shutdown_write(s) == WEFT_OK); // half-closed: the rest still comes back
        while (!read_all)
          weft_sleep(1000000);
        weft_sock_close(s);
      });
      std::vector<unsigned char> block(30000);
      uint64_t at = 0;
      for (int64_t n; (n = weft_sock_read(s, block.data(), block.size(), some_time())) > 0;)
        for (int64_t i = 0; i < n; ++i, ++at)
          wrong += block[i] != pattern(id, at);
      checked += at;
      read_all = true;
      weft_sleep(5000000); // `read_all` is on this stack
    });
  CHECK(tasks.run() == WEFT_OK);
  CHECK(wrong == 0);
  CHECK(errors == 0);
  CHECK(checked == clients * total);
  weft_sock_close(listener);
}

TEST_CASE("a port in use is -EADDRINUSE, and free again after the close", "[tcp]") {
  InTasks tasks;
  weft_sock *listener = listen_here(), *second = nullptr;
  uint16_t port = weft_sock_port(listener);
  CHECK(weft_tcp_listen("127.0.0.1", port, 8, &second) == -EADDRINUSE);
  CHECK(second == nullptr);
  weft_sock_close(listener);
  CHECK(weft_tcp_listen("127.0.0.1", port, 8, &second) == WEFT_OK);
  weft_sock_close(second);
}

TEST_CASE("connecting to a port without a listener is -ECONNREFUSED", "[tcp]") {
  InTasks tasks;
  weft_sock *listener = listen_here();
  uint16_t port = weft_sock_port(listener);
  weft_sock_close(listener);
  int before = open_descriptors();
  tasks.run([&] {
    weft_sock *s = nullptr;
    CHECK(weft_tcp_connect("127.0.0.1", port, some_time(), &s) == -ECONNREFUSED);
    CHECK(s == nullptr);
  });
  CHECK(open_descriptors() == before);
}

TEST_CASE("only numeric addresses are taken", "[tcp]") {
  InTasks tasks;
  weft_sock *s = nullptr;
  for (const char *host : {"localhost", "", "1.2.3", "::g", "127.0.0.1%lo", "::1%no-such-interface",
                           "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001"}) {
    CHECK(weft_tcp_listen(host, 0, 1, &s) == WEFT_E_INVAL);
    CHECK(weft_tcp_connect(host, 1, WEFT_NEVER, &s) == WEFT_E_INVAL);
  }
  CHECK(weft_tcp_connect(nullptr, 1, WEFT_NEVER, &s) == WEFT_E_INVAL);
}

TEST_CASE("IPv6 works as IPv4 does", "[tcp]") {
  InTasks tasks;
  weft_sock *listener = nullptr;
  weft_status status = weft_tcp_listen("::1", 0, 8, &listener);
  if (status == -EAFNOSUPPORT || status == -EADDRNOTAVAIL) {
    WARN("skipped: needs IPv6 on the loopback interface");
    return;
  }
  REQUIRE(status == WEFT_OK);
  uint64_t errors = 0;
  tasks.go([&] { serve(tasks, listener, 1, &errors); });
  tasks.run([&] {
    weft_sock *s = nullptr;
    CHECK(weft_tcp_connect("::1", weft_sock_port(listener), some_time(), &s) == WEFT_OK);
    if (!s)
      return;
    char c = 0;
    CHECK(weft_sock_write(s, "6", 1, some_time(), nullptr) == WEFT_OK);
    CHECK(weft_sock_read(s, &c, 1, some_time()) == 1);
    CHECK(c == '6');
    weft_sock_close(s);
  });
  CHECK(errors == 0);
  weft_sock_close(listener);
}

TEST_CASE("without descriptors accept says -EMFILE and the connection can be taken later",
          "[tcp]") {
  InTasks tasks;
  weft_sock *listener = listen_here();
  tasks.run([&] {
    weft_sock *client = connect_to(listener);
    // One place is left below the limit, and something takes it.
    rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    int highest = fcntl(0, F_DUPFD_CLOEXEC, 0);
    rlimit low = limit;
    low.rlim_cur = static_cast<rlim_t>(highest + 1);
    CHECK(setrlimit(RLIMIT_NOFILE, &low) == 0);
    std::vector<int> fillers;
    for (int fd; (fd = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0;)
      fillers.push_back(fd);

    weft_sock *server = nullptr;
    CHECK(weft_tcp_accept(listener, &server) == -EMFILE);
    CHECK(server == nullptr);
    CHECK(weft_tcp_accept(listener, &server) == -EMFILE);
    weft_sock *refused = nullptr;
    CHECK(weft_tcp_connect("127.0.0.1", weft_sock_port(listener), some_time(), &refused) ==
          -EMFILE);

    for (int fd : fillers)
      close(fd);
    close(highest);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(weft_tcp_accept(listener, &server) == WEFT_OK);
    if (server && client) {
      char c = 0;
      CHECK(weft_sock_write(client, "m", 1, some_time(), nullptr) == WEFT_OK);
      CHECK(weft_sock_read(server, &c, 1, some_time()) == 1);
      CHECK(c == 'm');
    }
    weft_sock_close(server);
    weft_sock_close(client);
  });
  weft_sock_close(listener);
}

TEST_CASE("cancelling or closing ends an accept", "[tcp]") {
  InTasks tasks;
  weft_sock *listener = listen_here();
  weft_task task = tasks.go([&] {
    weft_sock *s = nullptr;
    CHECK(weft_tcp_accept(listener, &s) == WEFT_E_CANCELLED);
    CHECK(weft_tcp_accept(listener, &s) == WEFT_E_CLOSED);
    CHECK(s == nullptr);
  });
  tasks.run([&] {
    settle();
    weft_cancel(task);
    settle();
    weft_sock_close(listener);
  });
}

TEST_CASE("a connect that nobody answers ends by its deadline or a cancel", "[tcp]") {
  InTasks tasks;
  // A full backlog on Linux drops further SYNs.
  weft_sock *listener = listen_here(1);
  std::vector<weft_sock *> filling;
  int before = 0, after = -1;
  tasks.run([&] {
    weft_sock *s = nullptr;
    while (filling.size() < 16 &&
           weft_tcp_connect("127.0.0.1", weft_sock_port(listener), in_ms(200), &s) == WEFT_OK)
      filling.push_back(s);
    CHECK(filling.size() < 16); // the last one ended by its deadline
    before = open_descriptors();
    weft_task task = tasks.go([&] {
      weft_sock *never = nullptr;
      CHECK(weft_tcp_connect("127.0.0.1", weft_sock_port(listener), WEFT_NEVER, &never) ==
            WEFT_E_CANCELLED);
      CHECK(never == nullptr);
    });
    weft_sleep(1000000);
    weft_cancel(task);
    settle();
    after = open_descriptors();
  });
  CHECK(before == after);
  for (weft_sock *s : filling)
    weft_sock_close(s);
  weft_sock_close(listener);
}

TEST_CASE("a connect or an accept that is dropped in its wait leaves no descriptor", "[tcp]") {
  InTasks tasks;
  static weft_sock *listener;
  listener = listen_here(1);
  static const struct {
    uint32_t count, flags;
    weft_handler entry[1];
  } takes = {1, 0, {{&weft_await_tag, WEFT_ON_SUSPEND, 0}}};
  auto drop_in_wait = [](weft_body body) {
    weft_cont k = weft_rt_cont_new_mem(body, nullptr, WEFT_STACK_256K);
    weft_payload in = {}, out = {};
    weft_cont next = 0;
    CHECK(weft_rt_resume(k, reinterpret_cast<const weft_handlers *>(&takes), &in, &out, &next) == 1);
    weft_rt_cont_drop(next);
  };
  std::vector<weft_sock *> filling;
  tasks.run([&] {
    weft_sock *s = nullptr;
    drop_in_wait([](void *, weft_payload *) {
      weft_sock *none = nullptr;
      weft_tcp_accept(listener, &none);
    });
    while (filling.size() < 16 && weft_tcp_connect("127.0.0.1", weft_sock_port(listener), in_ms(200), &s) == WEFT_OK)
      filling.push_back(s);
    const int before = open_descriptors();
    drop_in_wait([](void *, weft_payload *) {
      weft_sock *never = nullptr;
      weft_tcp_connect("127.0.0.1", weft_sock_port(listener), WEFT_NEVER, &never);
    });
    CHECK(open_descriptors() == before);
  });
  for (weft_sock *s : filling)
    weft_sock_close(s);
  weft_sock_close(listener);
}

TEST_CASE("a reset while waiting to write is an error, not a hang", "[tcp]") {
  bool reading = GENERATE(false, true);
  InTasks tasks;
  weft_sock *listener = listen_here();
  tasks.run([&] {
    weft_sock *client = connect_to(listener), *server = nullptr;
    CHECK(weft_tcp_accept(listener, &server) == WEFT_OK);
    tasks.go([&, client] {
      weft_sleep(2000000);
      linger now = {1, 0};
      setsockopt(weft_sock_fd(client), SOL_SOCKET, SO_LINGER, &now, sizeof now);
      weft_sock_close(client);
    });
    if (reading) {
      char c;
      CHECK(weft_sock_read(server, &c, 1, some_time()) == -ECONNRESET);
    } else {
      std::vector<char> block(16 << 20);
      weft_status status =
          weft_sock_write(server, block.data(), block.size(), some_time(), nullptr);
      CHECK((status == -ECONNRESET || status == -EPIPE));
    }
    weft_sock_close(server);
  });
  weft_sock_close(listener);
}

TEST_CASE("a listener made before the runtime belongs to the one that waits first", "[tcp]") {
  weft_sock *listener = listen_here();
  {
    InTasks tasks;
    tasks.go([&] {
      weft_sock *s = nullptr;
      CHECK(weft_tcp_accept(listener, &s) == WEFT_OK);
      weft_sock_close(s);
    });
    tasks.run([&] {
      settle(); // accept waits
      weft_sock_close(connect_to(listener));
    });
    InTasks others;
    others.run([&] {
      weft_sock *s = nullptr;
      CHECK(weft_tcp_accept(listener, &s) == WEFT_E_INVAL);
    });
    weft_sock_close(listener);
  }
}
