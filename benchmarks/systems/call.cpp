// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The yardstick: a call through a pointer that the compiler cannot see through. Every figure is
// also given as a multiple of it.
#include "serve.h"

namespace {

[[gnu::noinline]] uint64_t add_one(uint64_t x) { return x + 1; }
uint64_t (*volatile callee)(uint64_t) = add_one;

bench::Result call(uint64_t, uint64_t ops) {
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += callee(i);
  return {ops, bench::now() - start, sum};
}

} // namespace

int main() { return bench::serve("call", __VERSION__, {{"call", call}}); }
