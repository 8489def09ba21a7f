/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Addresses from text and to text. Numeric ones only: the system's resolver blocks, and is asked on a thread (names.cpp).
#include "address.h"

#include <arpa/inet.h>
#include <cstdio>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/un.h>

using namespace weft;

namespace {

void set_v4(weft_addr &out, in_addr host, uint16_t port) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_addr = host;
  v4.sin_port = htons(port);
  memcpy(out.name, &v4, sizeof v4);
  out.size = sizeof v4;
}

void set_v6(weft_addr &out, const in6_addr &host, uint16_t port, uint32_t scope) {
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = host;
  v6.sin6_port = htons(port);
  v6.sin6_scope_id = scope;
  memcpy(out.name, &v6, sizeof v6);
  out.size = sizeof v6;
}

} // namespace

weft_status weft_addr_ip(const char *host, uint16_t port, weft_addr *out) {
  *out = {};
  if (!host) {
    set_v6(*out, in6addr_any, port, 0);
    return WEFT_OK;
  }
  in_addr v4;
  if (inet_pton(AF_INET, host, &v4) == 1) {
    set_v4(*out, v4, port);
    return WEFT_OK;
  }
  char text[INET6_ADDRSTRLEN];
  const char *percent = strchr(host, '%');
  size_t length = percent ? static_cast<size_t>(percent - host) : strlen(host);
  if (length >= sizeof text)
    return WEFT_E_INVAL;
  memcpy(text, host, length);
  text[length] = '\0';
  in6_addr v6;
  if (inet_pton(AF_INET6, text, &v6) != 1)
    return WEFT_E_INVAL;
  uint32_t scope = percent ? if_nametoindex(percent + 1) : 0;
  if (percent && scope == 0)
    return WEFT_E_INVAL;
  set_v6(*out, v6, port, scope);
  return WEFT_OK;
}

weft_status weft_addr_unix(const char *path, weft_addr *out) {
  *out = {};
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  size_t length = path ? strlen(path) : 0;
  const bool abstract = length != 0 && path[0] == '@';
  // A path ends in a zero of its own; an abstract name is all of its bytes.
  if (length + !abstract > sizeof name.sun_path || (path && length <= size_t{abstract}))
    return WEFT_E_INVAL;
  if (path)
    memcpy(name.sun_path, path, length);
  if (abstract)
    name.sun_path[0] = '\0';
  memcpy(out->name, &name, sizeof name);
  out->size = static_cast<uint32_t>(offsetof(sockaddr_un, sun_path) + length + (path && !abstract));
  return WEFT_OK;
}

uint16_t weft_addr_port(const weft_addr *a) {
  if (family_of(*a) == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in *>(a->name)->sin_port);
  if (family_of(*a) == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6 *>(a->name)->sin6_port);
  return 0;
}

weft_status weft_addr_text(const weft_addr *a, char *text, size_t size) {
  char host[INET6_ADDRSTRLEN] = "";
  int n = -1;
  switch (family_of(*a)) {
  case AF_INET:
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in *>(a->name)->sin_addr, host, sizeof host);
    n = snprintf(text, size, "%s:%u", host, weft_addr_port(a));
    break;
  case AF_INET6: {
    auto *v6 = reinterpret_cast<const sockaddr_in6 *>(a->name);
    inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
    n = v6->sin6_scope_id ? snprintf(text, size, "[%s%%%u]:%u", host, v6->sin6_scope_id, weft_addr_port(a))
                          : snprintf(text, size, "[%s]:%u", host, weft_addr_port(a));
    break;
  }
  case AF_UNIX: {
    auto *name = reinterpret_cast<const sockaddr_un *>(a->name);
    size_t length = a->size - offsetof(sockaddr_un, sun_path);
    if (length == 0)
      n = snprintf(text, size, "%s", "");
    else if (name->sun_path[0] == '\0')
      n = snprintf(text, size, "@%.*s", static_cast<int>(length - 1), name->sun_path + 1);
    else
      n = snprintf(text, size, "%.*s", static_cast<int>(strnlen(name->sun_path, length)), name->sun_path);
    break;
  }
  default:
    if (a->size == 0) // as the system tells of a sender without a name
      n = snprintf(text, size, "%s", "");
    break;
  }
  return n >= 0 && static_cast<size_t>(n) < size ? WEFT_OK : WEFT_E_INVAL;
}
