// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What libweft has inside: the schedulers and the host that need no plug-in. Their sources live in
// schedulers/ and hosts/, know only abi/, and are linked in by these symbols.
#include "runtime.h"

extern "C" {
extern const weft_sched_ops weft_sched_fifo;

extern const weft_host_ops weft_host_epoll;
weft_status weft_host_epoll_new(void **self);
void weft_host_epoll_attach(void *self, weft_runtime *rt);
void weft_host_epoll_free(void *self);
}

namespace weft {

const weft_sched_ops *const *builtin_schedulers(size_t *count) {
  static const weft_sched_ops *const all[] = {&weft_sched_fifo};
  *count = sizeof all / sizeof all[0];
  return all;
}

weft_status make_default_host(const weft_host_ops **ops, void **self, char *error, size_t size) {
  weft_status status = weft_host_epoll_new(self);
  if (status != WEFT_OK)
    return refuse(status, error, size, "the embedded host cannot be made: %s",
                  weft_status_text(status));
  *ops = &weft_host_epoll;
  return WEFT_OK;
}

void attach_default_host(void *self, weft_runtime *rt) { weft_host_epoll_attach(self, rt); }
void free_default_host(void *self) { weft_host_epoll_free(self); }

} // namespace weft
