/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The embedded default host: a loop on epoll, for programs that have none of their own.
 *
 * A runtime that is made without a host has one of these inside. Make one yourself to change something
 * of it: copy the table, replace functions, call the rest (test-langs/minigo/rt/tasks.cpp flushes its
 * output before each sleep so). It has `block`, so weft_run works; it is used by the thread that made it,
 * but for posting.
 */
#ifndef WEFT_HOSTS_EPOLL_H
#define WEFT_HOSTS_EPOLL_H

#include "weft/host.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_epoll_host weft_epoll_host;

/* The calling thread's loop. WEFT_OK; WEFT_E_NOMEM, or an errno's status when the system has no descriptor
 * left; then *out is as it was. */
WEFT_API weft_status weft_epoll_host_new(weft_epoll_host **out);
/* Time stands still while anything runs, and when nothing can it is the next deadline at once: a program that sleeps for
 * hours ends in a moment, and does the same each time. It begins at one second. What comes from outside (descriptors, other
 * threads) takes no time. Before the first turn; WEFT_CLOCK=virtual does it for the host that a runtime makes for itself. */
WEFT_API void weft_epoll_host_virtual_time(weft_epoll_host *host);
/* Whom the loop tells of descriptors: after weft_runtime_create, before the first weft_run or weft_turn. */
WEFT_API void weft_epoll_host_attach(weft_epoll_host *host, weft_runtime *rt);
/* In a child of fork: closes the child's copies of its descriptors and does nothing else; the parent's loop goes on. For the
 * host that a runtime made for itself libweft does it (PROC-02). */
WEFT_API void weft_epoll_host_close(weft_epoll_host *host);
/* After its runtime was destroyed. NULL: nothing. */
WEFT_API void weft_epoll_host_free(weft_epoll_host *host);
/* Its functions; a weft_epoll_host is their `host`. Static storage. */
WEFT_API const weft_host_ops *weft_epoll_host_ops(void);

#ifdef __cplusplus
}
#endif
#endif
