/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Making TCP connections: listen, accept, connect, by numeric addresses. Names are not looked up
// here: the system's resolver blocks the thread.
#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace weft;

namespace {

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  int family() const { return storage.ss_family; }
  const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }

  void set_v4(in_addr host, uint16_t port) {
    auto *v4 = reinterpret_cast<sockaddr_in *>(&storage);
    v4->sin_family = AF_INET;
    v4->sin_addr = host;
    v4->sin_port = htons(port);
    size = sizeof *v4;
  }
  void set_v6(const in6_addr &host, uint16_t port, uint32_t scope) {
    auto *v6 = reinterpret_cast<sockaddr_in6 *>(&storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_addr = host;
    v6->sin6_port = htons(port);
    v6->sin6_scope_id = scope;
    size = sizeof *v6;
  }
};

// "127.0.0.1", "::1", "fe80::1%eth0". False when the text is none of these.
bool parse_address(const char *host, uint16_t port, Address &out) {
  in_addr v4;
  if (inet_pton(AF_INET, host, &v4) == 1) {
    out.set_v4(v4, port);
    return true;
  }
  char text[INET6_ADDRSTRLEN];
  const char *percent = strchr(host, '%');
  size_t length = percent ? static_cast<size_t>(percent - host) : strlen(host);
  if (length >= sizeof text)
    return false;
  memcpy(text, host, length);
  text[length] = '\0';
  in6_addr v6;
  if (inet_pton(AF_INET6, text, &v6) != 1)
    return false;
  uint32_t scope = percent ? if_nametoindex(percent + 1) : 0;
  if (percent && scope == 0)
    return false;
  out.set_v6(v6, port, scope);
  return true;
}

// Small writes go out at once, as servers of requests want it.
void no_delay(int fd) {
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

weft_status open_listener(const Address &address, int backlog, int *out) {
  int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int on = 1, off = 0;
  // A port whose old connections are still in TIME_WAIT is free; one that is listened on is not.
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.family() == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  no_delay(fd); // inherited by what is accepted
  if (bind(fd, address.get(), address.size) != 0 || listen(fd, backlog > 0 ? backlog : 1) != 0) {
    weft_status status = -errno;
    close(fd);
    return status;
  }
  *out = fd;
  return WEFT_OK;
}

WEFT_SYSTEM_CALL int system_accept(int listener) {
  for (;;) {
    int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0)
      return fd;
    // An aborted connection is gone; the listener is as good as before.
    if (errno != EINTR && errno != ECONNABORTED)
      return -errno;
  }
}

WEFT_SYSTEM_CALL int system_connect(int fd, const Address &address) {
  return connect(fd, address.get(), address.size) == 0 ? 0 : -errno;
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

weft_status finish_connect(weft_sock *s, const Address &address, uint64_t deadline_ns) {
  int result = system_connect(s->cell.fd, address);
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

} // namespace

weft_status weft_tcp_listen(const char *host, uint16_t port, int backlog, weft_sock **out) {
  *out = nullptr;
  Address address;
  int fd = -1;
  weft_status status;
  if (host) {
    if (!parse_address(host, port, address))
      return WEFT_E_INVAL;
    status = open_listener(address, backlog, &fd);
  } else {
    address.set_v6(in6addr_any, port, 0); // both families
    status = open_listener(address, backlog, &fd);
    if (status == -EAFNOSUPPORT || status == -EADDRNOTAVAIL) {
      address.set_v4({htonl(INADDR_ANY)}, port);
      status = open_listener(address, backlog, &fd);
    }
  }
  if (status != WEFT_OK)
    return status;
  *out = new_sock(fd);
  if (!*out) {
    close(fd);
    return WEFT_E_NOMEM;
  }
  (*out)->tcp = true;
  return WEFT_OK;
}

weft_status weft_tcp_accept(weft_sock *listener, weft_sock **out) {
  *out = nullptr;
  if (weft_status status = yield_after_streak(listener); status != WEFT_OK)
    return status;
  // The record first: a connection that was taken off the backlog has a place to go.
  weft_sock *s = new_sock(-1);
  if (!s)
    return WEFT_E_NOMEM;
  for (;;) {
    clear_ready(listener, WEFT_READABLE);
    int fd = system_accept(listener->cell.fd);
    if (fd >= 0) {
      s->cell.fd = fd;
      s->tcp = listener->tcp; // which may be an adopted one, of Unix sockets
      *out = s;
      return WEFT_OK;
    }
    weft_status status = fd;
    if (fd == -EAGAIN || fd == -EWOULDBLOCK)
      status = wait_ready(listener, WEFT_READABLE, "socket accept", WEFT_NEVER);
    if (status != WEFT_OK) {
      delete s;
      return status;
    }
  }
}

weft_status weft_tcp_connect(const char *host, uint16_t port, uint64_t deadline_ns,
                             weft_sock **out) {
  *out = nullptr;
  Address address;
  if (!host || !parse_address(host, port, address))
    return WEFT_E_INVAL;
  int fd = socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  weft_sock *s = new_sock(fd);
  if (!s) {
    close(fd);
    return WEFT_E_NOMEM;
  }
  no_delay(fd);
  s->tcp = true;
  weft_status status = finish_connect(s, address, deadline_ns);
  if (status != WEFT_OK) {
    weft_sock_close(s);
    return status;
  }
  *out = s;
  return WEFT_OK;
}
