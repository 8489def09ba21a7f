// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Typed one-shot continuations for C++20: what a body asks for by a tag, whoever resumed it answers.
//
//     inline constexpr weft::tag<int(std::string)> ask("ask");      // a string goes out, an int comes back
//
//     weft::continuation<int(int)> k([](int x) { return x + weft::suspend(ask, "how many?"); });
//     auto out = k.resume<ask>(40);                                 // runs until it returns, or suspends by ask
//     while (!out.returned()) {
//       std::puts(out.payload<ask>().c_str());
//       out = out.next<ask>().resume<ask>(2);
//     }
//     out.result();                                                 // 42
//
// A resume consumes its continuation; the outcome has the next one, whose argument is the tag's answer. Suspending by a tag
// that a resume does not list goes on to the next resumer outwards; with none, it is CONT-02. A continuation, or an outcome,
// that is destroyed suspended is unwound, each destructor once. Using one that was consumed is CONT-01.
// Exceptions of the body come out of the resume; throw_into raises one where the body is suspended.
//
// Values: integers, enumerations, pointers and what is copied trivially in eight bytes travel in registers, float and
// double likewise; references and all else by address, since the sender's stack lives while it is suspended. Up to
// six of each kind at a time (CONT-08). payload() of such an object is a reference to the sender's, valid until it is resumed;
// an argument or an answer is moved to the receiver.
//
// Thread:  any; a continuation belongs to one thread at a time and may be handed over (CONT-05).
// Memory:  a stack of the class asked for, no heap. std::bad_alloc when there is none.
// Any C++20 compiler; inline switches by clang with Weft's pass, else calls (markers_or_calls.h).
#pragma once

#include "weft/body.hpp"
#include "weft/exceptions.h"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace weft {

namespace wire {

template <class T>
inline constexpr bool floating = std::is_same_v<T, float> || std::is_same_v<T, double>;
template <class T>
inline constexpr bool in_register = std::is_object_v<T> && !floating<T> && std::is_trivially_copyable_v<T> &&
                                    sizeof(std::conditional_t<std::is_object_v<T>, T, char>) <= sizeof(uint64_t);

template <class... Ts> inline constexpr size_t floats = (size_t(0) + ... + floating<Ts>);
template <class... Ts> inline constexpr size_t ints = sizeof...(Ts) - floats<Ts...>;
template <class... Ts>
inline constexpr bool fits = ints<Ts...> <= WEFT_PAYLOAD_INTS && floats<Ts...> <= WEFT_PAYLOAD_FLOATS;

template <class T> inline constexpr bool travels = std::is_void_v<T> || std::is_reference_v<T> || std::is_object_v<T>;

// Where the next value of each kind is.
struct place {
  size_t i = 0, f = 0;
};

template <class T> void put(weft_payload &io, place &at, std::remove_reference_t<T> &value) {
  if constexpr (floating<T>) {
    io.f[at.f++] = value;
  } else if constexpr (in_register<T>) {
    uint64_t word = 0;
    std::memcpy(&word, std::addressof(value), sizeof(T));
    io.i[at.i++] = word;
  } else {
    io.i[at.i++] = reinterpret_cast<uint64_t>(std::addressof(value));
  }
}

// What the receiver sees: the value, or the sender's object.
template <class T>
using seen = std::conditional_t<floating<T> || in_register<T>, T, std::add_lvalue_reference_t<T>>;

template <class T> seen<T> get(const weft_payload &io, place &at) {
  if constexpr (floating<T>) {
    return static_cast<T>(io.f[at.f++]);
  } else if constexpr (in_register<T>) {
    alignas(T) unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, &io.i[at.i++], sizeof(T));
    return *std::launder(reinterpret_cast<T *>(bytes));
  } else {
    return *reinterpret_cast<std::remove_reference_t<T> *>(io.i[at.i++]);
  }
}

// To keep.
template <class T> T take(const weft_payload &io, place &at) {
  if constexpr (!std::is_void_v<T>)
    return static_cast<T &&>(get<T>(io, at));
}

template <class T> constexpr std::string_view word() {
  return floating<T> ? "double" : in_register<T> ? "i64" : "ptr";
}
// "i64,ptr->double", as weft_tag wants it.
template <class Answer, class... Payload> struct signature {
  static constexpr auto make() {
    std::array<char, 7 * (sizeof...(Payload) + 1) + 3> text{};
    size_t at = 0;
    auto add = [&](std::string_view s) {
      for (char c : s)
        text[at++] = c;
    };
    [[maybe_unused]] bool first = true;
    ((add(first ? "" : ","), first = false, add(word<Payload>())), ...);
    add("->");
    if constexpr (!std::is_void_v<Answer>)
      add(word<Answer>());
    return text;
  }
  static constexpr auto text = make();
};

} // namespace wire

template <class> struct tag {
  static_assert(sizeof(tag) == 0, "weft::tag takes a function type: weft::tag<Answer(Payload...)>");
};

/// What a body can suspend by: an effect, with what it sends and what it is answered. The object's address is its
/// identity, so define it once: `inline constexpr` in a header, `static constexpr` or `constexpr` in a source.
template <class Answer, class... Payload> struct tag<Answer(Payload...)> : weft_tag {
  static_assert((wire::travels<Payload> && ...) && wire::travels<Answer>,
                "weft::tag<Answer(Payload...)>: of objects and references only");
  static_assert(wire::fits<Payload...>, "weft::tag<Answer(Payload...)>: at most six integers, pointers and objects and "
                                        "six floats travel (CONT-08); pass a reference to a struct");
  using answer = Answer;
  constexpr explicit tag(const char *name) : weft_tag{name, wire::signature<Answer, Payload...>::text.data()} {}
  tag(const tag &) = delete;
};

/// Suspends the running continuation by the tag; returns the answer it is resumed with.
template <class Answer, class... Payload>
Answer suspend(const tag<Answer(Payload...)> &by, std::type_identity_t<Payload>... payload) {
  weft_payload io;
  [[maybe_unused]] wire::place at;
  (wire::put<Payload>(io, at, payload), ...);
  if constexpr (std::is_void_v<Answer>) {
    weft_either_suspend(&by, sizeof...(Payload) ? &io : nullptr, nullptr);
  } else {
    weft_either_suspend(&by, sizeof...(Payload) ? &io : nullptr, &io);
    wire::place back;
    return wire::take<Answer>(io, back);
  }
}

template <class Signature> class continuation;
template <class R, auto &...Tags> class outcome;

namespace resuming {

template <class> inline constexpr bool is_tag = false;
template <class Signature> inline constexpr bool is_tag<tag<Signature>> = true;

// A result that is no register's is handed over by a last suspension, so that it need not be anywhere else.
inline const weft_tag finished = {"weft.result", "ptr->"};
template <class R>
inline constexpr bool by_suspension = std::is_object_v<R> && !wire::floating<R> && !wire::in_register<R>;

template <size_t N> struct table {
  uint32_t count, flags;
  weft_handler entry[N];
};
template <bool Finished, auto &...Tags>
inline constexpr table<sizeof...(Tags) + 1> on = {
    sizeof...(Tags) + (Finished ? 1 : 0),
    0,
    {{static_cast<const weft_tag *>(&Tags), WEFT_ON_SUSPEND, 0}..., {Finished ? &finished : nullptr, WEFT_ON_SUSPEND, 0}}};

template <class R, class Answer> struct waits {
  using type = continuation<R(Answer)>;
};
template <class R> struct waits<R, void> {
  using type = continuation<R()>;
};

template <class Tag> struct answer_of;
template <class Answer, class... Payload> struct answer_of<tag<Answer(Payload...)>> {
  template <class R> using next = typename waits<R, Answer>::type;
  static auto payload(const weft_payload &io) {
    wire::place at;
    return std::tuple<wire::seen<Payload>...>{wire::get<Payload>(io, at)...};
  }
  static decltype(auto) only(const weft_payload &io) {
    wire::place at;
    return wire::get<Payload...>(io, at);
  }
  static constexpr size_t count = sizeof...(Payload);
};

} // namespace resuming

template <class Signature> class continuation {
  static_assert(sizeof(Signature) == 0, "weft::continuation takes a function type: weft::continuation<R(A...)>");
};

/// A suspended computation that waits for A... and will return R. Owns it; moves only.
template <class R, class... A> class [[nodiscard]] continuation<R(A...)> {
  static_assert((wire::travels<A> && ...) && wire::travels<R>,
                "weft::continuation<R(A...)>: of objects and references only");
  static_assert(wire::fits<A...>, "weft::continuation<R(A...)>: at most six integers, pointers and objects and six "
                                  "floats travel (CONT-08); pass a reference to a struct");

public:
  /// Will run body(A...) on a stack of the size class.
  template <class Body>
    requires(!std::same_as<std::remove_cvref_t<Body>, continuation>)
  explicit continuation(Body &&body, uint32_t stack = WEFT_STACK_DEFAULT)
      : k_(bodies::make<run<std::decay_t<Body>>>(std::forward<Body>(body), stack)) {
    static_assert(std::is_invocable_r_v<R, std::decay_t<Body> &, A...>,
                  "weft::continuation<R(A...)>: the body has to be callable with A... and to return R");
  }
  continuation(continuation &&from) noexcept : k_(std::exchange(from.k_, 0)) {}
  continuation &operator=(continuation from) noexcept {
    std::swap(k_, from.k_);
    return *this;
  }
  ~continuation() { drop(); }

  /// Whether there is something to resume.
  explicit operator bool() const noexcept { return k_ != 0; }
  /// The handle for C; it is the caller's from now on.
  [[nodiscard]] weft_cont release() noexcept { return std::exchange(k_, 0); }
  /// Takes a handle that waits for A... and will return R by the same rules.
  static continuation adopt(weft_cont k) noexcept { return continuation(k, 0); }

  /// Unwinds it now.
  void drop() {
    if (k_)
      weft_rt_cont_drop(std::exchange(k_, 0));
  }

  /// Runs it until it returns, or suspends by one of the tags.
  template <auto &...Tags> outcome<R, Tags...> resume(A... arguments) {
    weft_payload io;
    [[maybe_unused]] wire::place at;
    (wire::put<A>(io, at, arguments), ...);
    weft_cont next, k = std::exchange(k_, 0);
    uint32_t which = weft_either_resume(k, table<Tags...>(), sizeof...(A) ? &io : nullptr, &io, &next);
    return outcome<R, Tags...>(which, next, io);
  }

  /// The same, but \p exception, a value or an exception_ptr, is raised where it is suspended. What is not caught comes
  /// out; a fresh one never begins.
  template <auto &...Tags, class E> outcome<R, Tags...> throw_into(E &&exception) {
    weft_payload io;
    weft_cont next, k = std::exchange(k_, 0);
    uint32_t which = weft_rt_resume_throw(k, table<Tags...>(), thrown(std::forward<E>(exception)), &io, &next);
    return outcome<R, Tags...>(which, next, io);
  }

private:
  template <class, auto &...> friend class outcome;
  continuation(weft_cont k, int) : k_(k) {}

  template <auto &...Tags> static const weft_handlers *table() {
    static_assert((resuming::is_tag<std::remove_cvref_t<decltype(Tags)>> && ...),
                  "weft::continuation::resume<tags...>: objects of weft::tag only");
    return reinterpret_cast<const weft_handlers *>(&resuming::on<resuming::by_suspension<R>, Tags...>);
  }

  template <class Body> struct run {
    using callable = Body;
    static void call(callable &body, weft_payload *io) {
      [[maybe_unused]] wire::place at;
      // In braces, for their order.
      std::tuple<A...> arguments{wire::take<A>(*io, at)...};
      if constexpr (std::is_void_v<R>) {
        std::apply(body, std::move(arguments));
      } else {
        R result = std::apply(body, std::move(arguments));
        wire::place back;
        wire::put<R>(*io, back, result);
        if constexpr (resuming::by_suspension<R>)
          weft_either_suspend(&resuming::finished, io, nullptr);
      }
    }
  };

  weft_cont k_;
};

/// How a resume ended: returned, or suspended by one of the tags. Owns what is suspended.
template <class R, auto &...Tags> class [[nodiscard]] outcome {
public:
  bool returned() const noexcept { return which_ == 0; }
  /// 0 when it returned, else the tag's number in the list, from 1.
  uint32_t which() const noexcept { return which_; }
  template <auto &Tag> bool by() const noexcept { return which_ == number<Tag>(); }

  /// What it returned. Only after returned(), else std::bad_variant_access; once, where it moves.
  R result() {
    check(returned());
    if constexpr (resuming::by_suspension<R>) {
      return std::move(*result_);
    } else {
      wire::place at;
      return wire::take<R>(io_, at);
    }
  }

  /// What was sent by the tag: the value, or a tuple when there are several. Only after by<Tag>(), else
  /// std::bad_variant_access.
  template <auto &Tag> decltype(auto) payload() const {
    check(by<Tag>());
    using of = resuming::answer_of<std::remove_cvref_t<decltype(Tag)>>;
    if constexpr (of::count == 1)
      return of::only(io_);
    else
      return of::payload(io_);
  }

  /// What waits for the tag's answer; once.
  template <auto &Tag> auto next() {
    check(by<Tag>());
    using Next = typename resuming::answer_of<std::remove_cvref_t<decltype(Tag)>>::template next<R>;
    return Next::adopt(rest_.release());
  }

private:
  template <class> friend class continuation;

  outcome(uint32_t which, weft_cont next, const weft_payload &io) : which_(which), rest_(next, 0), io_(io) {
    if constexpr (resuming::by_suspension<R>) {
      if (which == sizeof...(Tags) + 1) {
        which_ = 0;
        wire::place at;
        result_.emplace(std::move(wire::get<R>(io, at)));
        weft_cont none;
        weft_either_resume(rest_.release(), nullptr, nullptr, nullptr, &none); // to its end
      }
    }
  }

  template <auto &Tag> static constexpr uint32_t number() {
    static_assert((std::is_same_v<constant<Tag>, constant<Tags>> || ...),
                  "weft::outcome: this tag is none of those that the resume listed");
    uint32_t i = 0, found = 0;
    ((++i, std::is_same_v<constant<Tag>, constant<Tags>> ? void(found = i) : void()), ...);
    return found;
  }
  template <auto &Tag> struct constant {};

  static void check(bool holds) {
    if (!holds)
#ifdef __cpp_exceptions
      throw std::bad_variant_access();
#else
      __builtin_trap();
#endif
  }

  struct nothing {};
  uint32_t which_;
  continuation<R()> rest_;
  weft_payload io_;
  [[no_unique_address]] std::conditional_t<resuming::by_suspension<R>, std::optional<R>, nothing> result_{};
};

} // namespace weft
