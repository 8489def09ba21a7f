// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// resume.throw raises at the suspension point: of a loop, a chain, what was switched away, what never began.
#include "cont.h"
#include "dies.h"
#include "weft/exceptions.h"

#include <catch2/catch.hpp>
#include <pthread.h>
#include <stdexcept>
#include <string>
#include <unwind.h>

using Catch::Contains;

namespace {

const weft_tag tick = {"tick", "->"};
const weft_tag hop = {"hop", "->i64"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
const weft_handlers on_hop = {1, 0, {{&hop, WEFT_ON_SWITCH, 0}}};
std::string trail;

struct Note {
  const char *name;
  ~Note() { trail += name; }
};

void suspend() { weft_rt_suspend(&tick, nullptr, nullptr); }
weft_cont make(weft_body body, void *env = nullptr) { return weft_rt_cont_new_mem(body, env, 0); }

template <class E> uint32_t throw_into(weft_cont &k, E value, weft_payload *out = nullptr) {
  return weft_rt_resume_throw(k, &on_tick, weft::thrown(std::move(value)), out, &k);
}

// Another language's exceptions.
constexpr _Unwind_Exception_Class kForeign = 0x464f524549474e00; // "FOREIGN\0"
int foreign_deleted;
_Unwind_Exception foreign() {
  _Unwind_Exception e = {};
  e.exception_class = kForeign;
  e.exception_cleanup = [](_Unwind_Reason_Code, _Unwind_Exception *) { ++foreign_deleted; };
  return e;
}

} // namespace

TEST_CASE("it is caught at the suspension point, and the continuation goes on") {
  trail.clear();
  weft_cont k = make([](void *, weft_payload *io) {
    Note all{"z"};
    for (int i = 0; i < 3; ++i)
      try {
        Note n{"n"};
        suspend();
      } catch (const std::runtime_error &e) {
        trail += e.what();
        CHECK(std::uncaught_exceptions() == 0);
      }
    io->i[0] = 17;
  });
  weft_payload io = {};
  REQUIRE(weft_rt_resume(k, &on_tick, nullptr, nullptr, &k) == 1);
  CHECK(throw_into(k, std::runtime_error("a")) == 1);
  CHECK(weft_rt_resume(k, &on_tick, nullptr, nullptr, &k) == 1);
  CHECK(throw_into(k, std::runtime_error("b"), &io) == 0);
  CHECK(k == 0);
  CHECK(io.i[0] == 17);
  CHECK(trail == "nannbz");
}

TEST_CASE("uncaught there, it comes out of the resume.throw") {
  trail.clear();
  for (int i = 0; i < 100; ++i) {
    weft_cont k = make([](void *, weft_payload *) {
      Note n{"n"};
      suspend();
    });
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    CHECK_THROWS_AS(throw_into(k, 5), int);
    CHECK(std::uncaught_exceptions() == 0);
  }
  CHECK(trail == std::string(100, 'n'));
}

TEST_CASE("a fresh continuation never begins") {
  trail.clear();
  for (int i = 0; i < 100; ++i) {
    weft_cont k = make([](void *, weft_payload *) { trail += "began"; });
    CHECK_THROWS_AS(throw_into(k, 5), int);
  }
  CHECK(trail.empty());
  CHECK(std::uncaught_exceptions() == 0);
}

TEST_CASE("a chain is thrown into at its innermost continuation") {
  trail.clear();
  static weft_body inner = [](void *, weft_payload *) {
    Note n{"i"};
    suspend();
  };
  weft_cont k = make([](void *, weft_payload *) {
    for (;;)
      try {
        Note n{"o"};
        weft_rt_resume(make(inner), &weft_no_handlers, nullptr, nullptr, nullptr);
      } catch (const std::logic_error &e) {
        trail += e.what();
      }
  });
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  CHECK(throw_into(k, std::logic_error("1")) == 1);
  CHECK(throw_into(k, std::logic_error("2")) == 1);
  CHECK_THROWS_AS(throw_into(k, std::runtime_error("3")), std::runtime_error);
  CHECK(trail == "io1io2io");
}

TEST_CASE("a continuation that was switched away is thrown into at its switch") {
  trail.clear();
  static weft_cont left;
  weft_cont k = make([](void *, weft_payload *) {
    weft_cont other = make([](void *, weft_payload *io) { left = io->i[0]; });
    try {
      Note n{"n"};
      weft_rt_switch(other, &hop, nullptr, 0, nullptr);
    } catch (const std::runtime_error &e) {
      trail += e.what();
    }
  });
  CHECK(weft_rt_resume(k, &on_hop, nullptr, nullptr, nullptr) == 0);
  CHECK(throw_into(left, std::runtime_error("s")) == 0);
  CHECK(trail == "ns");
}

TEST_CASE("an exception_ptr keeps its object: what is being handled here is handled there") {
  const void *seen = nullptr;
  weft_cont k = make(
      [](void *seen, weft_payload *) {
        try {
          suspend();
        } catch (const std::runtime_error &e) {
          *static_cast<const void **>(seen) = &e;
          suspend();
          CHECK(e.what() == std::string("one object"));
        }
      },
      &seen);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  try {
    throw std::runtime_error("one object");
  } catch (const std::runtime_error &e) {
    CHECK(throw_into(k, std::current_exception()) == 1);
    CHECK(seen == &e);
  }
  CHECK(weft_rt_resume(k, &on_tick, nullptr, nullptr, &k) == 0);
}

TEST_CASE("what was bound is nobody's: neither of a suspended one nor of a fresh one") {
  trail.clear();
  weft_body body = [](void *, weft_payload *) {
    Note n{"n"};
    suspend();
  };
  weft_payload values = {{1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6}};
  weft_cont k = weft_rt_cont_bind(make(body), &values, 6, 6);
  CHECK_THROWS_AS(throw_into(k, 1), int);
  CHECK(trail.empty());
  k = make(body);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  k = weft_rt_cont_bind(k, &values, 6, 6);
  CHECK_THROWS_AS(throw_into(k, 1), int);
  CHECK(trail == "n");
}

TEST_CASE("a foreign exception runs C++'s clean-ups and is nobody's to name") {
  trail.clear();
  foreign_deleted = 0;
  weft_body body = [](void *swallow, weft_payload *) {
    try {
      Note n{"n"};
      suspend();
    } catch (const std::exception &) {
      trail += "wrong";
    } catch (...) {
      trail += "c";
      CHECK(std::uncaught_exceptions() == 0);
      if (!swallow)
        throw;
    }
  };
  _Unwind_Exception e = foreign();
  weft_cont k = make(body, &e);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  CHECK(weft_rt_resume_throw(k, &on_tick, &e, nullptr, &k) == 0);
  CHECK(trail == "nc");
  CHECK(foreign_deleted == 1);
  k = make(body, nullptr);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  bool came = false;
  e = foreign();
  try {
    weft_rt_resume_throw(k, &on_tick, &e, nullptr, &k);
  } catch (...) {
    came = true;
  }
  CHECK(came);
  CHECK(foreign_deleted == 2);
  CHECK(trail == "ncnc");
  CHECK(std::uncaught_exceptions() == 0);
}

TEST_CASE("a thread that ends in a continuation runs the clean-ups of both") {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  WARN("skipped: TSan's pthread_exit only knows the thread's own stack");
  return;
#endif
#endif
  trail.clear();
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void *) -> void * {
        Note outer{"o"};
        weft_rt_resume(make([](void *, weft_payload *) {
                         Note inner{"i"};
                         pthread_exit(&trail);
                       }),
                       &on_tick, nullptr, nullptr, nullptr);
        return nullptr;
      },
      nullptr);
  void *result = nullptr;
  pthread_join(thread, &result);
  CHECK(result == &trail);
  CHECK(trail == "io");
}

TEST_CASE("a consumed handle is CONT-01, with the exception still the thrower's") {
  Death d = dies([] {
    weft_cont k = make([](void *, weft_payload *) { suspend(); });
    weft_cont old = k;
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    throw_into(old, 1);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("CONT-01"));
}

TEST_CASE("noexcept between the suspension point and the handler terminates") {
  Death d = dies([] {
    weft_cont k = make([](void *, weft_payload *) { []() noexcept { suspend(); }(); });
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    try {
      throw_into(k, std::runtime_error("thrown in"));
    } catch (...) {
      _exit(7);
    }
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("terminate called") && Contains("thrown in"));
}

TEST_CASE("what is thrown in and nobody catches ends the process: CONT-04 for a foreign one") {
  // Nothing above a root continuation can catch.
  auto at_the_root_of_a_stack = [](void (*body)(void *)) {
    weft_payload io = {};
    weft_cont next;
    weft::resume_block(weft::new_root(body, nullptr, 0), &weft_no_handlers, io, &io, &next);
  };
  Death cxx = dies([&] {
    std::set_terminate([] {
      std::fputs(std::current_exception() ? "handled" : "no exception", stderr);
      abort();
    });
    at_the_root_of_a_stack([](void *) {
      weft_cont k = make([](void *, weft_payload *) { suspend(); });
      weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
      throw_into(k, 1);
    });
  });
  CHECK(cxx.signal == SIGABRT);
  CHECK_THAT(cxx.text, Contains("handled"));
  Death other = dies([&] {
    at_the_root_of_a_stack([](void *) {
      weft_cont k = make([](void *, weft_payload *) { suspend(); });
      weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
      _Unwind_Exception e = foreign();
      weft_rt_resume_throw(k, &on_tick, &e, nullptr, nullptr);
    });
  });
  CHECK(other.signal == SIGABRT);
  CHECK_THAT(other.text, Contains("CONT-04"));
}

TEST_CASE("a raise that returns, and no exception at all, break CONT-12") {
  Death returns = dies([] {
    weft_cont k = make([](void *, weft_payload *) { suspend(); });
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    weft_raise raise = {WEFT_RAISE_CLASS, [](void *) {}, nullptr};
    weft_rt_resume_throw(k, &on_tick, &raise, nullptr, nullptr);
  });
  CHECK(returns.signal == SIGABRT);
  CHECK_THAT(returns.text, Contains("CONT-12"));
  Death none = dies([] {
    weft_cont k = make([](void *, weft_payload *) { suspend(); });
    weft_rt_resume_throw(k, &on_tick, nullptr, nullptr, nullptr);
  });
  CHECK(none.signal == SIGABRT);
  CHECK_THAT(none.text, Contains("CONT-12"));
  Death empty = dies([] {
    weft_cont k = make([](void *, weft_payload *) { suspend(); });
    throw_into(k, std::exception_ptr());
  });
  CHECK(empty.signal == SIGABRT);
  CHECK_THAT(empty.text, Contains("CONT-12"));
}
