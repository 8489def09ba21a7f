/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Non-blocking TCP for tasks, on the host's `watch`.
 *
 * A socket belongs to one runtime; one task reads and one writes at a time. Results below 0 are
 * statuses: -errno, WEFT_E_CANCELLED, WEFT_E_TIMEOUT, WEFT_E_CLOSED (closed by another task while
 * waiting). A timeout or cancellation loses no data: what was read or written before it is counted
 * in the next call's result or was returned. SIGPIPE is never raised.
 *
 * The system call comes first, so what need not wait works outside of tasks and on any host; what
 * would wait answers WEFT_E_NOTASK outside of tasks, -ENOTSUP when the host cannot watch, and
 * WEFT_E_BUSY when another task waits for the same (both read, say). A deadline in the past still
 * takes what is there. Waiting is an await: a handler of weft_await_tag inside the task sees it. A
 * task that never has to wait yields now and then.
 */
#ifndef WEFT_NET_H
#define WEFT_NET_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_sock weft_sock;

/* host: numeric IPv4 or IPv6, or NULL for any; port 0 picks one (weft_sock_port). -EADDRINUSE.. */
WEFT_API weft_status weft_tcp_listen(const char *host, uint16_t port, int backlog, weft_sock **out);
/* Waits for a connection. -EMFILE, -ENFILE: the connection stays in the backlog for a later call.
 */
WEFT_API weft_status weft_tcp_accept(weft_sock *listener, weft_sock **out);
WEFT_API weft_status weft_tcp_connect(const char *host, uint16_t port, uint64_t deadline_ns,
                                      weft_sock **out);
/* Takes over a non-blocking descriptor: connected socket, pipe, signalfd, ...; closed by
 * weft_sock_close. On an error it stays the caller's; WEFT_E_INVAL when it would block. */
WEFT_API weft_status weft_sock_adopt(int fd, weft_sock **out);
/* At least one byte, or 0 at the peer's end. */
WEFT_API int64_t weft_sock_read(weft_sock *sock, void *buffer, size_t size, uint64_t deadline_ns);
/* Waits until a read need not, without a buffer for it: what an idle connection keeps is its task. WEFT_OK also at the peer's end
 * and after an error, which the read tells. After WEFT_OK a read may still have to wait, if seldom. */
WEFT_API weft_status weft_sock_wait_readable(weft_sock *sock, uint64_t deadline_ns);
/* All of it, or an error; *written (may be NULL) tells how much went out before one. */
WEFT_API weft_status weft_sock_write(weft_sock *sock, const void *buffer, size_t size,
                                     uint64_t deadline_ns, size_t *written);
WEFT_API weft_status weft_sock_shutdown_write(weft_sock *sock);
/* Wakes who waits on it with WEFT_E_CLOSED. The record is gone then: nobody else may use it. */
WEFT_API void weft_sock_close(weft_sock *sock);
/* The local port. */
WEFT_API uint16_t weft_sock_port(const weft_sock *sock);
WEFT_API int weft_sock_fd(const weft_sock *sock);

#ifdef __cplusplus
}
#endif
#endif
