/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// A socket's record and how a task waits on it; socket.cpp has the transfers, stream.cpp makes
// connections, datagram.cpp has messages.
//
// The idea: try the system call first, and wait only when it says EAGAIN. The host watches a
// descriptor once for its life, edge-triggered, and what it reports stays in the cell; the bit is
// cleared before the call that consumes what it told of, so an edge that comes after the call's
// EAGAIN is still there when the task wants to wait. A read of a TCP connection that gave less than was
// asked for has emptied it: with a host that tells of each arrival (WEFT_TELLS_ARRIVALS) the next read waits for one
// first, so an answered request costs one read and not two. Once the peer has ended its side that does not hold, as
// one event before the read may have told of data and end together: WEFT_READ_ON. Waiting itself is a token and weft_await,
// hence an effect like any other: a scheduler written with handlers can take its children's socket
// waits.
//
// The invariant: a descriptor is not closed, and so its number not reused, while the host watches
// it; and a record lives until the last task that was suspended inside a call on it has left. After
// any suspension a closed socket is not touched again.
#ifndef WEFT_RUNTIME_SOCKET_H
#define WEFT_RUNTIME_SOCKET_H

#include "weft/net.h"

#include <atomic>
#include <sys/types.h>

struct weft_sock {
  weft_fd_cell cell;
  weft_runtime *runtime; // null: made before there was one, and nobody has waited yet
  uint32_t suspended;    // tasks suspended inside a call on it
  std::atomic<uint32_t> streak;       // transfers since the last suspension
  bool watched;
  bool closed;
  bool pipe; // not a socket: read and write in place of recv and send
  // A TCP connection, or what accepts them. Their reads give all that is there, up to the size, but at urgent data; a Unix
  // socket's end where descriptors come along.
  bool tcp;
  bool drained; // the last read, of a TCP connection, gave all that was there
};

namespace weft {

// A record for fd, or for one to come (-1). Null: no memory.
weft_sock *new_sock(int fd);
// Before a system call that will say whether it is ready.
void clear_ready(weft_sock *s, uint32_t bit);

// Parks until the host reports `bit`, or returns at once when it has since the bit was cleared.
// After any other answer than WEFT_OK the socket may be gone.
enum class Watching {
  Needed,
  IfIsSo // the host may have no descriptor to watch it with: then the deadline or a close ends the wait
};
weft_status wait_ready(weft_sock *s, uint32_t bit, const char *what, uint64_t deadline_ns, Watching watching = Watching::Needed);

// Comes before each transfer. After any other answer than WEFT_OK the socket may be gone.
weft_status yield_after_streak(weft_sock *s);

// System calls of tasks go through functions of this shape: not inlined and answering -errno, so
// that no address of a thread-local lives across a suspension.
#define WEFT_SYSTEM_CALL [[gnu::noinline]]

} // namespace weft

#endif
