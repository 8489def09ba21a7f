// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft::generator in the shapes that coroutine.cpp has for C++20's: made in functions that are not inlined, so that
// no compiler sees both the loop and the body.
#include "weft.h"
#include "weft/generator.hpp"

namespace {

using Numbers = weft::generator<uint64_t>;
using Yield = Numbers::yielder;

[[gnu::noinline]] Numbers count_to(uint64_t n) {
  return [n](Yield &yield) {
    for (uint64_t i = 1; i <= n; ++i)
      yield(i);
  };
}

[[gnu::noinline]] Numbers through(uint64_t depth, uint64_t n) {
  if (depth == 0)
    return count_to(n);
  return [=](Yield &yield) { yield(weft::elements_of(through(depth - 1, n))); };
}

// In order, the numbers of a complete tree whose root is `node` of `height` levels: a generator for each node.
[[gnu::noinline]] Numbers tree_of(uint64_t node, uint64_t height) {
  return [=](Yield &yield) {
    if (height > 1)
      yield(weft::elements_of(tree_of(node * 2, height - 1)));
    yield(node);
    if (height > 1)
      yield(weft::elements_of(tree_of(node * 2 + 1, height - 1)));
  };
}

bench::Result consume(Numbers numbers, uint64_t ops) {
  uint64_t sum = 0, start = bench::now();
  for (uint64_t n : numbers)
    sum += n;
  return {ops, bench::now() - start, sum};
}

} // namespace

namespace bench {

Result generator(uint64_t, uint64_t ops) { return consume(count_to(ops), ops); }
Result elements(uint64_t depth, uint64_t ops) { return consume(through(depth, ops), ops); }

Result generator_tree(uint64_t height, uint64_t ops) {
  Result all = {0, 0, 0};
  const uint64_t nodes = (uint64_t(1) << height) - 1;
  while (all.ops < ops) {
    Result one = consume(tree_of(1, height), nodes);
    all = {all.ops + nodes, all.figure + one.figure, one.answer};
  }
  return all;
}

} // namespace bench
