// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The variants of thread_locals.cpp.
#pragma once

#include <cstdint>

#define BENCH_DECLARE(variant)                                                                     \
  namespace variant __attribute__((visibility("default"))) {                                       \
    /* Works on thread-locals, yields, and works on them, n times. */                              \
    void suspending(uint64_t n);                                                                   \
    /* The same without the yields. */                                                             \
    void computing(uint64_t n);                                                                    \
    /* How often work was done since it was asked last. */                                         \
    uint64_t taken();                                                                              \
  }
BENCH_DECLARE(tls_safe)
BENCH_DECLARE(tls_bound)
BENCH_DECLARE(tls_library_safe)
BENCH_DECLARE(tls_library_bound)
#undef BENCH_DECLARE
