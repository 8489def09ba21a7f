// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// weft::group, weft::deadline, weft::shield: group.h as scopes of C++.
//
//     weft::group tasks;
//     tasks.spawn([&] { left = sum(first_half); });
//     tasks.spawn([&] { right = sum(second_half); });
//     tasks.wait(); // both have ended; what one of them threw is thrown here, and the other was cancelled
//
// A group that is left without a wait (by an exception, a return) cancels its tasks and waits for them in its destructor, so they may
// refer to what was declared before it, however the scope ends. What tasks throw is then lost, as another exception may be in flight.
//
// Thread: tasks of one runtime. A scope is ended by the task that began it.
// A task that is given up in a wait is unwound (CONT-03). Where a destructor waits that an exception has called, it cannot be: a
// group that may have tasks that will not end should be waited for, or cancelled, before its scope is left so.
#pragma once

#include "weft/group.h"

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace weft {

class group {
public:
  /// By a task: its destructor waits.
  group() : group_(weft_self() ? weft_group_new(nullptr) : nullptr) {
    if (!weft_self())
      throw std::logic_error("weft::group outside of a task");
    if (!group_)
      throw std::bad_alloc();
  }
  group(const group &) = delete;
  group &operator=(const group &) = delete;
  /// Cancels what is left and waits for it. Throws nothing; but a task may be unwound in it.
  ~group() noexcept(false) {
    weft_group_cancel(group_.get(), WEFT_E_CANCELLED);
    weft_group_wait(group_.get());
  }

  /// A task that runs fn(). It fails by an exception, or where fn returns a weft_status (an int32_t, so any int) by what is not WEFT_OK. Other types are
  /// ignored.
  /// Of a group that has failed WEFT_E_CLOSED, with fn destroyed; else as weft_group_spawn.
  template <class F> weft_status spawn(F &&fn, const weft_spawn_attr *attr = nullptr) {
    using Task = body<std::decay_t<F>>;
    auto task = std::make_unique<Task>(this, std::forward<F>(fn));
    weft_status status = weft_group_spawn(group_.get(), Task::run, task.get(), attr, nullptr);
    if (status == WEFT_OK)
      task.release();
    return status;
  }

  /// As weft_group_cancel.
  weft_status cancel(weft_status error = WEFT_E_CANCELLED) {
    return weft_group_cancel(group_.get(), error);
  }

  /// When all have ended: throws what the first one that failed threw, or answers as weft_group_wait.
  weft_status wait() {
    weft_status status = weft_group_wait(group_.get());
    if (thrown_)
      std::rethrow_exception(std::exchange(thrown_, nullptr));
    return status;
  }

private:
  template <class F> struct body {
    group *of;
    F fn;
    template <class G> body(group *g, G &&f) : of(g), fn(std::forward<G>(f)) {}
    static weft_status run(void *arg) {
      std::unique_ptr<body> self(static_cast<body *>(arg));
      try {
        if constexpr (std::is_same_v<std::invoke_result_t<F &>, weft_status>)
          return self->fn();
        else
          static_cast<void>(self->fn());
      } catch (...) {
        weft_status first = self->of->cancel();
        if (first == WEFT_E_STALE)
          throw; // it is no failure: this task was given up
        if (first == WEFT_OK)
          self->of->thrown_ = std::current_exception();
        return WEFT_E_CANCELLED;
      }
      return WEFT_OK;
    }
  };
  struct free {
    void operator()(weft_group *g) const { weft_group_free(g); }
  };
  std::exception_ptr thrown_; // written by one task, before it ends
  std::unique_ptr<weft_group, free> group_;
};

/// weft_deadline_begin and _end.
class deadline {
public:
  explicit deadline(std::chrono::nanoseconds from_now) : deadline(until, after(from_now)) {}
  /// At a time of weft_now's.
  static constexpr struct until_t {
  } until{};
  deadline(until_t, uint64_t deadline_ns) {
    weft_status status = weft_deadline_begin(&scope_, deadline_ns);
    if (status == WEFT_E_NOMEM)
      throw std::bad_alloc();
    if (status != WEFT_OK)
      throw std::logic_error("weft::deadline outside of a task");
  }
  deadline(const deadline &) = delete;
  deadline &operator=(const deadline &) = delete;
  ~deadline() { weft_deadline_end(&scope_); }
  /// Ends it before its scope does. WEFT_OK, or WEFT_E_TIMEOUT when it passed; once.
  weft_status end() { return weft_deadline_end(&scope_); }

private:
  static uint64_t after(std::chrono::nanoseconds ns) {
    uint64_t now = weft_now(), more = ns.count() > 0 ? static_cast<uint64_t>(ns.count()) : 0;
    return more < WEFT_NEVER - 1 - now ? now + more : WEFT_NEVER - 1;
  }
  weft_scope scope_;
};

/// weft_shield_begin and _end: in a destructor or a catch that has to wait.
class shield {
public:
  shield() {
    if (weft_shield_begin(&scope_) != WEFT_OK)
      throw std::logic_error("weft::shield outside of a task");
  }
  shield(const shield &) = delete;
  shield &operator=(const shield &) = delete;
  ~shield() { weft_shield_end(&scope_); }

private:
  weft_scope scope_;
};

} // namespace weft
