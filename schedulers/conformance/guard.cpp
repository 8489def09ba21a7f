// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "guard.h"

#include <cerrno>
#include <cstdlib>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEFT_SANITIZED_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEFT_SANITIZED_MALLOC 1
#endif
#endif

namespace {

thread_local bool watched = false;
thread_local size_t seen = 0, first_size = 0;

[[gnu::noinline]] void note(size_t size) {
  if (watched && seen++ == 0)
    first_size = size;
}

long switches() {
  rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

} // namespace

#if defined(WEFT_SANITIZED_MALLOC)
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t), void (*)(const volatile void *));
namespace {
const bool installed = __sanitizer_install_malloc_and_free_hooks([](const volatile void *, size_t size) { note(size); },
                                                                 [](const volatile void *) {}) != 0;
}
bool conformance::guard_sees_allocations() { return installed; }
#elif defined(__GLIBC__)
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

#define WEFT_STANDS_IN __attribute__((noinline, visibility("default")))
WEFT_STANDS_IN void *malloc(size_t size) noexcept {
  note(size);
  return __libc_malloc(size);
}
WEFT_STANDS_IN void *calloc(size_t n, size_t size) noexcept {
  note(n * size);
  return __libc_calloc(n, size);
}
WEFT_STANDS_IN void *realloc(void *p, size_t size) noexcept {
  note(size);
  return __libc_realloc(p, size);
}
WEFT_STANDS_IN void *memalign(size_t align, size_t size) noexcept {
  note(size);
  return __libc_memalign(align, size);
}
WEFT_STANDS_IN void *aligned_alloc(size_t align, size_t size) noexcept {
  note(size);
  return __libc_memalign(align, size);
}
WEFT_STANDS_IN int posix_memalign(void **out, size_t align, size_t size) noexcept {
  note(size);
  void *p = __libc_memalign(align, size);
  if (!p)
    return ENOMEM;
  *out = p;
  return 0;
}
}
bool conformance::guard_sees_allocations() { return true; }
#else
bool conformance::guard_sees_allocations() { return false; }
#endif

namespace conformance {

Guard::Guard() : before_(switches()) {
  seen = 0;
  watched = true;
}

void Guard::stop() {
  if (stopped_)
    return;
  stopped_ = true;
  watched = false;
  allocations_ = seen;
  asked_for_ = first_size;
  sleeps_ = switches() - before_;
}

} // namespace conformance
