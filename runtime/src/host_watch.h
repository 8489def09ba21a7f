/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// The host's watch and unwatch, called where a host's functions run: on the loop's native stack.
#ifndef WEFT_RUNTIME_HOST_WATCH_H
#define WEFT_RUNTIME_HOST_WATCH_H

#include "cont.h"
#include "runtime.h"

#include <errno.h>

namespace weft {

struct WatchCall {
  weft_runtime *rt;
  weft_fd_cell *cell;
  weft_status status;
};

// -ENOTSUP when the host has none; -EPERM for what is always ready, like a regular file.
inline weft_status host_watch(weft_runtime *rt, weft_fd_cell *cell) {
  if (!rt->host.watch)
    return -ENOTSUP;
  WatchCall call{rt, cell, WEFT_OK};
  call_native(
      [](void *arg) {
        auto *c = static_cast<WatchCall *>(arg);
        c->status = c->rt->host.watch(c->rt->host_self, c->cell);
      },
      &call);
  return call.status;
}

inline void host_unwatch(weft_runtime *rt, weft_fd_cell *cell) {
  WatchCall call{rt, cell, WEFT_OK};
  call_native(
      [](void *arg) {
        auto *c = static_cast<WatchCall *>(arg);
        c->rt->host.unwatch(c->rt->host_self, c->cell);
      },
      &call);
}

} // namespace weft

#endif
