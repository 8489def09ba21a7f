// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What weft-tls costs: the same code compiled with it, and without it (BENCH_BOUND: "weft-thread-bound"); each once for
// the executable and once for a library, whose thread-locals are found by a call.
#include "thread_locals.h"
#include "weft/task.h"

#ifdef BENCH_BOUND
#pragma clang attribute push(__attribute__((annotate("weft-thread-bound"))), apply_to = function)
#endif

namespace BENCH_VARIANT {

namespace {

thread_local uint64_t calls, bytes, checksum, result;
thread_local uint64_t last[4];

// Ten accesses of five variables.
inline void work(uint64_t i) {
  calls++;
  last[i & 3] = i;
  bytes += last[(i + 1) & 3];
  checksum ^= bytes;
  result = checksum + calls;
}

} // namespace

// Aligned, so that where the linker puts them is no difference.
[[gnu::noinline, gnu::aligned(64)]] void suspending(uint64_t n) {
  for (uint64_t i = 0; i < n; ++i) {
    work(i);
    weft_yield();
    work(i);
  }
}

[[gnu::noinline, gnu::aligned(64)]] void computing(uint64_t n) {
  for (uint64_t i = 0; i < n; ++i) {
    work(i);
    work(i);
  }
}

uint64_t taken() {
  uint64_t was = calls;
  calls = 0;
  asm volatile("" ::"r"(result)); // it is read, so the stores stay
  return was;
}

} // namespace BENCH_VARIANT

#ifdef BENCH_BOUND
#pragma clang attribute pop
#endif
