// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Unix streams, pairs and pipes do what TCP does; accepting waits for descriptors; the limit of descriptors.
#include "on_hosts.h"

#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_CASE("streams by path and by abstract name echo, and both ends know their names") {
  OnHost h(each_host());
  const bool abstract = GENERATE(false, true);
  Folder folder;
  const std::string name = abstract ? "@weft-test-streams" : folder.file("socket");
  weft_addr at;
  CHECK(weft_addr_unix(name.c_str(), &at) == WEFT_OK);
  weft_sock *listener = nullptr, *second = nullptr;
  CHECK(weft_listen(&at, 8, &listener) == WEFT_OK);
  CHECK(weft_listen(&at, 8, &second) == -EADDRINUSE);
  h.go([&] {
    weft_sock *s = nullptr;
    weft_addr peer;
    CHECK(weft_accept(listener, some_time(), &s, &peer) == WEFT_OK);
    char text[200] = "?";
    CHECK(weft_addr_text(&peer, text, sizeof text) == WEFT_OK);
    CHECK(std::string(text).empty()); // a client has no name
    char c = 0;
    CHECK(weft_sock_read(s, &c, 1, some_time()) == 1);
    CHECK(weft_sock_write(s, &c, 1, some_time(), nullptr) == WEFT_OK);
    CHECK(weft_sock_read(s, &c, 1, some_time()) == 0);
    weft_sock_close(s);
  });
  h.run([&] {
    settle();
    weft_sock *s = nullptr;
    CHECK(weft_connect(&at, some_time(), &s) == WEFT_OK);
    weft_addr peer;
    char text[200] = "";
    CHECK(weft_sock_remote(s, &peer) == WEFT_OK);
    CHECK(weft_addr_text(&peer, text, sizeof text) == WEFT_OK);
    CHECK(text == name);
    char c = 'u';
    CHECK(weft_sock_write(s, &c, 1, some_time(), nullptr) == WEFT_OK);
    CHECK(weft_sock_read(s, &c, 1, some_time()) == 1);
    CHECK(c == 'u');
    weft_sock_close(s);
  });
  weft_sock_close(listener);
}

TEST_CASE("who connects to a full backlog waits for a place") {
  OnHost h(each_host());
  weft_addr at;
  CHECK(weft_addr_unix("@weft-test-backlog", &at) == WEFT_OK);
  weft_sock *listener = nullptr;
  CHECK(weft_listen(&at, 1, &listener) == WEFT_OK);
  std::vector<weft_sock *> filling;
  h.run([&] {
    weft_sock *s = nullptr;
    weft_status status;
    while ((status = weft_connect(&at, in_ms(1), &s)) == WEFT_OK)
      filling.push_back(s);
    CHECK(status == WEFT_E_TIMEOUT);
    h.go([&] {
      weft_sock *late = nullptr;
      CHECK(weft_connect(&at, some_time(), &late) == WEFT_OK);
      filling.push_back(late);
    });
    settle();
    const size_t all = filling.size() + 1;
    for (size_t i = 0; i < all; ++i) {
      CHECK(weft_accept(listener, some_time(), &s, nullptr) == WEFT_OK);
      weft_sock_close(s);
    }
    while (filling.size() < all)
      weft_sleep(1000000);
  });
  for (weft_sock *s : filling)
    weft_sock_close(s);
  weft_sock_close(listener);
}

TEST_CASE("who waits for a place in a backlog does so no longer than till the deadline") {
  OnHost h(each_host());
  weft_addr at;
  CHECK(weft_addr_unix("@weft-test-late", &at) == WEFT_OK);
  weft_sock *listener = nullptr;
  CHECK(weft_listen(&at, 1, &listener) == WEFT_OK);
  std::vector<weft_sock *> filling;
  h.run([&] {
    weft_sock *s = nullptr;
    while (weft_connect(&at, in_ms(1), &s) == WEFT_OK)
      filling.push_back(s);
    const uint64_t deadline = in_ms(1);
    bool over = false;
    h.go([&] {
      weft_sock *late = nullptr;
      CHECK(weft_connect(&at, deadline, &late) == WEFT_E_TIMEOUT);
      over = true;
    });
    settle();
    const uint64_t later = deadline + 5000000, now = weft_now();
    weft_sleep(now < later ? later - now : 1); // due after it
    settle();
    CHECK(over);
  });
  for (weft_sock *s : filling)
    weft_sock_close(s);
  weft_sock_close(listener);
}

TEST_CASE("no address is an error, and nothing is made") {
  OnHost h(each_host());
  const int before = open_descriptors();
  weft_sock *s = nullptr;
  CHECK(weft_listen(nullptr, 1, &s) == WEFT_E_INVAL);
  CHECK(weft_connect(nullptr, WEFT_NEVER, &s) == WEFT_E_INVAL);
  CHECK(weft_datagram_open(nullptr, &s) == WEFT_E_INVAL);
  CHECK(s == nullptr);
  weft_addr at;
  weft_addr_ip("127.0.0.1", 0, &at);
  CHECK(weft_datagram_open(&at, &s) == WEFT_OK);
  CHECK(weft_datagram_peer(s, nullptr) == WEFT_E_INVAL);
  weft_sock_close(s);
  CHECK(open_descriptors() == before);
}

TEST_CASE("pairs carry bytes or messages, pipes bytes, and end when the other end closes") {
  OnHost h(each_host());
  weft_sock *a = nullptr, *b = nullptr, *in = nullptr, *out = nullptr;
  char buffer[10];
  h.run([&] {
    for (int datagrams : {0, 1}) {
      CHECK(weft_sock_pair(datagrams, &a, &b) == WEFT_OK);
      CHECK(weft_sock_write(a, "ab", 2, some_time(), nullptr) == WEFT_OK);
      CHECK(weft_sock_write(a, "c", 1, some_time(), nullptr) == WEFT_OK);
      CHECK(weft_sock_read(b, buffer, sizeof buffer, some_time()) == (datagrams ? 2 : 3));
      weft_sock_close(a);
      weft_sock_close(b);
    }
    CHECK(weft_pipe(&in, &out) == WEFT_OK);
    h.go([&] {
      char got[10];
      CHECK(weft_sock_read(in, got, sizeof got, some_time()) == 3);
      CHECK(weft_sock_read(in, got, sizeof got, some_time()) == 0);
      weft_sock_close(in);
    });
    settle(); // it waits
    CHECK(weft_sock_write(out, "abc", 3, some_time(), nullptr) == WEFT_OK);
    weft_sleep(1000000);
    weft_sock_close(out);
  });
}

TEST_CASE("a pipe's writer waits for its reader, and a writer without one is told, not killed") {
  OnHost h(each_host());
  struct sigaction as_ever = {}, before;
  as_ever.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &as_ever, &before);
  const size_t total = 1 << 20;
  size_t got = 0, wrong = 0;
  h.run([&] {
    weft_sock *in = nullptr, *out = nullptr;
    CHECK(weft_pipe(&in, &out) == WEFT_OK);
    h.go([&, in] {
      std::vector<unsigned char> block(5000);
      for (int64_t n; got < total && (n = weft_sock_read(in, block.data(), block.size(), some_time())) > 0;)
        for (int64_t i = 0; i < n; ++i, ++got)
          wrong += block[static_cast<size_t>(i)] != pattern(1, got);
      weft_sock_close(in);
    });
    std::vector<unsigned char> all(total);
    for (size_t i = 0; i < total; ++i)
      all[i] = pattern(1, i);
    size_t written = 0;
    CHECK(weft_sock_write(out, all.data(), total, some_time(), &written) == WEFT_OK);
    CHECK(written == total);
    weft_status status;
    while ((status = weft_sock_write(out, "x", 1, some_time(), nullptr)) == WEFT_OK)
      weft_yield();
    CHECK(status == -EPIPE);
    weft_sock_close(out);
    weft_sock *a = nullptr, *b = nullptr;
    CHECK(weft_sock_pair(0, &a, &b) == WEFT_OK);
    weft_sock_close(b);
    CHECK(weft_sock_write(a, "x", 1, some_time(), nullptr) == -EPIPE);
    weft_sock_close(a);
  });
  CHECK(got == total);
  CHECK(wrong == 0);
  sigaction(SIGPIPE, &before, nullptr);
}

TEST_CASE("without descriptors accept waits, costs little, and goes on when they come back") {
  OnHost h(each_host());
  weft_addr at;
  CHECK(weft_addr_ip("127.0.0.1", 0, &at) == WEFT_OK);
  weft_sock *listener = nullptr;
  CHECK(weft_listen(&at, 16, &listener) == WEFT_OK);
  CHECK(weft_sock_local(listener, &at) == WEFT_OK);
  h.run([&] {
    weft_sock *client = nullptr, *server = nullptr;
    CHECK(weft_connect(&at, some_time(), &client) == WEFT_OK);
    rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    int highest = fcntl(0, F_DUPFD_CLOEXEC, 0);
    rlimit low = limit;
    low.rlim_cur = static_cast<rlim_t>(highest + 1);
    CHECK(setrlimit(RLIMIT_NOFILE, &low) == 0);
    std::vector<int> fillers;
    for (int fd; (fd = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0;)
      fillers.push_back(fd);
    CHECK(weft_accept(listener, in_ms(50), &server, nullptr) == WEFT_E_TIMEOUT);
    weft_stats before = {}, after = {};
    before.size = after.size = sizeof before;
    weft_get_stats(nullptr, &before);
    const uint64_t begin = weft_now();
    h.go([&] { CHECK(weft_accept(listener, some_time(), &server, nullptr) == WEFT_OK); });
    weft_sleep(100000000);
    CHECK(server == nullptr);
    weft_get_stats(nullptr, &after);
    // Some looks in that time, however long it was; one who spins makes many thousands.
    CHECK(after.picked - before.picked < 20 + (weft_now() - begin) / 1000000);
    for (int fd : fillers)
      close(fd);
    close(highest);
    while (!server)
      weft_sleep(1000000);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(weft_sock_write(client, "m", 1, some_time(), nullptr) == WEFT_OK);
    char c = 0;
    CHECK(weft_sock_read(server, &c, 1, some_time()) == 1);
    // A cancel and a close end it as any accept.
    weft_sock_close(server);
    weft_sock_close(client);
  });
  weft_sock_close(listener);
}

// What the first listener of a process does, in processes of their own: the tests' own has had its first one.
TEST_CASE("the limit of this process after its first listener", "[.limit]") {
  weft_addr at;
  weft_addr_ip("127.0.0.1", 0, &at);
  weft_sock *listener = nullptr;
  weft_status status = weft_listen(&at, 1, &listener);
  REQUIRE(status == WEFT_OK);
  weft_sock_close(listener);
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  CHECK(limit.rlim_cur == limit.rlim_max);
}

TEST_CASE("the first listener raises the limit of descriptors, unless the environment says to keep it") {
  rlimit limit;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_max < 200) {
    WARN("skipped: the hard limit is too low");
    return;
  }
  const bool keep = GENERATE(false, true);
  pid_t child = fork();
  if (child == 0) {
    limit.rlim_cur = 100;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (keep)
      setenv("WEFT_DESCRIPTORS", "keep", 1);
    else
      unsetenv("WEFT_DESCRIPTORS");
    int nothing = open("/dev/null", O_WRONLY);
    dup2(nothing, 1);
    execl("/proc/self/exe", "self", "[.limit]", static_cast<char *>(nullptr));
    _exit(127);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK((WEXITSTATUS(status) == 0) == !keep);
  CHECK(WEXITSTATUS(status) < 127);
}
