/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The host's watch and unwatch, called where a host's functions run: on the loop's native stack. With several workers, by
// who holds the lock; a task that another worker runs waits till the loop's thread has done it.
#ifndef WEFT_RUNTIME_HOST_WATCH_H
#define WEFT_RUNTIME_HOST_WATCH_H

#include "cont.h"
#include "runtime.h"
#include "socket.h"
#include "worker.h"

#include <errno.h>

namespace weft {

inline void call_host(weft_runtime *rt, void (*fn)(void *), void *arg) {
  if (at_home(rt))
    call_native(fn, arg);
  else
    call_home(fn, arg);
}

struct WatchCall {
  weft_runtime *rt;
  weft_sock *sock;
  weft_status status;
};

// -ENOTSUP when the host has none; -EPERM for what is always ready, like a regular file.
// Watches it, unless somebody has meanwhile, or has closed it: the caller may have waited for its turn to ask.
inline weft_status host_watch(weft_sock *s) {
  weft_runtime *rt = s->runtime.load(std::memory_order_relaxed);
  if (!rt->host.watch)
    return -ENOTSUP;
  WatchCall call{rt, s, WEFT_OK};
  call_host(
      rt,
      [](void *arg) {
        auto *c = static_cast<WatchCall *>(arg);
        if (is_closed(c->sock)) {
          c->status = WEFT_E_CLOSED;
        } else if (!c->sock->watched) {
          c->status = c->rt->host.watch(c->rt->host_self, &c->sock->cell);
          c->sock->watched = c->status == WEFT_OK;
        }
      },
      &call);
  return call.status;
}

// In a child of fork the watch stays the parent's (PROC-02).
inline void host_unwatch(weft_sock *s) {
  weft_runtime *rt = s->runtime.load(std::memory_order_relaxed);
  if (!rt->host.unwatch)
    return;
  WatchCall call{rt, s, WEFT_OK};
  call_host(
      rt,
      [](void *arg) {
        auto *c = static_cast<WatchCall *>(arg);
        c->rt->host.unwatch(c->rt->host_self, &c->sock->cell);
      },
      &call);
}

} // namespace weft

#endif
