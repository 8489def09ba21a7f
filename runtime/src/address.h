/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// weft_addr as the system's calls take it.
#pragma once

#include "weft/net.h"

#include <cstddef>
#include <sys/socket.h>

namespace weft {

static_assert(sizeof(sockaddr_storage) <= sizeof(weft_addr::name));

inline const sockaddr *system_name(const weft_addr &a) { return reinterpret_cast<const sockaddr *>(a.name); }
inline sockaddr *system_name(weft_addr &a) { return reinterpret_cast<sockaddr *>(a.name); }
inline int family_of(const weft_addr &a) { return a.size < sizeof(sa_family_t) ? AF_UNSPEC : system_name(a)->sa_family; }
inline bool has_no_name(const weft_addr &a) { return family_of(a) == AF_UNIX && a.size == sizeof(sa_family_t); }

// What an accept or a datagram came from: `size` is what the system answered.
inline void set_size(weft_addr &a, socklen_t size) {
  a.size = size < sizeof a.name ? size : sizeof a.name;
  a.reserved = 0;
}

} // namespace weft
