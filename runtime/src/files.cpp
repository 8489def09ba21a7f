/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Files by blocking calls. Reads and writes work on the caller's buffers and are waited for, and so is an open that makes or
// empties a file; any other has its own copy of the path and may be left.
#include "weft/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <new>
#include <unistd.h>
#include <utility>

namespace {

struct Transfer {
  int fd;
  unsigned char *buffer;
  size_t size;
  int64_t offset; // -1: the position
};

int64_t answered(weft_status status, uint64_t result) { return status == WEFT_OK ? static_cast<int64_t>(result) : status; }

uint64_t read_some(void *arg) {
  auto *t = static_cast<Transfer *>(arg);
  ssize_t n;
  do
    n = t->offset < 0 ? read(t->fd, t->buffer, t->size) : pread(t->fd, t->buffer, t->size, t->offset);
  while (n < 0 && errno == EINTR);
  return static_cast<uint64_t>(int64_t{n < 0 ? -errno : n});
}

uint64_t write_all(void *arg) {
  auto *t = static_cast<Transfer *>(arg);
  size_t done = 0;
  while (done < t->size) {
    ssize_t n = t->offset < 0 ? write(t->fd, t->buffer + done, t->size - done)
                              : pwrite(t->fd, t->buffer + done, t->size - done, t->offset + static_cast<int64_t>(done));
    if (n > 0)
      done += static_cast<size_t>(n);
    else if (n == 0 || errno != EINTR)
      return done ? done : static_cast<uint64_t>(int64_t{n == 0 ? 0 : -errno});
  }
  return done;
}

// What a cancel may not make a lie of: that nothing was done.
bool changes_files(int flags) { return (flags & (O_CREAT | O_TRUNC)) != 0; }

struct Opening {
  int flags;
  mode_t mode;
  int fd; // -errno
  char path[];
};

uint64_t open_it(void *arg) {
  auto *o = static_cast<Opening *>(arg);
  do
    o->fd = open(o->path, o->flags, o->mode);
  while (o->fd < 0 && errno == EINTR);
  if (o->fd < 0)
    o->fd = -errno;
  return 0;
}

void forget_opening(void *arg) {
  auto *o = static_cast<Opening *>(arg);
  if (o->fd >= 0)
    close(o->fd);
  operator delete(o);
}

// Of one that is waited for, also when the wait is unwound.
struct Owner {
  Opening *opening;
  ~Owner() {
    if (opening)
      forget_opening(opening);
  }
};

} // namespace

weft_status weft_file_open(const char *path, int flags, uint32_t mode, uint64_t deadline_ns,
                           int *fd) {
  if (!fd)
    return WEFT_E_INVAL;
  *fd = -1;
  if (!path)
    return WEFT_E_INVAL;
  const size_t length = strlen(path) + 1;
  auto *o = static_cast<Opening *>(operator new(sizeof(Opening) + length, std::nothrow));
  if (!o)
    return WEFT_E_NOMEM;
  o->flags = flags | O_CLOEXEC;
  o->mode = static_cast<mode_t>(mode);
  o->fd = -1;
  memcpy(o->path, path, length);
  Owner owner{changes_files(flags) ? o : nullptr};
  weft_status status =
      weft_blocking(open_it, o, owner.opening ? nullptr : forget_opening, deadline_ns, nullptr);
  if (!owner.opening && (status == WEFT_E_CANCELLED || status == WEFT_E_TIMEOUT))
    return status; // it is not ours any more
  owner.opening = o;
  if (status != WEFT_OK)
    return status;
  const int opened = std::exchange(o->fd, -1);
  if (opened < 0)
    return opened;
  *fd = opened;
  return WEFT_OK;
}

int64_t weft_file_read(int fd, void *buffer, size_t size, int64_t offset, uint64_t deadline_ns) {
  if (offset < -1)
    return WEFT_E_INVAL;
  Transfer t{fd, static_cast<unsigned char *>(buffer), size, offset};
  uint64_t result = 0;
  weft_status status = weft_blocking(read_some, &t, nullptr, deadline_ns, &result);
  return answered(status, result);
}

int64_t weft_file_write(int fd, const void *buffer, size_t size, int64_t offset,
                        uint64_t deadline_ns) {
  if (offset < -1)
    return WEFT_E_INVAL;
  Transfer t{fd, static_cast<unsigned char *>(const_cast<void *>(buffer)), size, offset};
  uint64_t result = 0;
  weft_status status = weft_blocking(write_all, &t, nullptr, deadline_ns, &result);
  return answered(status, result);
}

weft_status weft_file_sync(int fd, uint64_t deadline_ns) {
  uint64_t result = 0;
  weft_status status = weft_blocking(
      [](void *arg) {
        int n;
        do
          n = fsync(*static_cast<int *>(arg));
        while (n != 0 && errno == EINTR);
        return static_cast<uint64_t>(int64_t{n != 0 ? -errno : 0});
      },
      &fd, nullptr, deadline_ns, &result);
  return static_cast<weft_status>(answered(status, result));
}
