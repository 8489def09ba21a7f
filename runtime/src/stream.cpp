/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Making connections of streams, TCP and Unix: listen, accept, connect, by addresses.
//
// Back-pressure: a listener that finds no descriptor leaves the connection in the backlog and looks again after a while, or when
// another comes. Rejected: a reserve descriptor to take connections and close them (they would rather wait); to be told by
// each close of the process (most closes are not ours, and the limit may be the system's).
#include "address.h"
#include "descriptors.h"
#include "runtime.h"
#include "socket.h"

#include <algorithm>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

using namespace weft;

namespace {

constexpr uint64_t kLookAgain = 20000000; // ns

// Small writes go out at once, as servers of requests want it.
void no_delay(int fd, const weft_addr &address) {
  int on = 1;
  if (family_of(address) != AF_UNIX)
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

weft_status open_listener(const weft_addr &address, int backlog, int *out) {
  raise_descriptors_once();
  int fd = socket(family_of(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int on = 1, off = 0;
  // A port whose old connections are still in TIME_WAIT is free; one that is listened on is not.
  if (family_of(address) != AF_UNIX)
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family_of(address) == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  no_delay(fd, address); // inherited by what is accepted
  if (bind(fd, system_name(address), address.size) != 0 || listen(fd, backlog > 0 ? backlog : 1) != 0) {
    weft_status status = -errno;
    close(fd);
    return status;
  }
  *out = fd;
  return WEFT_OK;
}

weft_status as_sock(int fd, const weft_addr &address, weft_sock **out) {
  *out = new_sock(fd);
  if (*out) {
    (*out)->tcp = family_of(address) != AF_UNIX;
    (*out)->stream = true;
    return WEFT_OK;
  }
  close(fd);
  return WEFT_E_NOMEM;
}

// The connection is gone, with an error that it had already; the listener is as good as before. (accept(2) has EOPNOTSUPP too, which
// is as well what does not listen.)
bool is_the_connections(int error) {
  for (int passed_on : {ECONNABORTED, ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH})
    if (error == passed_on)
      return true;
  return false;
}

WEFT_SYSTEM_CALL int system_accept(int listener, weft_addr *peer) {
  for (;;) {
    weft_addr from = {};
    socklen_t size = sizeof from.name;
    int fd = accept4(listener, peer ? system_name(from) : nullptr, peer ? &size : nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      if (peer) {
        set_size(from, size);
        *peer = from;
      }
      return fd;
    }
    if (!is_the_connections(errno) && errno != EINTR)
      return -errno;
  }
}

WEFT_SYSTEM_CALL int system_connect(int fd, const weft_addr &address) {
  return connect(fd, system_name(address), address.size) == 0 ? 0 : -errno;
}

// 0 connected, -EINPROGRESS not yet, or why it failed.
WEFT_SYSTEM_CALL int connect_result(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    return -errno;
  if (error != 0)
    return -error;
  sockaddr_storage peer;
  size = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr *>(&peer), &size) == 0)
    return 0;
  return errno == ENOTCONN ? -EINPROGRESS : -errno;
}

// A Unix listener's backlog is full: nobody tells when that changes.
weft_status wait_for_place(uint64_t deadline_ns) {
  const uint64_t now = deadline_ns != WEFT_NEVER ? weft_now() : 0;
  if (now >= deadline_ns)
    return weft_self() != 0 && !on_native_stack() ? WEFT_E_TIMEOUT : WEFT_E_NOTASK;
  return weft_sleep(std::min(kLookAgain, deadline_ns - now));
}

weft_status finish_connect(weft_sock *s, const weft_addr &address, uint64_t deadline_ns) {
  SockCall inside(s);
  int result;
  while ((result = system_connect(s->cell.fd, address)) == -EAGAIN && family_of(address) == AF_UNIX)
    if (weft_status status = wait_for_place(deadline_ns); status != WEFT_OK)
      return status;
  // After EINTR the kernel goes on connecting by itself.
  while (result == -EINPROGRESS || result == -EINTR) {
    clear_ready(s, WEFT_WRITABLE);
    result = connect_result(s->cell.fd);
    if (result != -EINPROGRESS)
      break;
    if (weft_status status = wait_ready(s, WEFT_WRITABLE, "socket connect", deadline_ns);
        status != WEFT_OK)
      return status;
  }
  return result;
}

// ENOSPC: what all of the user's sets of watched descriptors may have (max_user_watches).
bool lacks_descriptors(int error) {
  return error == -EMFILE || error == -ENFILE || error == -ENOBUFS || error == -ENOMEM || error == -ENOSPC;
}

// One that is nobody's yet, also when the call is unwound.
class NewSock {
public:
  explicit NewSock(weft_sock *s) : sock_(s) {}
  ~NewSock() { weft_sock_close(sock_); }
  NewSock(const NewSock &) = delete;
  NewSock &operator=(const NewSock &) = delete;
  weft_sock *get() { return sock_; }
  weft_sock *hand_over() { return std::exchange(sock_, nullptr); }

private:
  weft_sock *sock_;
};

// For a connection, or with `patient` for a descriptor too.
weft_status accept_one(weft_sock *listener, uint64_t deadline_ns, bool patient, weft_sock **out, weft_addr *peer) {
  *out = nullptr;
  SockCall inside(listener);
  if (weft_status status = yield_after_streak(listener); status != WEFT_OK)
    return status;
  // The record first: a connection that was taken off the backlog has a place to go.
  NewSock made(new_sock(-1));
  weft_sock *s = made.get();
  if (!s)
    return WEFT_E_NOMEM;
  for (;;) {
    clear_ready(listener, WEFT_READABLE);
    int fd = system_accept(listener->cell.fd, peer);
    if (fd >= 0) {
      s->cell.fd = fd;
      s->tcp = listener->tcp; // which may be an adopted one, of Unix sockets
      s->stream = listener->stream;
      *out = made.hand_over();
      return WEFT_OK;
    }
    weft_status status = fd;
    if (fd == -EAGAIN || fd == -EWOULDBLOCK)
      status = wait_ready(listener, WEFT_READABLE, "socket accept", deadline_ns);
    if (patient && lacks_descriptors(status)) { // for the connection, or to watch the listener with
      uint64_t again = weft_now() + kLookAgain;
      status = wait_ready(listener, WEFT_READABLE, "descriptor for accept", again < deadline_ns ? again : deadline_ns, Watching::IfIsSo);
      if (status == WEFT_E_TIMEOUT && again < deadline_ns)
        status = WEFT_OK;
    }
    if (status != WEFT_OK)
      return status;
  }
}

} // namespace

weft_status weft_listen(const weft_addr *address, int backlog, weft_sock **out) {
  *out = nullptr;
  if (!address)
    return WEFT_E_INVAL;
  int fd = -1;
  if (weft_status status = open_listener(*address, backlog, &fd); status != WEFT_OK)
    return status;
  return as_sock(fd, *address, out);
}

weft_status weft_accept(weft_sock *listener, uint64_t deadline_ns, weft_sock **out, weft_addr *peer) {
  return accept_one(listener, deadline_ns, true, out, peer);
}

weft_status weft_connect(const weft_addr *address, uint64_t deadline_ns, weft_sock **out) {
  *out = nullptr;
  if (!address)
    return WEFT_E_INVAL;
  int fd = socket(family_of(*address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  weft_sock *s = nullptr;
  if (weft_status status = as_sock(fd, *address, &s); status != WEFT_OK)
    return status;
  NewSock made(s);
  no_delay(fd, *address);
  weft_status status = finish_connect(s, *address, deadline_ns);
  if (status == WEFT_OK)
    *out = made.hand_over();
  return status;
}

weft_status weft_tcp_listen(const char *host, uint16_t port, int backlog, weft_sock **out) {
  *out = nullptr;
  weft_addr address;
  if (weft_status status = weft_addr_ip(host, port, &address); status != WEFT_OK)
    return status;
  weft_status status = weft_listen(&address, backlog, out);
  if (!host && (status == -EAFNOSUPPORT || status == -EADDRNOTAVAIL)) {
    weft_addr_ip("0.0.0.0", port, &address);
    status = weft_listen(&address, backlog, out);
  }
  return status;
}

weft_status weft_tcp_accept(weft_sock *listener, weft_sock **out) {
  return accept_one(listener, WEFT_NEVER, false, out, nullptr);
}

weft_status weft_tcp_connect(const char *host, uint16_t port, uint64_t deadline_ns,
                             weft_sock **out) {
  *out = nullptr;
  weft_addr address;
  if (!host || weft_addr_ip(host, port, &address) != WEFT_OK)
    return WEFT_E_INVAL;
  return weft_connect(&address, deadline_ns, out);
}
