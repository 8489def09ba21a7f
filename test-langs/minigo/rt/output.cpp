// Where text goes. Go writes through at once; we collect standard output when it is not a terminal
// and let it go when the buffer is full, before anything else is written, before the process would
// sleep (tasks.cpp wraps the host's block) and at the end. So the order on a shared pipe is Go's.
#include "rt.h"
#include <cerrno>
#include <cstring>
#include <mutex>
#include <unistd.h>

namespace minigo::rt {

// Goroutines of several workers print. Nothing suspends while it is held.
static std::mutex lock;
static char buffer[32 * 1024];
static size_t used;
static int terminal = -1;

static void write_all(int fd, const char *p, size_t n) {
  while (n) {
    ssize_t w = write(fd, p, n);
    if (w < 0) {
      if (errno == EINTR || errno == EAGAIN)
        continue;
      return;
    }
    p += w;
    n -= size_t(w);
  }
}

static void flush_held() {
  size_t n = used;
  used = 0;
  write_all(1, buffer, n);
}

void out_flush() {
  std::lock_guard<std::mutex> hold(lock);
  flush_held();
}

void out_write(const char *p, size_t n) {
  std::lock_guard<std::mutex> hold(lock);
  if (terminal < 0)
    terminal = isatty(1);
  if (used + n > sizeof buffer)
    flush_held();
  if (terminal || n > sizeof buffer) {
    write_all(1, p, n);
    return;
  }
  memcpy(buffer + used, p, n);
  used += n;
}

void err_write(std::string_view s) {
  std::lock_guard<std::mutex> hold(lock);
  flush_held();
  write_all(2, s.data(), s.size());
}

void out_unbuffered() { terminal = 1; }

extern "C" int64_t mg_os_write(int64_t fd, const String *s) {
  if (fd == 1)
    out_write(s->ptr, size_t(s->len));
  else if (fd == 2)
    err_write(view(*s));
  else
    return -1;
  return s->len;
}

extern "C" int64_t mg_os_read(int64_t fd, const Slice *b) {
  out_flush();
  for (;;) {
    ssize_t n = read(int(fd), b->ptr, size_t(b->len));
    if (n >= 0 || errno != EINTR)
      return n;
  }
}

} // namespace minigo::rt
