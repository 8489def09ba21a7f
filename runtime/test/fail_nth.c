/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Preloaded: the n-th request for memory of a process fails (FAIL_NTH=n), or that and all later ones (FAIL_FROM=n): malloc and its
 * kin, mmap and mprotect, whoever asks. Says <fails> on standard error, once, so that the script knows when n is past the last. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static atomic_long asked;
static long nth, from;

__attribute__((constructor(101))) static void read_environment(void) {
  const char *text = getenv("FAIL_NTH");
  nth = text ? atol(text) : 0;
  text = getenv("FAIL_FROM");
  from = text ? atol(text) : 0;
  atomic_store(&asked, 0);
}

static int fails(void) {
  long n = atomic_fetch_add(&asked, 1) + 1;
  if (n == nth || n == from)
    (void)!write(STDERR_FILENO, "<fails>", 7);
  if (n != nth && (!from || n < from))
    return 0;
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
void *realloc(void *p, size_t size) { return fails() ? NULL : __libc_realloc(p, size); }
void *memalign(size_t alignment, size_t size) { return fails() ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  void *p = memalign(alignment, size);
  if (!p)
    return ENOMEM;
  *out = p;
  return 0;
}
void *mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset) {
  return fails() ? MAP_FAILED : (void *)syscall(SYS_mmap, at, size, prot, flags, fd, offset);
}
int mprotect(void *at, size_t size, int prot) { return fails() ? -1 : (int)syscall(SYS_mprotect, at, size, prot); }
