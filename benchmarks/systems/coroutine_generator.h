// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The peer of weft::generator: a C++20 coroutine that yields references, with recursion as C++23's std::generator does
// it (libstdc++ 12 has none): the root's promise knows the innermost coroutine, which a consumer resumes directly,
// and whose end resumes the one that waits for it.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

namespace bench {

struct CoroutineGenerator {
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  struct promise_type {
    const uint64_t *value = nullptr; // in the root's promise
    promise_type *root = this;
    Handle innermost; // in the root's promise
    Handle outer;     // who waits for this one
    std::exception_ptr thrown;

    CoroutineGenerator get_return_object() {
      innermost = Handle::from_promise(*this);
      return CoroutineGenerator(innermost);
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(Handle ended) noexcept {
        promise_type &p = ended.promise();
        if (!p.outer)
          return std::noop_coroutine();
        p.root->innermost = p.outer;
        return p.outer;
      }
      void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {
      if (!outer)
        throw;
      thrown = std::current_exception();
    }

    std::suspend_always yield_value(const uint64_t &v) noexcept {
      root->value = &v;
      return {};
    }
    struct All {
      Handle inner;
      ~All() { inner.destroy(); }
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(Handle outer) noexcept {
        promise_type &p = inner.promise();
        p.root = outer.promise().root;
        p.outer = outer;
        p.root->innermost = inner;
        return inner;
      }
      void await_resume() {
        if (inner.promise().thrown)
          std::rethrow_exception(std::move(inner.promise().thrown));
      }
    };
    // Stands for co_yield std::ranges::elements_of(inner).
    All yield_value(CoroutineGenerator &&inner) noexcept { return {std::exchange(inner.handle, {})}; }
  };

  explicit CoroutineGenerator(Handle h) : handle(h) {}
  CoroutineGenerator(CoroutineGenerator &&from) noexcept : handle(std::exchange(from.handle, {})) {}
  ~CoroutineGenerator() {
    if (handle)
      handle.destroy();
  }

  // Null at the end.
  const uint64_t *next() {
    handle.promise().innermost.resume();
    return handle.done() ? nullptr : handle.promise().value;
  }

  Handle handle;
};

} // namespace bench
