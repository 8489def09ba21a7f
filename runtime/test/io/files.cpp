// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Files and names on threads: what is written is read, errors are the system's, and what is given up leaves nothing open.
#include "on_hosts.h"
#include "weft/files.h"

#include <cerrno>
#include <fcntl.h>
#include <netdb.h>
#include <sys/stat.h>
#include <unistd.h>

TEST_CASE("what is written to a file is read from it, at the position and at an offset") {
  OnHost h(each_host());
  Folder folder;
  h.run([&] {
    int fd = -1;
    CHECK(weft_file_open(folder.file("a").c_str(), O_RDWR | O_CREAT, 0600, some_time(), &fd) == WEFT_OK);
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    const size_t total = 1 << 20;
    std::vector<unsigned char> out(total), in(total);
    for (size_t i = 0; i < total; ++i)
      out[i] = pattern(3, i);
    CHECK(weft_file_write(fd, out.data(), total, -1, some_time()) == static_cast<int64_t>(total));
    CHECK(weft_file_write(fd, "xyz", 3, 100, some_time()) == 3);
    CHECK(weft_file_sync(fd, some_time()) == WEFT_OK);
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    size_t got = 0;
    for (int64_t n; (n = weft_file_read(fd, in.data() + got, total - got, -1, some_time())) > 0;)
      got += static_cast<size_t>(n);
    CHECK(got == total);
    memcpy(out.data() + 100, "xyz", 3);
    CHECK(in == out);
    char c[2];
    CHECK(weft_file_read(fd, c, 2, 101, some_time()) == 2);
    CHECK(std::string(c, 2) == "yz");
    CHECK(weft_file_read(fd, c, 2, static_cast<int64_t>(total), some_time()) == 0);
    close(fd);
    CHECK(weft_file_read(fd, c, 2, 0, some_time()) == -EBADF);
    CHECK(weft_file_write(fd, c, 2, 0, some_time()) == -EBADF);
    CHECK(weft_file_open(folder.file("none").c_str(), O_RDONLY, 0, some_time(), &fd) == -ENOENT);
    CHECK(fd == -1);
  });
  int fd = -1;
  CHECK(weft_file_open("/", O_RDONLY, 0, WEFT_NEVER, &fd) == WEFT_E_NOTASK);
}

TEST_CASE("an open that is given up while it blocks leaves no descriptor behind") {
  Folder folder;
  const std::string path = folder.file("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const HostKind &host = each_host();
  open_for_ever(host);
  const int before = open_descriptors();
  int other = -1;
  {
    OnHost h(host);
    h.run([&] {
      int fd = 0;
      // Nobody opens the other end yet.
      CHECK(weft_file_open(path.c_str(), O_RDONLY, 0, in_ms(20), &fd) == WEFT_E_TIMEOUT);
      CHECK(fd == -1);
      other = open(path.c_str(), O_RDWR | O_CLOEXEC); // now the thread's open returns
    });
  }
  close(other);
  CHECK(open_descriptors() == before);
}

TEST_CASE("an open that may make a file is waited for once it has begun") {
  Folder folder;
  const std::string path = folder.file("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  OnHost h(each_host());
  h.run([&] {
    weft_status status = WEFT_E_TIMEOUT;
    for (uint64_t ms = 20; ms <= 640 && status == WEFT_E_TIMEOUT;
         ms *= 2) { // it may not have begun by then
      const uint64_t deadline = in_ms(ms);
      int other = -1, fd = -1;
      bool opened = false;
      h.go([&, deadline] {
        while (weft_now() < deadline + 5000000)
          weft_sleep(1000000);
        other = open(path.c_str(), O_RDWR | O_CLOEXEC); // what the other end waits for
        opened = true;
      });
      status = weft_file_open(path.c_str(), O_WRONLY | O_CREAT, 0600, deadline, &fd);
      CHECK((fd >= 0) == (status == WEFT_OK));
      while (!opened)
        weft_sleep(1000000);
      close(other);
      close(fd);
    }
    CHECK(status == WEFT_OK);
  });
}

TEST_CASE("arguments that mean nothing are refused") {
  OnHost h(each_host());
  weft_addr found[1];
  size_t count = 1;
  int fd = 0;
  char c = 0;
  h.run([&] {
    CHECK(weft_file_open(nullptr, O_RDONLY, 0, WEFT_NEVER, &fd) == WEFT_E_INVAL);
    CHECK(fd == -1);
    CHECK(weft_file_open("/", O_RDONLY, 0, WEFT_NEVER, nullptr) == WEFT_E_INVAL);
    CHECK(weft_file_read(0, &c, 1, -2, WEFT_NEVER) == WEFT_E_INVAL);
    CHECK(weft_file_write(1, &c, 1, INT64_MIN, WEFT_NEVER) == WEFT_E_INVAL);
    CHECK(weft_resolve("127.0.0.1", 1, WEFT_NEVER, nullptr, &count) == WEFT_E_INVAL);
    CHECK(weft_resolve("127.0.0.1", 1, WEFT_NEVER, found, nullptr) == WEFT_E_INVAL);
    CHECK(weft_tcp_dial("127.0.0.1", 1, WEFT_NEVER, nullptr) == WEFT_E_INVAL);
  });
}

TEST_CASE("names are looked up, numeric ones without a task, and what is no name is not found") {
  OnHost h(each_host());
  weft_addr found[8];
  size_t count = 8;
  CHECK(weft_resolve("127.0.0.1", 80, 0, found, &count) == WEFT_OK);
  CHECK(count == 1);
  CHECK(weft_addr_port(&found[0]) == 80);
  count = 8;
  CHECK(weft_resolve("localhost", 80, 0, found, &count) == WEFT_E_NOTASK);
  h.run([&] {
    count = 8;
    CHECK(weft_resolve("localhost", 81, some_time(), found, &count) == WEFT_OK);
    CHECK(count >= 1);
    CHECK(weft_addr_port(&found[0]) == 81);
    count = 1;
    CHECK(weft_resolve("localhost", 81, some_time(), found, &count) == WEFT_OK);
    CHECK(count == 1);
    count = 8;
    weft_status status = weft_resolve("no such name.invalid", 81, some_time(), found, &count);
    INFO(weft_status_text(status));
    CHECK(status < 0); // WEFT_E_NOTFOUND; a machine without a resolver says that it cannot know
    CHECK(count == 0);
    CHECK(weft_resolve("", 81, some_time(), found, &count) == WEFT_E_INVAL);
  });
}

TEST_CASE("a connection by name tries all addresses, and tells the last one's error") {
  OnHost h(each_host());
  weft_addr at;
  CHECK(weft_addr_ip("127.0.0.1", 0, &at) == WEFT_OK); // where localhost is ::1 first, that one refuses
  weft_sock *listener = nullptr, *s = nullptr;
  CHECK(weft_listen(&at, 8, &listener) == WEFT_OK);
  const uint16_t port = weft_sock_port(listener);
  h.run([&] {
    CHECK(weft_tcp_dial("localhost", port, some_time(), &s) == WEFT_OK);
    weft_sock_close(s);
    CHECK(weft_tcp_dial("127.0.0.1", port, some_time(), &s) == WEFT_OK);
    weft_sock_close(s);
    weft_sock_close(listener);
    CHECK(weft_tcp_dial("localhost", port, some_time(), &s) == -ECONNREFUSED);
    CHECK(s == nullptr);
  });
}
