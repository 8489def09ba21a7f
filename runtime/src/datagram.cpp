/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Datagrams, UDP and Unix: one call, one message; and pairs and pipes, which have no address.
//
// They wait as streams do (socket.h). One thing is different: a Unix message to somebody else's full queue waits for nothing that the
// system would report, so it is tried again after a while; on a socket that has a peer the system does report it.
#include "address.h"
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace weft;

namespace {

constexpr uint64_t kTryAgain = 1000000; // ns

// The whole message's size, also when the buffer is smaller.
WEFT_SYSTEM_CALL ssize_t system_receive(int fd, void *buffer, size_t size, weft_addr *from) {
  weft_addr peer = {};
  socklen_t length = sizeof peer.name;
  ssize_t n;
  do
    n = recvfrom(fd, buffer, size, MSG_TRUNC, system_name(peer), &length);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return -errno;
  if (from) {
    set_size(peer, length);
    *from = peer;
  }
  return n;
}

WEFT_SYSTEM_CALL ssize_t system_send(int fd, const void *buffer, size_t size, const weft_addr *to) {
  ssize_t n;
  do
    n = sendto(fd, buffer, size, MSG_NOSIGNAL, to ? system_name(*to) : nullptr, to ? to->size : 0);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

weft_status both(const int (&fd)[2], weft_sock **a, weft_sock **b) {
  weft_status status = weft_sock_adopt(fd[0], a);
  if (status != WEFT_OK) {
    close(fd[0]);
    close(fd[1]);
    return status;
  }
  status = weft_sock_adopt(fd[1], b);
  if (status != WEFT_OK) {
    close(fd[1]);
    weft_sock_close(*a);
    *a = nullptr;
  }
  return status;
}

} // namespace

weft_status weft_datagram_open(const weft_addr *local, weft_sock **out) {
  *out = nullptr;
  if (!local)
    return WEFT_E_INVAL;
  int fd = socket(family_of(*local), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int off = 0;
  if (family_of(*local) == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (!has_no_name(*local) && bind(fd, system_name(*local), local->size) != 0) {
    weft_status status = -errno;
    close(fd);
    return status;
  }
  *out = new_sock(fd);
  if (*out)
    return WEFT_OK;
  close(fd);
  return WEFT_E_NOMEM;
}

weft_status weft_datagram_peer(weft_sock *s, const weft_addr *peer) {
  if (!peer)
    return WEFT_E_INVAL;
  SockCall inside(s);
  if (is_closed(s))
    return WEFT_E_CLOSED;
  return connect(s->cell.fd, system_name(*peer), peer->size) == 0 ? WEFT_OK : -errno;
}

int64_t weft_datagram_receive(weft_sock *s, void *buffer, size_t size, uint64_t deadline_ns, weft_addr *from) {
  SockCall inside(s);
  if (s->stream) // which has no messages: a part of its bytes would be lost
    return WEFT_E_INVAL;
  if (weft_status status = yield_after_streak(s); status != WEFT_OK)
    return status;
  for (;;) {
    clear_ready(s, WEFT_READABLE);
    ssize_t n = system_receive(s->cell.fd, buffer, size, from);
    if (n != -EAGAIN && n != -EWOULDBLOCK)
      return n;
    if (weft_status status = wait_ready(s, WEFT_READABLE, "datagram receive", deadline_ns); status != WEFT_OK)
      return status;
  }
}

weft_status weft_datagram_send(weft_sock *s, const void *buffer, size_t size, uint64_t deadline_ns, const weft_addr *to) {
  SockCall inside(s);
  if (s->stream) // which has no messages: a part of its bytes would be lost
    return WEFT_E_INVAL;
  if (weft_status status = yield_after_streak(s); status != WEFT_OK)
    return status;
  for (;;) {
    clear_ready(s, WEFT_WRITABLE);
    ssize_t n = system_send(s->cell.fd, buffer, size, to);
    if (n >= 0)
      return WEFT_OK;
    if (n != -EAGAIN && n != -EWOULDBLOCK)
      return static_cast<weft_status>(n);
    const bool untold = to && family_of(*to) == AF_UNIX;
    uint64_t until = deadline_ns;
    if (untold && weft_self() != 0) {
      const uint64_t again = weft_now() + kTryAgain;
      until = again < deadline_ns ? again : deadline_ns;
    }
    weft_status status = wait_ready(s, WEFT_WRITABLE, "datagram send", until);
    if (status == WEFT_E_TIMEOUT && until < deadline_ns)
      status = WEFT_OK;
    if (status != WEFT_OK)
      return status;
  }
}

weft_status weft_sock_pair(int datagrams, weft_sock **a, weft_sock **b) {
  *a = *b = nullptr;
  int fd[2];
  if (socketpair(AF_UNIX, (datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) != 0)
    return -errno;
  return both(fd, a, b);
}

weft_status weft_pipe(weft_sock **reads, weft_sock **writes) {
  *reads = *writes = nullptr;
  int fd[2];
  if (pipe2(fd, O_NONBLOCK | O_CLOEXEC) != 0)
    return -errno;
  return both(fd, reads, writes);
}

weft_status weft_sock_local(const weft_sock *s, weft_addr *out) {
  *out = {};
  socklen_t size = sizeof out->name;
  if (getsockname(s->cell.fd, system_name(*out), &size) != 0)
    return -errno;
  set_size(*out, size);
  return WEFT_OK;
}

weft_status weft_sock_remote(const weft_sock *s, weft_addr *out) {
  *out = {};
  socklen_t size = sizeof out->name;
  if (getpeername(s->cell.fd, system_name(*out), &size) != 0)
    return -errno;
  set_size(*out, size);
  return WEFT_OK;
}
