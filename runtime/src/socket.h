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
// The invariant: a descriptor is not closed, and so its number not reused, while the host watches it or a call that is at work
// may give it to the system; and a record lives until the last call on it has left. A call that waits is not at work, so with one
// worker a close is done when it returns. Once it is at work again, a call on a closed socket leaves the descriptor alone.
#ifndef WEFT_RUNTIME_SOCKET_H
#define WEFT_RUNTIME_SOCKET_H

#include "hold.h"
#include "weft/net.h"

#include <atomic>
#include <sys/types.h>

struct weft_sock {
  weft_fd_cell cell;
  std::atomic<weft_runtime *> runtime; // null: made before there was one, and nobody has waited yet
  std::atomic<uint64_t> life;          // the runtime's, which may be gone
  std::atomic<uint64_t> calls;         // who is inside, and whether it is closed: SockCall
  std::atomic<uint32_t> streak;        // transfers since the last suspension
  bool watched;
  bool pipe;   // not a socket: read and write in place of recv and send
  bool stream; // of bytes, not of messages
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

// In a SockCall. Parks until the host reports `bit`, or returns at once when it has since the bit was cleared.
enum class Watching {
  Needed,
  IfIsSo // the host may have no descriptor to watch it with: then the deadline or a close ends the wait
};
weft_status wait_ready(weft_sock *s, uint32_t bit, const char *what, uint64_t deadline_ns, Watching watching = Watching::Needed);

// Comes before each transfer. WEFT_E_CLOSED when it was closed.
weft_status yield_after_streak(weft_sock *s);

// In weft_sock::calls. Only a process of one worker writes it plainly: else all of it changes at once, so that one call closes the
// descriptor and one frees the record.
enum : uint64_t {
  kAtWork = 1,
  kInside = UINT64_C(1) << 32,
  kAllAtWork = kInside - 1,
  kDescriptorGone = UINT64_C(1) << 62,
  kClosed = UINT64_C(1) << 63,
  kAllInside = kDescriptorGone - kInside,
};

inline bool is_closed(const weft_sock *s) { return (s->calls.load(std::memory_order_acquire) & kClosed) != 0; }

// Before and after suspensions, which may end on another thread: only the flag of the process is asked.
inline void enter(weft_sock *s, uint64_t as) {
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    s->calls.fetch_add(as, std::memory_order_acquire);
  else
    s->calls.store(s->calls.load(std::memory_order_relaxed) + as, std::memory_order_relaxed);
}
void leave_with_others(weft_sock *s, uint64_t as);
inline void leave(weft_sock *s, uint64_t as) {
  const uint64_t calls = s->calls.load(std::memory_order_relaxed);
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed) || (calls & kClosed) != 0, 0))
    leave_with_others(s, as);
  else
    s->calls.store(calls - as, std::memory_order_relaxed);
}

// A call on the socket, from its begin to its end, also when it is unwound.
class SockCall {
public:
  explicit SockCall(weft_sock *s) : sock_(s) { enter(s, kInside + kAtWork); }
  ~SockCall() { leave(sock_, kInside + kAtWork); }
  SockCall(const SockCall &) = delete;
  SockCall &operator=(const SockCall &) = delete;

private:
  weft_sock *sock_;
};

// The calling thread may close it: that of its runtime's loop, a worker's, or any where no loop knows of it.
bool may_close(const weft_sock *s);

// System calls of tasks go through functions of this shape: not inlined and answering -errno, so
// that no address of a thread-local lives across a suspension.
#define WEFT_SYSTEM_CALL [[gnu::noinline]]

} // namespace weft

#endif
