// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Is this test compiled under a sanitizer? clang and gcc say so in different ways, and gcc 12 has no
// __has_feature at all. What a test does differently then, it says where it asks; how long it tries, thoroughly() says.
#pragma once

#include <cstdlib>
#include <cstring>

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_TEST_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WEFT_TEST_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_TEST_TSAN 1
#endif
#endif

#if defined(WEFT_TEST_ASAN) || defined(WEFT_TEST_TSAN)
constexpr bool sanitized() { return true; }
#else
constexpr bool sanitized() { return false; }
#endif

// How much longer than for a look a race is tried: not where each run of a task costs two switches of the system, or where
// tools make everything a hundred times slower.
inline int thoroughly(int times) {
  const char *preloaded = getenv("LD_PRELOAD");
  return sanitized() || getenv("WEFT_MIGRATE") || (preloaded && strstr(preloaded, "vgpreload")) ? 1 : times;
}
