/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Names of machines: the system's resolver, on a thread that may be left alone with it, and connecting by name. A file of its own, so
// that a program that is linked statically has the resolver only when it asks for it.
#include "weft/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <netdb.h>
#include <new>
#include <sys/socket.h>

namespace {

constexpr size_t kMostTried = 16;

struct LookUp {
  addrinfo *found; // null: none
  int error;       // getaddrinfo's, or with EAI_SYSTEM errno's
  int system_error;
  char port[8];
  char name[];
};

uint64_t look_up(void *arg) {
  auto *l = static_cast<LookUp *>(arg);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  l->error = getaddrinfo(l->name, l->port, &hints, &l->found);
  l->system_error = errno;
  return 0;
}

void forget(void *arg) {
  auto *l = static_cast<LookUp *>(arg);
  if (l->found)
    freeaddrinfo(l->found);
  operator delete(l);
}

weft_status status_of(const LookUp *l) {
  switch (l->error) {
  case 0:
    return WEFT_OK;
  case EAI_AGAIN:
    return -EAGAIN;
  case EAI_MEMORY:
    return WEFT_E_NOMEM;
  case EAI_SYSTEM:
    return l->system_error ? -l->system_error : -EIO;
  case EAI_FAIL:
    return -EIO;
  default:
    return WEFT_E_NOTFOUND;
  }
}

weft_status copy_found(const LookUp *l, weft_addr *out, size_t *count) {
  const size_t room = *count;
  *count = 0;
  if (weft_status status = status_of(l); status != WEFT_OK)
    return status;
  for (const addrinfo *a = l->found; a && *count < room; a = a->ai_next) {
    if (a->ai_addrlen > sizeof out->name)
      continue;
    weft_addr &to = out[(*count)++];
    to = {};
    memcpy(to.name, a->ai_addr, a->ai_addrlen);
    to.size = a->ai_addrlen;
  }
  return *count ? WEFT_OK : WEFT_E_NOTFOUND;
}

} // namespace

weft_status weft_resolve(const char *name, uint16_t port, uint64_t deadline_ns, weft_addr *out,
                         size_t *count) {
  if (!name || !*name || !out || !count || *count == 0)
    return WEFT_E_INVAL;
  if (weft_addr_ip(name, port, out) == WEFT_OK) {
    *count = 1;
    return WEFT_OK;
  }
  const size_t length = strlen(name) + 1;
  auto *l = static_cast<LookUp *>(operator new(sizeof(LookUp) + length, std::nothrow));
  if (!l)
    return WEFT_E_NOMEM;
  *l = {};
  snprintf(l->port, sizeof l->port, "%u", port);
  memcpy(l->name, name, length);
  weft_status status = weft_blocking(look_up, l, forget, deadline_ns, nullptr);
  if (status == WEFT_E_CANCELLED || status == WEFT_E_TIMEOUT)
    return status; // it is not ours any more
  if (status == WEFT_OK)
    status = copy_found(l, out, count);
  forget(l);
  return status;
}

weft_status weft_tcp_dial(const char *name, uint16_t port, uint64_t deadline_ns, weft_sock **out) {
  if (!out)
    return WEFT_E_INVAL;
  *out = nullptr;
  weft_addr found[kMostTried];
  size_t count = kMostTried;
  weft_status status = weft_resolve(name, port, deadline_ns, found, &count);
  if (status != WEFT_OK)
    return status;
  for (size_t i = 0; i < count; ++i) {
    uint64_t until = deadline_ns;
    if (const uint64_t now = weft_now(); deadline_ns != WEFT_NEVER && deadline_ns > now)
      until = now + (deadline_ns - now) / (count - i);
    status = weft_connect(&found[i], until, out);
    if (status == WEFT_OK || status == WEFT_E_CANCELLED || status == WEFT_E_NOTASK)
      break;
  }
  return status;
}
