// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Accepting outlives errors that are not the listener's. The system's answers are this program's own accept4 and epoll_ctl, which
// libweft's calls find first.
#include "loopback.h"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
std::vector<int> accept_answers, watch_answers; // errors, last first; then the system's
} // namespace

extern "C" int accept4(int fd, sockaddr *name, socklen_t *size, int flags) {
  if (accept_answers.empty())
    return static_cast<int>(syscall(SYS_accept4, fd, name, size, flags));
  errno = accept_answers.back();
  accept_answers.pop_back();
  return -1;
}

extern "C" int epoll_ctl(int set, int what, int fd, epoll_event *event) noexcept {
  if (what != EPOLL_CTL_ADD || watch_answers.empty())
    return static_cast<int>(syscall(SYS_epoll_ctl, set, what, fd, event));
  errno = watch_answers.back();
  watch_answers.pop_back();
  return -1;
}

TEST_CASE("accept passes over the errors of a connection that is gone", "[tcp]") {
  InTasks tasks;
  tasks.run([&] {
    weft_sock *listener = nullptr, *far = nullptr, *near = nullptr;
    CHECK(weft_tcp_listen("127.0.0.1", 0, 8, &listener) == WEFT_OK);
    CHECK(weft_tcp_connect("127.0.0.1", weft_sock_port(listener), some_time(), &far) == WEFT_OK);
    accept_answers = {ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH, EINTR};
    CHECK(weft_accept(listener, some_time(), &near, nullptr) == WEFT_OK);
    CHECK(accept_answers.empty());
    weft_sock_close(near);
    accept_answers = {EOPNOTSUPP};
    CHECK(weft_accept(listener, some_time(), &near, nullptr) == -EOPNOTSUPP);
    weft_sock_close(far);
    weft_sock_close(listener);
  });
}

TEST_CASE("accept waits till there is room to watch its listener", "[tcp]") {
  InTasks tasks;
  tasks.run([&] {
    weft_sock *listener = nullptr, *far = nullptr;
    CHECK(weft_tcp_listen("127.0.0.1", 0, 8, &listener) == WEFT_OK);
    weft_status status = 1;
    weft_sock *near = nullptr;
    tasks.go([&] { status = weft_accept(listener, some_time(), &near, nullptr); });
    watch_answers = {ENOSPC, ENOSPC};
    while (!watch_answers.empty() && status == 1)
      weft_sleep(1000000);
    CHECK(status == 1);
    CHECK(weft_tcp_connect("127.0.0.1", weft_sock_port(listener), some_time(), &far) == WEFT_OK);
    while (status == 1)
      weft_sleep(1000000);
    CHECK(status == WEFT_OK);
    weft_sock_close(near);
    weft_sock_close(far);
    weft_sock_close(listener);
  });
}
