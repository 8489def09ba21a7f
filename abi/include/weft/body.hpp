// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// How generator.hpp and continuation.hpp make a continuation that runs a C++ callable. For those headers.
//
// The callable has to be somewhere until it runs, and its type is not that of the object that owns the continuation.
// One that is trivially copied and no larger than a pointer travels in the pointer that every body gets. Any other is
// moved to the continuation's own stack at once, which costs a resume and a suspend, and no heap.
#pragma once

#include "weft/fiber.h"

#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace weft::bodies {

/// A tag that no other continuation has as long as that of \p k lives: an address beside its control block, where
/// only fibers have something. It has no name.
inline const weft_tag *tag_of(weft_cont k) {
  static_assert(sizeof(weft_fiber_place) == sizeof(weft_tag));
  return reinterpret_cast<const weft_tag *>(&weft_fibers[k & WEFT_SLOT_MASK]);
}

inline const weft_tag holds = {"weft.body", "->i64,i64,i64,i64,i64,i64,double,double,double,double,double,double"};
inline const weft_handlers on_holds = {1, 0, {{&holds, WEFT_ON_SUSPEND, 0}}};

template <class F>
inline constexpr bool fits_pointer =
    sizeof(F) <= sizeof(void *) && std::is_trivially_copyable_v<F> && std::is_trivially_destructible_v<F>;

template <class Run> void in_pointer(void *env, weft_payload *io) {
  using F = typename Run::callable;
  alignas(F) unsigned char bytes[sizeof(F)];
  std::memcpy(bytes, &env, sizeof(F));
  Run::call(*std::launder(reinterpret_cast<F *>(bytes)), io);
}

// From is F & or F &&.
template <class Run, class From> void on_stack(void *env, weft_payload *io) {
  using F = typename Run::callable;
  F body(static_cast<From>(*static_cast<std::remove_reference_t<From> *>(env)));
  weft_either_suspend(&holds, io, io);
  Run::call(body, io);
}

/// While a continuation runs its owner keeps the handle that is consumed, so that nothing is stored that the resume
/// does not store anyway. Where an exception comes out instead, this forgets it.
struct forget_on_exception {
  weft_cont &k;
  bool came_back = false;
  ~forget_on_exception() {
    if (!came_back)
      k = 0;
  }
};

inline weft_cont made(weft_cont k) {
  if (__builtin_expect(k == 0, 0)) {
#ifdef __cpp_exceptions
    throw std::bad_alloc();
#else
    __builtin_trap();
#endif
  }
  return k;
}

/// A suspended continuation that will run Run::call(Run::callable &, weft_payload *first). Throws what the
/// callable's constructor throws, and std::bad_alloc.
template <class Run, class Body> weft_cont make(Body &&body, uint32_t stack) {
  using F = typename Run::callable;
  if constexpr (fits_pointer<F>) {
    F copy(std::forward<Body>(body));
    void *env = nullptr;
    std::memcpy(&env, std::addressof(copy), sizeof(F));
    return made(weft_either_cont_new(in_pointer<Run>, env, stack));
  } else {
    auto *env = const_cast<std::remove_cvref_t<Body> *>(std::addressof(body));
    weft_cont k = made(weft_either_cont_new(on_stack<Run, Body &&>, env, stack));
    weft_either_resume(k, &on_holds, nullptr, nullptr, &k);
    return k;
  }
}

} // namespace weft::bodies
