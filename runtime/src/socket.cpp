/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Reading, writing, waiting and closing. See socket.h for the idea.
#include "socket.h"
#include "host_watch.h"
#include "token.h"

#include <new>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

using namespace weft;

namespace {

bool may_wait() { return weft_self() != 0 && !on_native_stack(); }

// A task whose peer is always faster never has to wait; after this many transfers it yields all the
// same, so that it cannot keep the others off the loop.
constexpr uint32_t transfers_without_yield = 64;

// A call on the socket that is not at work meanwhile. Behind it the socket may be closed.
class Suspended {
public:
  explicit Suspended(weft_sock *s) : sock_(s) {
    s->streak.store(0, std::memory_order_relaxed);
    leave(s, kAtWork);
  }
  ~Suspended() { enter(sock_, kAtWork); }
  Suspended(const Suspended &) = delete;
  Suspended &operator=(const Suspended &) = delete;

private:
  weft_sock *sock_;
};

// The token that a call waits for stands in the cell until it is completed or the wait is over, unwound ones too.
class InCell {
public:
  InCell(weft_sock *s, weft_token &place, weft_token token) : sock_(s), place_(place), token_(token) { place = token; }
  ~InCell() {
    Hold hold(sock_->runtime.load(std::memory_order_relaxed));
    if (place_ == token_)
      place_ = 0;
    weft_token_drop(token_); // it may have been answered by somebody who left it open
  }
  InCell(const InCell &) = delete;
  InCell &operator=(const InCell &) = delete;

private:
  weft_sock *sock_;
  weft_token &place_;
  weft_token token_;
};

// Its runtime; made before there was one, the first that it is used in.
weft_runtime *bind_runtime(weft_sock *s) {
  weft_runtime *rt = s->runtime.load(std::memory_order_acquire);
  if (rt || !(rt = weft_runtime_current()))
    return rt;
  s->life.store(rt->life.load(std::memory_order_relaxed), std::memory_order_relaxed);
  weft_runtime *none = nullptr;
  return s->runtime.compare_exchange_strong(none, rt, std::memory_order_acq_rel) ? rt : none;
}

bool is_orphan(const weft_sock *s) {
  const weft_runtime *rt = s->runtime.load(std::memory_order_relaxed);
  return !rt || rt->life.load(std::memory_order_acquire) != s->life.load(std::memory_order_relaxed);
}

// In a child of fork.
bool is_parents(const weft_runtime *rt) { return rt->loop_thread.load(std::memory_order_relaxed) == rt; }

// There: calls that were at work in other threads are in none of this process, and never leave.
void forget_others_at_work(weft_sock *s) {
  s->calls.fetch_sub((s->calls.load(std::memory_order_relaxed) & kAllAtWork) - kAtWork, std::memory_order_relaxed);
}

WEFT_SYSTEM_CALL ssize_t system_read(const weft_sock *s, void *buffer, size_t size) {
  ssize_t n;
  do
    n = s->pipe ? read(s->cell.fd, buffer, size) : recv(s->cell.fd, buffer, size, 0);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

// write has no MSG_NOSIGNAL: the signal is held back, and taken off if the write raised it.
ssize_t write_to_pipe(int fd, const void *buffer, size_t size) {
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t n = write(fd, buffer, size);
  int error = errno;
  if (n < 0 && error == EPIPE && !was_pending) {
    timespec none = {0, 0};
    while (sigtimedwait(&pipe_signal, nullptr, &none) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return n;
}

WEFT_SYSTEM_CALL ssize_t system_write(const weft_sock *s, const void *buffer, size_t size) {
  ssize_t n;
  do
    n = s->pipe ? write_to_pipe(s->cell.fd, buffer, size)
                : send(s->cell.fd, buffer, size, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -errno : n;
}

bool would_wait(ssize_t n) { return n == -EAGAIN || n == -EWOULDBLOCK; }

WEFT_SYSTEM_CALL bool has_input(const weft_sock *s) {
  pollfd p = {s->cell.fd, POLLIN | POLLPRI | POLLRDHUP, 0};
  int n;
  do
    n = poll(&p, 1, 0);
  while (n < 0 && errno == EINTR);
  return n != 0; // an error is the read's to tell
}

// Comes before a read. False: it would find nothing, as the last one left nothing and the host has told of nothing since.
// Not for who cannot wait.
bool worth_reading(weft_sock *s) {
  constexpr uint32_t of_interest = WEFT_TELLS_ARRIVALS | WEFT_READABLE | WEFT_HANGUP | WEFT_READ_ON;
  Hold hold(s->runtime.load(std::memory_order_relaxed));
  if (s->drained && (s->cell.ready & of_interest) == WEFT_TELLS_ARRIVALS && s->watched && may_wait())
    return false;
  s->cell.ready &= ~static_cast<uint32_t>(WEFT_READABLE);
  return true;
}

} // namespace

namespace weft {

weft_sock *new_sock(int fd) {
  auto *s = new (std::nothrow) weft_sock{};
  if (!s)
    return nullptr;
  s->cell.fd = fd;
  bind_runtime(s);
  return s;
}

void leave_with_others(weft_sock *s, uint64_t as) {
  const int fd = s->cell.fd; // the record may be freed as soon as this call is not counted
  uint64_t before = s->calls.load(std::memory_order_relaxed), now;
  bool closes;
  do {
    now = before - as;
    closes = (now & (kClosed | kDescriptorGone | kAllAtWork)) == kClosed;
    if (closes)
      now |= kDescriptorGone;
  } while (!s->calls.compare_exchange_weak(before, now, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (closes && fd >= 0)
    close(fd);
  if ((now & (kClosed | kAllInside)) == kClosed)
    delete s;
}

bool may_close(const weft_sock *s) {
  if (is_orphan(s))
    return true;
  const weft_runtime *rt = s->runtime.load(std::memory_order_relaxed);
  // A child of fork has no loop, and nothing to tell one (PROC-02).
  return on_loop(rt) || is_parents(rt) ||
         (!s->watched && s->calls.load(std::memory_order_relaxed) == 0);
}

void clear_ready(weft_sock *s, uint32_t bit) {
  Hold hold(s->runtime.load(std::memory_order_relaxed));
  s->cell.ready &= ~bit;
}

weft_status yield_after_streak(weft_sock *s) {
  // Readers and writers on several workers may miss one of the other's: it is a bound for the eye.
  uint32_t streak = s->streak.load(std::memory_order_relaxed) + 1;
  s->streak.store(streak, std::memory_order_relaxed);
  if (streak >= transfers_without_yield && may_wait()) {
    Suspended suspended(s);
    weft_yield();
  }
  return is_closed(s) ? WEFT_E_CLOSED : WEFT_OK;
}

weft_status wait_ready(weft_sock *s, uint32_t bit, const char *what, uint64_t deadline_ns, Watching watching) {
  if (!may_wait())
    return WEFT_E_NOTASK;
  // Made before there was a runtime: it belongs to that of the first wait.
  weft_runtime *rt = bind_runtime(s);
  if (rt != weft_runtime_current())
    return WEFT_E_INVAL;
  Hold hold(rt);
  if (is_closed(s))
    return WEFT_E_CLOSED;
  if (!s->watched && watching == Watching::Needed) {
    // Watching reports what is ready already, so nothing from before is lost.
    weft_status status;
    {
      Suspended suspended(s);
      status = host_watch(s);
    }
    if (is_closed(s))
      return WEFT_E_CLOSED;
    if (status != WEFT_OK)
      return status;
  }
  if (s->cell.ready & bit)
    return WEFT_OK;
  weft_token &place = bit == WEFT_READABLE ? s->cell.reader : s->cell.writer;
  if (place != 0)
    return WEFT_E_BUSY;
  weft_token token = weft_token_new(rt);
  if (token == 0)
    return WEFT_E_NOMEM;
  weft_status status;
  {
    Suspended suspended(s);
    InCell in_cell(s, place, token);
    note_descriptor(token, s->cell.fd);
    weft_set_waits(what);
    uint64_t value;
    hold.end();
    status = weft_await_until(token, deadline_ns, &value);
    hold.again();
    weft_set_waits(nullptr);
  }
  return is_closed(s) ? WEFT_E_CLOSED : status;
}

} // namespace weft

void weft_fd_ready(weft_runtime *rt, weft_fd_cell *cell, uint32_t ready) {
  Hold hold(rt);
  // What hung up answers every call at once: with the end, or with the error.
  if (ready & WEFT_HANGUP)
    ready |= WEFT_READABLE | WEFT_WRITABLE;
  cell->ready |= ready;
  if (weft_token reader = cell->reader; reader != 0 && (ready & WEFT_READABLE)) {
    cell->reader = 0;
    weft_complete(reader, WEFT_OK, ready);
  }
  if (weft_token writer = cell->writer; writer != 0 && (ready & WEFT_WRITABLE)) {
    cell->writer = 0;
    weft_complete(writer, WEFT_OK, ready);
  }
}

namespace {

bool is_stream(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

} // namespace

weft_status weft_sock_adopt(int fd, weft_sock **out) {
  *out = nullptr;
  struct stat about;
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fstat(fd, &about) != 0)
    return -errno;
  if (!(flags & O_NONBLOCK))
    return WEFT_E_INVAL;
  weft_sock *s = new_sock(fd);
  if (!s)
    return WEFT_E_NOMEM;
  s->pipe = !S_ISSOCK(about.st_mode);
  s->stream = s->pipe || is_stream(fd);
  *out = s;
  return WEFT_OK;
}

int64_t weft_sock_read(weft_sock *s, void *buffer, size_t size, uint64_t deadline_ns) {
  if (size == 0)
    return 0;
  SockCall inside(s);
  if (weft_status status = yield_after_streak(s); status != WEFT_OK)
    return status;
  bool last = false;
  for (;;) {
    const bool reads = last || worth_reading(s);
    if (reads) {
      ssize_t n = system_read(s, buffer, size);
      if (!would_wait(n)) {
        s->drained = s->tcp && n > 0 && static_cast<size_t>(n) < size;
        return n;
      }
      if (last)
        return WEFT_E_TIMEOUT;
    }
    weft_status status = wait_ready(s, WEFT_READABLE, "socket read", deadline_ns);
    if (status == WEFT_E_TIMEOUT && !reads)
      last = true; // takes what has come and was not told yet
    else if (status != WEFT_OK)
      return status;
  }
}

weft_status weft_sock_wait_readable(weft_sock *s, uint64_t deadline_ns) {
  SockCall inside(s);
  if (weft_status status = yield_after_streak(s); status != WEFT_OK)
    return status;
  bool looks = worth_reading(s);
  for (;;) {
    if (looks && has_input(s)) {
      s->drained = false; // what the host told may have been cleared
      return WEFT_OK;
    }
    weft_status status = wait_ready(s, WEFT_READABLE, "socket to be readable", deadline_ns);
    if (status != WEFT_E_TIMEOUT || looks)
      return status;
    // Behind the deadline as a read: what has come and was not told yet counts.
    looks = true;
    if (!has_input(s))
      return WEFT_E_TIMEOUT;
  }
}

weft_status weft_sock_write(weft_sock *s, const void *buffer, size_t size, uint64_t deadline_ns,
                            size_t *written) {
  auto *from = static_cast<const unsigned char *>(buffer);
  size_t done = 0;
  weft_status status = WEFT_OK;
  SockCall inside(s);
  while (done < size) {
    status = yield_after_streak(s);
    if (status != WEFT_OK)
      break;
    clear_ready(s, WEFT_WRITABLE);
    ssize_t n = system_write(s, from + done, size - done);
    if (n >= 0) {
      done += static_cast<size_t>(n);
      continue;
    }
    status = would_wait(n) ? wait_ready(s, WEFT_WRITABLE, "socket write", deadline_ns)
                           : static_cast<weft_status>(n);
    if (status != WEFT_OK)
      break;
  }
  if (written)
    *written = done;
  return status;
}

weft_status weft_sock_shutdown_write(weft_sock *s) {
  SockCall inside(s);
  if (is_closed(s))
    return WEFT_E_CLOSED;
  return shutdown(s->cell.fd, SHUT_WR) == 0 ? WEFT_OK : -errno;
}

void weft_sock_close(weft_sock *s) {
  if (!s || is_closed(s) || !may_close(s))
    return;
  enter(s, kInside + kAtWork); // this call itself, which may have to wait for the host's thread
  if (is_orphan(s)) {
    enter(s, kClosed);
    leave(s, kInside + kAtWork);
    return;
  }
  weft_runtime *rt = s->runtime.load(std::memory_order_relaxed);
  Hold hold(rt);
  if (__builtin_expect(is_parents(rt), 0))
    forget_others_at_work(s);
  enter(s, kClosed);
  if (s->watched)
    host_unwatch(s);
  weft_token reader = s->cell.reader, writer = s->cell.writer;
  s->cell.reader = s->cell.writer = 0;
  leave(s, kInside + kAtWork);
  if (reader != 0)
    weft_complete(reader, WEFT_E_CLOSED, 0);
  if (writer != 0)
    weft_complete(writer, WEFT_E_CLOSED, 0);
}

uint16_t weft_sock_port(const weft_sock *s) {
  weft_addr name;
  return weft_sock_local(s, &name) == WEFT_OK ? weft_addr_port(&name) : 0;
}

int weft_sock_fd(const weft_sock *s) { return s->cell.fd; }
