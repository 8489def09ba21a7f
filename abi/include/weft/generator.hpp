// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft::generator<T>: a range whose elements a function yields, as C++23's std::generator, but on a stack of its own:
// the body is any callable, and anything that it calls may yield.
//
//     weft::generator<int> numbers(int from, int to) {
//       return [=](auto &yield) {
//         for (int i = from; i < to; ++i)
//           yield(i);
//       };
//     }
//     for (int n : numbers(1, 10)) ...
//
// As there: an input range and a move-only view; the body begins with begin(); generator<T>, generator<T &>,
// generator<const T &>, generator<Ref, Val> give the same references; yield(weft::elements_of(r)) yields all of another
// generator or range; exceptions of the body come out of begin() and ++; a generator that is destroyed
// unfinished unwinds its body, each destructor once.
//
// Other than there: an iterator belongs to the generator object, which may be moved only while no iterator is used any
// more; resuming one that is running or finished is "continuation already consumed" (CONT-01).
//
// A yield goes to its own generator's consumer, whatever else runs in between, because each generator that has begun is a
// tag of its own. elements_of calls a generator that has not begun like a function, on the stack of who yields it, and
// where that fills up on a new one; so an element costs one switch at any depth.
//
// Thread:  any; a generator belongs to one thread at a time and may be handed over (CONT-05).
// Memory:  from begin() on a stack of the class asked for. No heap: a callable that is larger than three pointers, or not
//          trivially copied, moves to the stack at once. std::bad_alloc when there is no stack.
// C++20, any compiler; inline switches by clang with Weft's pass, else calls (markers_or_calls.h).
#pragma once

#include "weft/body.hpp"

#include <concepts>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <new>
#include <ranges>
#include <type_traits>
#include <utility>

namespace weft {

template <class Ref, class Val = void> class generator;
template <class Ref, class Val = void> class yielder;

/// yield(elements_of(r)) yields each element of \p r: a generator of the same references, which is moved from
/// unless it is an lvalue, or any range whose references convert.
template <class R> struct elements_of {
  R range;
  explicit elements_of(R &&range) : range(std::forward<R>(range)) {}
};
template <class R> elements_of(R &&) -> elements_of<R &&>;

namespace generating {

template <class Ref, class Val>
using reference = std::conditional_t<std::is_void_v<Val>, Ref &&, Ref>;

template <class Ref, class Val>
using yielded = std::conditional_t<std::is_reference_v<reference<Ref, Val>>, reference<Ref, Val>,
                                   const reference<Ref, Val> &>;

template <class R> inline constexpr bool is_generator = false;
template <class Ref, class Val> inline constexpr bool is_generator<generator<Ref, Val>> = true;

// Elements that nobody can tell from a copy, and that fit a register, travel in one.
template <class Y>
inline constexpr bool by_value =
    std::is_rvalue_reference_v<Y> && std::is_trivially_copyable_v<std::remove_reference_t<Y>> &&
    sizeof(std::remove_reference_t<Y>) <= sizeof(uint64_t) && alignof(std::remove_reference_t<Y>) <= alignof(uint64_t) &&
    !std::is_volatile_v<std::remove_reference_t<Y>>;

template <class Y, class U>
concept yields = std::convertible_to<U, Y>;

template <class> inline constexpr bool never = false;

} // namespace generating

/// What a body yields by. It lives as long as the body; refer to it, do not copy it.
template <class Ref, class Val> class yielder {
  using yielded = generating::yielded<Ref, Val>;
  using object = std::remove_reference_t<yielded>;
  static constexpr bool gives_away = std::is_rvalue_reference_v<yielded>;

public:
  yielder(const yielder &) = delete;
  yielder &operator=(const yielder &) = delete;

  /// Suspends the body; returns when the consumer asks for the next element.
  void operator()(yielded value) { send(std::addressof(value)); }

  /// A copy, where consumers may move from what they get.
  void operator()(const object &value)
    requires gives_away && std::copy_constructible<std::remove_cv_t<object>>
  {
    std::remove_cv_t<object> copy(value);
    send(std::addressof(copy));
  }

  template <class R> void operator()(elements_of<R> all) {
    using range = std::remove_cvref_t<R>;
    if constexpr (generating::is_generator<range>) {
      static_assert(std::is_same_v<typename range::yielded, yielded>,
                    "weft::elements_of: a generator whose references are others than this one's; loop over it instead");
      all.range.all_for(*this);
    } else {
      static_assert(std::ranges::input_range<R>,
                    "weft::elements_of: neither a weft::generator nor an input range");
      for (auto &&element : all.range)
        (*this)(static_cast<decltype(element)>(element));
    }
  }

  template <class U>
    requires(!generating::yields<U, yielded> && !std::convertible_to<U, const object &>)
  void operator()(U &&) {
    static_assert(generating::never<U>,
                  "weft::generator<T>: what this body yields does not convert to T's reference");
  }

private:
  friend generator<Ref, Val>;
  explicit yielder(const weft_tag *to) : yielder(to, static_cast<char *>(__builtin_frame_address(0))) {}
  yielder(const weft_tag *to, char *base) : to_(to), base_(base) {}

  void send(object *value) {
    weft_payload io;
    if constexpr (generating::by_value<yielded>) {
      io.i[0] = 0;
      std::memcpy(&io.i[0], value, sizeof(object));
    } else {
      io.i[0] = reinterpret_cast<uint64_t>(value);
    }
    weft_either_suspend(to_, &io, nullptr);
  }

  // Half of the smallest class, which WEFT_STACK may say, is left to what bodies call.
  bool has_room() const {
    return base_ - static_cast<char *>(__builtin_frame_address(0)) < 6 << 10;
  }

  const weft_tag *to_; // whose consumer gets the elements
  char *base_;         // about where the stack began
};

template <class Ref, class Val>
class [[nodiscard]] generator : public std::ranges::view_interface<generator<Ref, Val>> {
public:
  using value = std::conditional_t<std::is_void_v<Val>, std::remove_cvref_t<Ref>, Val>;
  using reference = generating::reference<Ref, Val>;
  using yielded = generating::yielded<Ref, Val>;
  using yielder = weft::yielder<Ref, Val>;

  static_assert(std::is_same_v<std::remove_cvref_t<value>, value> && std::is_object_v<value>,
                "weft::generator<T>: T has to be an object type or a reference to one");
  static_assert(std::is_reference_v<reference> || std::copy_constructible<reference>,
                "weft::generator<Ref, Val>: a Ref that is no reference has to be copyable");

  class iterator;

private:
  using object = std::remove_reference_t<yielded>;

public:
  /// \p body is called with a `weft::generator<..>::yielder &`, on a stack of the size class, when begin() is.
  template <class Body>
    requires(!generating::is_generator<std::remove_cvref_t<Body>>)
  generator(Body &&body, uint32_t stack = WEFT_STACK_DEFAULT) {
    using callable = std::decay_t<Body>;
    static_assert(std::invocable<callable &, yielder &>,
                  "weft::generator<T>: the body has to be callable with a weft::yielder<T> &, as [](auto &yield) { .. }");
    if constexpr (fits<callable>) {
      callable copy(std::forward<Body>(body));
      std::memcpy(state_.fresh.body, std::addressof(copy), sizeof(callable));
      of_ = &about<callable>;
      state_.fresh.stack = stack;
    } else {
      take(bodies::make<run<callable>>(std::forward<Body>(body), stack));
    }
  }

  generator(generator &&from) noexcept
      : k_(std::exchange(from.k_, 0)), of_(std::exchange(from.of_, nullptr)), begun_(from.begun_), state_(from.state_) {}
  generator &operator=(generator from) noexcept {
    std::swap(k_, from.k_);
    std::swap(of_, from.of_);
    std::swap(begun_, from.begun_);
    std::swap(state_, from.state_);
    return *this;
  }
  ~generator() {
    if (k_)
      drop();
  }

  /// Runs the body to its first element, or to the next when it has begun.
  [[gnu::always_inline]] iterator begin() {
    uint64_t element = begin_body();
    return iterator(*this, element); // known to nobody else, so it can be in registers
  }
  std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

  /// Only the end compares equal to the sentinel. `*it` may be asked for again and again.
  class iterator {
  public:
    using value_type = generator::value;
    using difference_type = std::ptrdiff_t;

    iterator(iterator &&) = default;
    iterator &operator=(iterator &&) = default;

    friend bool operator==(const iterator &it, std::default_sentinel_t) { return !it.k_; }
    reference operator*() const {
      if constexpr (generating::by_value<yielded>)
        return static_cast<reference>(*std::launder(reinterpret_cast<object *>(element_)));
      else
        return static_cast<reference>(*address());
    }
    iterator &operator++() {
      bodies::forget_on_exception guard{of_->k_};
      weft_payload io;
      weft_cont next;
      weft_either_resume(k_, &of_->state_.on, nullptr, &io, &next);
      guard.came_back = true;
      of_->k_ = k_ = next;
      std::memcpy(element_, &io.i[0], sizeof element_);
      return *this;
    }
    void operator++(int) { ++*this; }

  private:
    friend generator;
    iterator(generator &of, uint64_t element) : of_(&of), k_(of.k_) {
      std::memcpy(element_, &element, sizeof element_);
    }
    object *address() const {
      object *at;
      std::memcpy(&at, element_, sizeof at);
      return at;
    }

    generator *of_;
    weft_cont k_; // as in *of_, but in a register where the loop is seen; 0 at the end
    alignas(uint64_t) mutable unsigned char element_[sizeof(uint64_t)]; // it, or where it is on the body's stack
  };

private:
  friend weft::yielder<Ref, Val>;

  // A callable that is kept here until it runs.
  static constexpr size_t kRoom = 3 * sizeof(uint64_t);
  template <class F>
  static constexpr bool fits = sizeof(F) <= kRoom && alignof(F) <= alignof(uint64_t) &&
                               std::is_trivially_copyable_v<F> && std::is_trivially_destructible_v<F>;
  struct type_of_body {
    void (*call)(const void *body, yielder &yield);
    weft_cont (*make)(uint32_t stack);
  };
  // A copy runs: the generator may move meanwhile.
  template <class F> static void call(const void *body, yielder &yield) {
    alignas(F) unsigned char bytes[sizeof(F)];
    std::memcpy(bytes, body, sizeof(F));
    (*std::launder(reinterpret_cast<F *>(bytes)))(yield);
  }
  // The first resume brings the tag and the callable.
  template <class F> static void start(void *, weft_payload *first) {
    yielder yield(reinterpret_cast<const weft_tag *>(first->i[0]));
    call<F>(&first->i[1], yield);
    *first = {}; // else all of it is kept for the end, where nobody looks at it
  }
  template <class F> static weft_cont make(uint32_t stack) {
    return weft_either_cont_new(start<F>, nullptr, stack);
  }
  template <class F> static constexpr type_of_body about = {call<F>, make<F>};

  // Any other, which is on its stack already.
  template <class F> struct run {
    using callable = F;
    static void call(callable &body, weft_payload *first) {
      yielder yield(reinterpret_cast<const weft_tag *>(first->i[0]));
      body(yield);
      *first = {};
    }
  };

  void take(weft_cont k) {
    k_ = k;
    state_.on = {1, 0, {{bodies::tag_of(k), WEFT_ON_SUSPEND, 0}}};
  }

  // Has a continuation, and in `first` what its first resume brings beside the tag.
  void begin_by(weft_payload &first) {
    std::memset(&first.i[1], 0, kRoom);
    if (of_) {
      std::memcpy(&first.i[1], state_.fresh.body, kRoom);
      weft_cont k = bodies::made(of_->make(state_.fresh.stack));
      of_ = nullptr;
      take(k);
    }
    begun_ = true;
  }

  // Runs the body for the first time, mostly; the element as an iterator has it.
  uint64_t begin_body() {
    weft_payload io;
    begin_by(io);
    io.i[0] = reinterpret_cast<uint64_t>(state_.on.entry[0].tag);
    bodies::forget_on_exception guard{k_};
    weft_either_resume(k_, &state_.on, &io, &io, &k_);
    guard.came_back = true;
    return io.i[0];
  }

  // All elements, to the consumer of another one's.
  void all_for(yielder &outer) {
    if (begun_) { // its yields go to its own consumer: to us
      for (auto &&element : *this)
        outer(static_cast<decltype(element)>(element));
      return;
    }
    if (of_ && state_.fresh.stack == WEFT_STACK_DEFAULT && outer.has_room()) {
      begun_ = true;
      yielder yield(outer.to_, outer.base_);
      std::exchange(of_, nullptr)->call(state_.fresh.body, yield);
    } else {
      run_for(outer.to_);
    }
  }

  [[gnu::noinline]] void run_for(const weft_tag *to) {
    weft_payload first;
    begin_by(first);
    first.i[0] = reinterpret_cast<uint64_t>(to);
    weft_either_resume(std::exchange(k_, 0), nullptr, &first, nullptr, nullptr);
  }

  [[gnu::cold, gnu::noinline]] void drop() { weft_rt_cont_drop(std::exchange(k_, 0)); }

  weft_cont k_ = 0;                  // 0: not made yet, running, or at its end
  const type_of_body *of_ = nullptr; // while the callable is kept here
  bool begun_ = false;
  union {
    struct {
      uint32_t stack;
      unsigned char body[kRoom];
    } fresh;          // without a continuation
    weft_handlers on; // with one; constant while a resume is under way, which is enough (CONT-06)
  } state_;
};

} // namespace weft
