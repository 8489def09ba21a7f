// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What libweft has inside: the schedulers and the host that need no plug-in. Their sources live in
// schedulers/ and hosts/, know only abi/, and are linked in by these symbols.
#include "runtime.h"

extern "C" {
extern const weft_sched_ops weft_sched_explore;
extern const weft_sched_ops weft_sched_fair;
extern const weft_sched_ops weft_sched_fifo;
extern const weft_sched_ops weft_sched_frame;
extern const weft_sched_ops weft_sched_limited;
extern const weft_sched_ops weft_sched_priority;
extern const weft_sched_ops weft_sched_work_stealing;

// As hosts/epoll's header has it.
struct weft_epoll_host;
weft_status weft_epoll_host_new(weft_epoll_host **out);
void weft_epoll_host_virtual_time(weft_epoll_host *host);
void weft_epoll_host_attach(weft_epoll_host *host, weft_runtime *rt);
void weft_epoll_host_free(weft_epoll_host *host);
void weft_epoll_host_close(weft_epoll_host *host);
const weft_host_ops *weft_epoll_host_ops(void);
}

namespace weft {

const weft_sched_ops *const *builtin_schedulers(size_t *count) {
  static const weft_sched_ops *const all[] = {&weft_sched_explore, &weft_sched_fair,     &weft_sched_fifo,         &weft_sched_frame,
                                              &weft_sched_limited, &weft_sched_priority, &weft_sched_work_stealing};
  *count = sizeof all / sizeof all[0];
  return all;
}

weft_status make_default_host(bool virtual_time, const weft_host_ops **ops, void **self, char *error, size_t size) {
  weft_epoll_host *host;
  weft_status status = weft_epoll_host_new(&host);
  if (status != WEFT_OK)
    return refuse(status, error, size, "the embedded host cannot be made: %s",
                  weft_status_text(status));
  if (virtual_time)
    weft_epoll_host_virtual_time(host);
  *ops = weft_epoll_host_ops();
  *self = host;
  return WEFT_OK;
}

void attach_default_host(void *self, weft_runtime *rt) {
  weft_epoll_host_attach(static_cast<weft_epoll_host *>(self), rt);
}
void close_default_host(void *self) { weft_epoll_host_close(static_cast<weft_epoll_host *>(self)); }
void free_default_host(void *self) { weft_epoll_host_free(static_cast<weft_epoll_host *>(self)); }

} // namespace weft
