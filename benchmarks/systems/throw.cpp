// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The measure of resume.throw: what C++ takes to throw through so many frames, in a program that knows nothing of
// continuations.
#include "serve.h"

namespace {

[[gnu::noinline]] void fail(uint64_t value) { throw value; }

[[gnu::noinline]] void level(uint64_t depth, uint64_t value) {
  if (depth > 2)
    level(depth - 1, value);
  else
    fail(value);
  asm volatile(""); // not a tail call
}

bench::Result throws(uint64_t depth, uint64_t ops) {
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    try {
      depth > 1 ? level(depth, i) : fail(i);
    } catch (uint64_t value) {
      sum += value + 1;
    }
  return {ops, bench::now() - start, sum};
}

} // namespace

int main() { return bench::serve("throw", __VERSION__, {{"throw", throws}}); }
