// The heap of this first part: bump allocation in chunks, nothing is freed. Fresh pages from the
// system are zero, so zeroing is free too. Each thread has its chunk; an allocation is an addition
// and a compare. A collector would replace this file and use Weft's stack-walking hooks.
#include "rt.h"
#include <cstring>
#include <sys/mman.h>

namespace minigo::rt {

static thread_local char *chunk_at, *chunk_end;
static thread_local bool first_chunk_used;

static void *map_pages(size_t n) {
  void *p =
      mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED)
    fatal_error("runtime: out of memory");
  return p;
}

static __attribute__((noinline)) void *alloc_slow(size_t size) {
  if (size >= 256 * 1024) {
    void *p = map_pages(size);
    if (size >= 8u << 20)
      madvise(p, size, MADV_HUGEPAGE);
    return p;
  }
  size_t n = first_chunk_used ? 32u << 20 : 1u << 20;
  chunk_at = static_cast<char *>(map_pages(n));
  chunk_end = chunk_at + n;
  if (first_chunk_used) // a program that allocates much is better off with big pages
    madvise(chunk_at, n, MADV_HUGEPAGE);
  first_chunk_used = true;
  void *p = chunk_at;
  chunk_at += size;
  return p;
}

extern "C" char mg_zero_base[16];
char mg_zero_base[16];

extern "C" void *mg_alloc(int64_t want) {
  if (want == 0)
    return mg_zero_base;
  size_t size = (size_t(want) + 15) & ~size_t(15);
  char *p = chunk_at;
  if (__builtin_expect(size > size_t(chunk_end - p), 0))
    return alloc_slow(size);
  chunk_at = p + size;
  return p;
}

extern "C" void *mg_make_slice(int64_t len, int64_t cap, int64_t size) {
  const int64_t limit = int64_t(1) << 47;
  if (len < 0 || (size && len > limit / size))
    panic_text("runtime error: makeslice: len out of range");
  if (cap < len || (size && cap > limit / size))
    panic_text("runtime error: makeslice: cap out of range");
  return mg_alloc(cap * size);
}

// Go's allocation sizes; append rounds capacities up to them, and programs print cap().
static const uint16_t size_classes[] = {
    8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,  160,   176,   192,
    208,   224,   240,   256,   288,   320,   352,   384,   416,   448,   480,  512,   576,   640,
    704,   768,   896,   1024,  1152,  1280,  1408,  1536,  1792,  2048,  2304, 2688,  3072,  3200,
    3456,  4096,  4864,  5376,  6144,  6528,  6784,  6912,  8192,  9472,  9728, 10240, 10880, 12288,
    13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768};

static int64_t round_up_size(int64_t n) {
  if (n <= 32768) {
    for (uint16_t c : size_classes)
      if (n <= c)
        return c;
  }
  return (n + 8191) / 8192 * 8192;
}

extern "C" void mg_grow_slice(Slice *out, char *p, int64_t len, int64_t cap, int64_t need,
                              int64_t size) {
  if (need < 0)
    panic_text("runtime error: growslice: cap out of range");
  if (size == 0) {
    *out = {p ? p : mg_zero_base, len, need};
    return;
  }
  int64_t c = cap, twice = cap + cap;
  if (need > twice)
    c = need;
  else if (cap < 256)
    c = twice;
  else
    while (c < need)
      c += (c + 3 * 256) / 4;
  int64_t bytes = round_up_size(c * size);
  char *q = static_cast<char *>(mg_alloc(bytes));
  if (len)
    memcpy(q, p, size_t(len * size));
  *out = {q, len, bytes / size};
}

extern "C" void mg_append_slice(Slice *out, char *p, int64_t len, int64_t cap, const char *q,
                                int64_t n, int64_t size) {
  if (n == 0) {
    *out = {p, len, cap};
    return;
  }
  Slice s{p, len, cap};
  if (len + n > cap)
    mg_grow_slice(&s, p, len, cap, len + n, size);
  memmove(s.ptr + len * size, q, size_t(n * size));
  *out = {s.ptr, len + n, s.cap};
}

extern "C" void mg_bytes_from_string(Slice *out, const char *p, int64_t n) {
  int64_t c = n <= 32 ? 32 : round_up_size(n);
  char *q = static_cast<char *>(mg_alloc(c));
  if (n)
    memcpy(q, p, size_t(n));
  *out = {q, n, c};
}

} // namespace minigo::rt
