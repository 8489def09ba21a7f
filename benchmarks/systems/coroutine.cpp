// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// C++20 coroutines: stackless, so what they can't do (suspend from within a callee) is absent here.
// They are made in a function that is not inlined, so that the compiler neither elides the frame
// nor sees which coroutine it resumes.
#include "coroutine_generator.h"
#include "serve.h"
#include <coroutine>
#include <exception>
#include <vector>

namespace {

struct Generator {
  struct promise_type {
    uint64_t in = 0, out = 0;
    Generator get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_value(uint64_t v) { out = v; }
    void unhandled_exception() { std::terminate(); }
    struct Yield {
      promise_type &p;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      uint64_t await_resume() noexcept { return p.in; }
    };
    Yield yield_value(uint64_t v) {
      out = v;
      return {*this};
    }
    // The value of the first resume.
    struct First {};
    Yield await_transform(First) { return {*this}; }
  };
  std::coroutine_handle<promise_type> h;
  uint64_t resume(uint64_t v) {
    h.promise().in = v;
    h.resume();
    return h.promise().out;
  }
};

[[gnu::noinline]] Generator echo() {
  uint64_t x = co_await Generator::promise_type::First{};
  for (;;)
    x = co_yield x + 1;
}
// Starts it up to its first suspension, where it expects a value.
Generator started() {
  Generator g = echo();
  g.h.resume();
  return g;
}

bench::Result loop(uint64_t, uint64_t ops) {
  Generator g = started();
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i)
    sum += g.resume(i);
  uint64_t ns = bench::now() - start;
  g.h.destroy();
  return {ops, ns, sum};
}

[[gnu::noinline]] uint64_t advance(Generator &g, uint64_t i) { return g.resume(i); }

bench::Result driver(uint64_t n, uint64_t ops) {
  std::vector<Generator> all;
  for (uint64_t j = 0; j < n; ++j)
    all.push_back(started());
  uint64_t sum = 0, i = 0, start = bench::now();
  while (i < ops)
    for (uint64_t j = 0; j < n && i < ops; ++j, ++i)
      sum += advance(all[j], i);
  uint64_t ns = bench::now() - start;
  for (Generator &g : all)
    g.h.destroy();
  return {ops, ns, sum};
}

[[gnu::noinline]] Generator once() { co_return co_await Generator::promise_type::First{} + 1; }

bench::Result create(uint64_t, uint64_t ops) {
  uint64_t sum = 0, start = bench::now();
  for (uint64_t i = 0; i < ops; ++i) {
    Generator g = once();
    g.h.resume();
    sum += g.resume(i);
    g.h.destroy();
  }
  return {ops, bench::now() - start, sum};
}

// --- the peers of generators.cpp
using Numbers = bench::CoroutineGenerator;

[[gnu::noinline]] Numbers count_to(uint64_t n) {
  for (uint64_t i = 1; i <= n; ++i)
    co_yield i;
}

[[gnu::noinline]] Numbers through(uint64_t depth, uint64_t n) {
  if (depth == 1)
    co_yield count_to(n);
  else
    co_yield through(depth - 1, n);
}

[[gnu::noinline]] Numbers tree_of(uint64_t node, uint64_t height) {
  if (height > 1)
    co_yield tree_of(node * 2, height - 1);
  co_yield node;
  if (height > 1)
    co_yield tree_of(node * 2 + 1, height - 1);
}

bench::Result consume(Numbers numbers, uint64_t ops) {
  uint64_t sum = 0, start = bench::now();
  while (const uint64_t *n = numbers.next())
    sum += *n;
  return {ops, bench::now() - start, sum};
}

bench::Result generator(uint64_t, uint64_t ops) { return consume(count_to(ops), ops); }
bench::Result elements(uint64_t depth, uint64_t ops) { return consume(through(depth, ops), ops); }

bench::Result generator_tree(uint64_t height, uint64_t ops) {
  bench::Result all = {0, 0, 0};
  const uint64_t nodes = (uint64_t(1) << height) - 1;
  while (all.ops < ops) {
    bench::Result one = consume(tree_of(1, height), nodes);
    all = {all.ops + nodes, all.figure + one.figure, one.answer};
  }
  return all;
}

} // namespace

int main() {
  return bench::serve("coroutine", __VERSION__,
                      {{"loop", loop}, {"driver", driver}, {"create", create}, {"generator", generator}, {"elements", elements}, {"generator-tree", generator_tree}});
}
