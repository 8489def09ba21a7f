// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Is this test compiled under a sanitizer? clang and gcc say so in different ways, and gcc 12 has no
// __has_feature at all. What a test does differently then, it says where it asks.
#pragma once

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
