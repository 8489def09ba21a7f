/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Files, and names of other machines, for tasks: what systems offer only as calls that block (blocking.h).
 *
 * Thread:    a task's, on any worker. Descriptors are plain ones and belong to the program, which closes them by close().
 * Errors:    -errno as the system says; WEFT_E_NOTASK, WEFT_E_NOMEM, WEFT_E_INVAL for NULL and for offsets below -1;
 *            WEFT_E_CANCELLED and WEFT_E_TIMEOUT, where nothing was done.
 * Deadlines: a read or write that has begun is waited for, past its deadline and over a cancel, which is for the next wait then: buffers
 *            are the caller's again when the call returns, and nothing that was read is lost. A look-up is
 *            abandoned at once, and so is an open that neither makes nor empties a file; with O_CREAT or O_TRUNC it is waited for as a write is,
 *            so that a file that was not opened has not changed. (An abandoned open of a FIFO or a device still happens, and is closed at once.)
 * What is not a file on a disk (a terminal, a FIFO, a device) may block a thread for ever: weft_sock_adopt is for those.
 */
#ifndef WEFT_FILES_H
#define WEFT_FILES_H

#include "weft/blocking.h"
#include "weft/net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* open(path, flags | O_CLOEXEC, mode); `path` is copied. */
WEFT_API weft_status weft_file_open(const char *path, int flags, uint32_t mode, uint64_t deadline_ns, int *fd);
/* Up to `size` bytes from `offset`, or with -1 from the descriptor's position, which moves; 0 at the file's end. */
WEFT_API int64_t weft_file_read(int fd, void *buffer, size_t size, int64_t offset, uint64_t deadline_ns);
/* All of it, or with an error after some less; answers how much, or the error if none. */
WEFT_API int64_t weft_file_write(int fd, const void *buffer, size_t size, int64_t offset, uint64_t deadline_ns);
/* fsync: when it answers WEFT_OK the file is on its disk. */
WEFT_API weft_status weft_file_sync(int fd, uint64_t deadline_ns);

/* The addresses of `name` for streams, in the order in which the system would try them: into out[0] to out[*count - 1], *count being the
 * room before and how many they are after. Numeric ones need no thread and no task. WEFT_E_NOTFOUND: there is no such name;
 * -EAGAIN: the name's server does not answer now. `name` is copied. */
WEFT_API weft_status weft_resolve(const char *name, uint16_t port, uint64_t deadline_ns, weft_addr *out, size_t *count);
/* Connects by name: tries all its addresses in turn, each with an even share of the time that is left, and answers the last one's error when
 * none takes it. */
WEFT_API weft_status weft_tcp_dial(const char *name, uint16_t port, uint64_t deadline_ns, weft_sock **out);

#ifdef __cplusplus
}
#endif
#endif
