/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Non-blocking sockets and pipes for tasks, on the host's `watch`: TCP, UDP, Unix sockets, pipes.
 * Signals are in signals.h, files and look-ups of names in files.h.
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
/* Waits for a connection. -EMFILE, -ENFILE: the connection stays in the backlog for a later call; weft_accept waits then. */
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
/* Wakes who waits on it with WEFT_E_CLOSED. The record is gone then: nobody else may use it. With several workers other calls may
 * be at work on it: they end with what they have got, or with WEFT_E_CLOSED, and the last one closes the descriptor; but none may
 * begin beside it, so who reads in a loop is told first (cancelled, say). May suspend a task, on a worker that is not the loop's
 * thread. Thread: the runtime's. On another one nothing is done, and the socket stays open, while the host watches it or a call
 * is on it. In a child of fork it closes the child's descriptor. */
WEFT_API void weft_sock_close(weft_sock *sock);
/* The local port. */
WEFT_API uint16_t weft_sock_port(const weft_sock *sock);
WEFT_API int weft_sock_fd(const weft_sock *sock);

/* --- Addresses ----------------------------------------------------------------------------------- */

/* Of any kind; plain memory of the caller's, to be copied at will. The functions below need no task and no runtime. */
typedef struct weft_addr {
  uint64_t name[16]; /* a struct sockaddr */
  uint32_t size;     /* of it */
  uint32_t reserved;
} weft_addr;

/* Numeric IPv4 or IPv6, "fe80::1%eth0" too; NULL: any address of both. WEFT_E_INVAL for everything else: names are files.h's. */
WEFT_API weft_status weft_addr_ip(const char *host, uint16_t port, weft_addr *out);
/* A path, or with '@' at its begin an abstract name, which is no file; NULL: no name, for a datagram socket that only sends.
 * WEFT_E_INVAL when it is empty or too long (107 bytes). */
WEFT_API weft_status weft_addr_unix(const char *path, weft_addr *out);
/* "127.0.0.1:80", "[::1]:80", "/run/x", "@x", or "" where there is no name. WEFT_E_INVAL when it does not fit. */
WEFT_API weft_status weft_addr_text(const weft_addr *address, char *text, size_t size);
WEFT_API uint16_t weft_addr_port(const weft_addr *address); /* 0 when it has none */
WEFT_API weft_status weft_sock_local(const weft_sock *sock, weft_addr *out);
WEFT_API weft_status weft_sock_remote(const weft_sock *sock, weft_addr *out); /* -ENOTCONN */

/* --- Streams by address: TCP and Unix --------------------------------------------------------------- */

/* The file that a Unix listener makes is the program's to remove, before a second listen (-EADDRINUSE) and at the end. The first
 * listener of a process raises its limit of descriptors, see weft_raise_descriptors. */
WEFT_API weft_status weft_listen(const weft_addr *address, int backlog, weft_sock **out);
/* Waits for a connection; without a descriptor for it, or with no room to watch one more (-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM,
 * -ENOSPC), it waits for that too, looking some fifty times a second, and the connections wait in the backlog. peer: may be NULL. */
WEFT_API weft_status weft_accept(weft_sock *listener, uint64_t deadline_ns, weft_sock **out, weft_addr *peer);
/* A Unix listener whose backlog is full is tried again until the deadline. */
WEFT_API weft_status weft_connect(const weft_addr *address, uint64_t deadline_ns, weft_sock **out);

/* --- Datagrams: UDP and Unix ------------------------------------------------------------------------ */

/* Bound to `local`, whose port may be 0. */
WEFT_API weft_status weft_datagram_open(const weft_addr *local, weft_sock **out);
/* From now on it sends there, where no `to` is given, and takes nothing from elsewhere; weft_sock_read and weft_sock_write are for
 * such ones too, a message each. That nobody is there is told later (-ECONNREFUSED). */
WEFT_API weft_status weft_datagram_peer(weft_sock *sock, const weft_addr *peer);
/* WEFT_E_INVAL of these two for a stream, which has bytes and no messages. */
/* One message, into `buffer` as much of it as fits; the rest is lost. Answers its whole size, which may be 0. from: may be NULL. */
WEFT_API int64_t weft_datagram_receive(weft_sock *sock, void *buffer, size_t size, uint64_t deadline_ns, weft_addr *from);
/* One message, all of it or none; waits while the system has no room. to: NULL for the peer's. */
WEFT_API weft_status weft_datagram_send(weft_sock *sock, const void *buffer, size_t size, uint64_t deadline_ns,
                                        const weft_addr *to);

/* --- Pairs, pipes, limits ----------------------------------------------------------------------------- */

/* Two ends of a Unix socket, of messages or, with 0, of a stream. */
WEFT_API weft_status weft_sock_pair(int datagrams, weft_sock **a, weft_sock **b);
/* weft_sock_read reads of one what weft_sock_write writes to the other. */
WEFT_API weft_status weft_pipe(weft_sock **reads, weft_sock **writes);
/* Raises the process' soft limit of descriptors (RLIMIT_NOFILE) to its hard one, and answers what it is then. The first weft_listen or
 * weft_tcp_listen of a process does so, also when it fails then, unless WEFT_DESCRIPTORS=keep is in its environment: a program that
 * calls select() wants that. The limit is the process', so WEFT_RT_IGNORE_ENV, which is a runtime's, has no say. Programs that it
 * executes inherit the limit. Any thread. */
WEFT_API uint64_t weft_raise_descriptors(void);

#ifdef __cplusplus
}
#endif
#endif
