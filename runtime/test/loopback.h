/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// What tests of sockets need around them: connected pairs, deadlines that save a broken test from
// hanging, patterns whose every byte is known, and the number of open descriptors.
#ifndef WEFT_TEST_LOOPBACK_H
#define WEFT_TEST_LOOPBACK_H

#include "in_tasks.h"
#include "weft/net.h"

#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>

// Far enough for a slow machine under sanitizers; reached only by a bug.
inline uint64_t some_time() { return weft_now() + UINT64_C(60000000000); }
inline uint64_t in_ms(uint64_t ms) { return weft_now() + ms * 1000000; }

inline int open_descriptors() {
  int count = 0;
  DIR *dir = opendir("/proc/self/fd");
  while (dir && readdir(dir))
    ++count;
  if (dir)
    closedir(dir);
  return count;
}

// The byte at `offset` of stream `seed`.
inline unsigned char pattern(uint64_t seed, uint64_t offset) {
  uint64_t x = (offset + 1) * 0x9e3779b97f4a7c15 + seed * 0xbf58476d1ce4e5b9;
  return static_cast<unsigned char>((x ^ (x >> 29)) >> 17);
}

// Two ends of a connected stream, as sockets of the current runtime.
struct Pair {
  weft_sock *a = nullptr, *b = nullptr;
  Pair() {
    int fd[2];
    bool made = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) == 0 &&
                weft_sock_adopt(fd[0], &a) == WEFT_OK && weft_sock_adopt(fd[1], &b) == WEFT_OK;
    CHECK(made);
  }
  void close() {
    weft_sock_close(a);
    weft_sock_close(b);
    a = b = nullptr;
  }
};

// Writes until the peer's and the own buffers are full: the next write has to wait.
inline size_t fill(weft_sock *s) {
  std::vector<char> block(1 << 16);
  size_t total = 0, written = 0;
  while (weft_sock_write(s, block.data(), block.size(), 1, &written) == WEFT_OK)
    total += written;
  return total + written;
}

inline size_t read_to_end(weft_sock *s) {
  std::vector<char> block(1 << 16);
  size_t total = 0;
  for (int64_t n; (n = weft_sock_read(s, block.data(), block.size(), some_time())) > 0;)
    total += static_cast<size_t>(n);
  return total;
}

#endif
