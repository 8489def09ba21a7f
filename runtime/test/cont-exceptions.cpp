// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The C++ exceptions being handled and in flight are the continuation's own, wherever it is resumed from.
#include "cont.h"
#include "dies.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using Catch::Contains;

namespace {

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};

void suspend() { weft_rt_suspend(&tick, nullptr, nullptr); }

weft_cont make(weft_body body, void *env = nullptr) { return weft_rt_cont_new_mem(body, env, 0); }

// True while it has more.
bool run(weft_cont &k) { return weft_rt_resume(k, &on_tick, nullptr, nullptr, &k) != 0; }

[[gnu::noinline]] bool run_from_deeper(weft_cont &k, int depth) {
  volatile char room[64] = {};
  bool more = depth ? run_from_deeper(k, depth - 1) : run(k);
  return more && room[0] == 0;
}

std::string what() {
  if (!std::current_exception())
    return "";
  try {
    throw;
  } catch (const std::exception &e) {
    return e.what();
  }
}

void throws(const char *what) { throw std::runtime_error(what); }

// Stays in catch clauses `depth` deep, pausing in each and after each.
void handles(const std::string &name, int depth) {
  try {
    throw std::runtime_error(name + std::to_string(depth));
  } catch (const std::runtime_error &e) {
    suspend();
    CHECK(what() == name + std::to_string(depth));
    if (depth)
      handles(name, depth - 1);
    suspend();
    CHECK(what() == name + std::to_string(depth));
    CHECK(e.what() == name + std::to_string(depth));
  }
  suspend();
}

void handles_body(void *name, weft_payload *) {
  CHECK(what().empty());
  handles(static_cast<const char *>(name), 2);
  CHECK(what().empty());
  CHECK(std::uncaught_exceptions() == 0);
}

// Pauses while the stack below it is unwound.
struct PausesInUnwinding {
  int *seen;
  ~PausesInUnwinding() noexcept(false) {
    suspend();
    *seen = std::uncaught_exceptions();
  }
};

} // namespace

TEST_CASE("the C++ runtime asks for the continuation's record") {
  CHECK(weft::exceptions_follow_continuations());
}

TEST_CASE("catch clauses of continuations that take turns do not mix") {
  weft_cont k[3] = {make(handles_body, const_cast<char *>("a")), make(handles_body, const_cast<char *>("b")),
                    make(handles_body, const_cast<char *>("c"))};
  bool more[3] = {true, true, true};
  int turn = 0;
  try {
    throw std::runtime_error("resumer");
  } catch (...) {
    while (more[0] || more[1] || more[2]) {
      int i = turn++ % 3;
      if (more[i])
        more[i] = run_from_deeper(k[i], turn % 5);
      CHECK(what() == "resumer");
      CHECK(std::uncaught_exceptions() == 0);
    }
  }
  CHECK(turn > 20);
  CHECK(what().empty());
}

TEST_CASE("a continuation that began in a catch clause does not see it, and may outlive it") {
  weft_cont k = 0;
  std::string seen = "unset";
  try {
    throw std::runtime_error("resumer");
  } catch (...) {
    k = make(
        [](void *seen, weft_payload *) {
          *static_cast<std::string *>(seen) = what();
          suspend();
          try {
            throw std::runtime_error("own");
          } catch (...) {
            suspend();
            *static_cast<std::string *>(seen) = what();
          }
        },
        &seen);
    run(k);
  }
  CHECK(seen.empty());
  run(k);
  try {
    throw std::runtime_error("another");
  } catch (...) {
    CHECK_FALSE(run(k));
    CHECK(what() == "another");
  }
  CHECK(seen == "own");
}

TEST_CASE("what is rethrown after a pause leaves for the resumer of then") {
  weft_cont k = make([](void *, weft_payload *) {
    try {
      throw std::runtime_error("first");
    } catch (...) {
      suspend();
      throw;
    }
  });
  run(k);
  try {
    throw std::logic_error("resumer");
  } catch (...) {
    try {
      run_from_deeper(k, 3);
      FAIL("nothing came");
    } catch (const std::runtime_error &e) {
      CHECK(e.what() == std::string("first"));
      CHECK(std::uncaught_exceptions() == 0);
    }
    CHECK(what() == "resumer");
  }
  CHECK(std::uncaught_exceptions() == 0);
}

TEST_CASE("an exception counts where it is in flight") {
  struct Counts {
    int *at;
    ~Counts() { *at = std::uncaught_exceptions(); }
  };
  int inside = -1, outside = -1;
  try {
    Counts here{&outside};
    weft_rt_resume(make(
                       [](void *inside, weft_payload *) {
                         Counts here{static_cast<int *>(inside)};
                         throw std::runtime_error("out");
                       },
                       &inside),
                   &on_tick, nullptr, nullptr, nullptr);
  } catch (const std::runtime_error &) {
    CHECK(std::uncaught_exceptions() == 0);
  }
  CHECK(inside == 1);
  CHECK(outside == 1);
  // The block is used again.
  int after = -1;
  weft_cont k = make([](void *after, weft_payload *) { *static_cast<int *>(after) = std::uncaught_exceptions(); },
                     &after);
  run(k);
  CHECK(after == 0);
}

TEST_CASE("unwinding may pause, and counts only in its own continuation") {
  int seen = -1, within = -1;
  weft_cont k = make(
      [](void *seen, weft_payload *) {
        try {
          PausesInUnwinding here{static_cast<int *>(seen)};
          throw 1;
        } catch (int) {
        }
      },
      &seen);
  run(k);
  CHECK(std::uncaught_exceptions() == 0);
  struct Resumes {
    weft_cont k;
    int *within;
    ~Resumes() {
      *within = std::uncaught_exceptions();
      run(k);
    }
  };
  try {
    Resumes r{k, &within};
    throw 2;
  } catch (int e) {
    CHECK(e == 2);
  }
  CHECK(seen == 1);
  CHECK(within == 1);
  CHECK(std::uncaught_exceptions() == 0);
}

TEST_CASE("a catch clause goes on in another thread") {
  weft_cont k = make(handles_body, const_cast<char *>("t"));
  for (bool more = true; more;)
    std::thread([&] {
      try {
        throw std::runtime_error("thread");
      } catch (...) {
        more = run(k);
        CHECK(what() == "thread");
      }
    }).join();
}

TEST_CASE("a drop in a catch clause ends its exception, once, and leaves the dropper's alone") {
  static int alive;
  struct Counted {
    Counted() { ++alive; }
    Counted(const Counted &) { ++alive; }
    ~Counted() { --alive; }
  };
  alive = 0;
  weft_cont k = make([](void *, weft_payload *) {
    try {
      throw Counted();
    } catch (const Counted &) {
      suspend();
    }
  });
  run(k);
  CHECK(alive == 1);
  try {
    throw std::runtime_error("dropper");
  } catch (...) {
    weft_rt_cont_drop(k);
    CHECK(alive == 0);
    CHECK(what() == "dropper");
  }
  std::string seen = "unset";
  k = make([](void *seen, weft_payload *) { *static_cast<std::string *>(seen) = what(); }, &seen);
  run(k);
  CHECK(seen.empty());
}

TEST_CASE("an exception crosses a chain, and each level may rethrow it") {
  std::string trail;
  struct Env {
    std::string *trail;
    int depth;
  };
  static weft_body level = [](void *env, weft_payload *) {
    auto *e = static_cast<Env *>(env);
    if (e->depth == 0) {
      suspend();
      throw std::runtime_error("deep");
    }
    Env inner{e->trail, e->depth - 1};
    try {
      weft_rt_resume(make(level, &inner), &weft_no_handlers, nullptr, nullptr, nullptr);
    } catch (const std::runtime_error &) {
      *e->trail += std::to_string(e->depth) + std::to_string(std::uncaught_exceptions()) + " ";
      throw;
    }
  };
  Env env{&trail, 4};
  weft_cont k = make(level, &env);
  run(k);
  CHECK_THROWS_AS(run(k), std::runtime_error);
  CHECK(trail == "10 20 30 40 ");
  CHECK(std::uncaught_exceptions() == 0);
}

TEST_CASE("noexcept holds: in the continuation and in its resumer") {
  Death inside = dies([] {
    weft_cont k = make([](void *, weft_payload *) { []() noexcept { throws("inside"); }(); });
    try {
      run(k);
    } catch (...) {
      _exit(7);
    }
  });
  CHECK(inside.signal == SIGABRT);
  CHECK_THAT(inside.text, Contains("terminate called") && Contains("inside"));
  Death resumer = dies([] {
    weft_cont k = make([](void *, weft_payload *) { throw std::runtime_error("resumer"); });
    try {
      [&]() noexcept { run(k); }();
    } catch (...) {
      _exit(7);
    }
  });
  CHECK(resumer.signal == SIGABRT);
  CHECK_THAT(resumer.text, Contains("terminate called") && Contains("resumer"));
}

TEST_CASE("what runs on the native stack has the thread's exceptions, and may throw back") {
  weft_cont k = make([](void *, weft_payload *) {
    try {
      throw std::runtime_error("continuation");
    } catch (...) {
      weft::call_native([](void *) { CHECK(what() == "thread"); }, nullptr);
      try {
        weft::call_native([](void *) { throw std::logic_error("native"); }, nullptr);
      } catch (const std::logic_error &) {
        CHECK(std::uncaught_exceptions() == 0);
      }
      CHECK(what() == "continuation");
    }
  });
  try {
    throw std::runtime_error("thread");
  } catch (...) {
    run(k);
    CHECK(std::uncaught_exceptions() == 0);
  }
}

// A clean-up of the unwinding suspends; the rest is unwound where the continuation is resumed then.
TEST_CASE("an exception reaches the resumer that the continuation has when it leaves") {
  struct Suspends {
    ~Suspends() noexcept(false) { suspend(); }
  };
  weft_body body = [](void *, weft_payload *) {
    Suspends in_clean_up;
    throw 42;
  };
  SECTION("at another place of the same function") {
    weft_cont k = make(body);
    std::string caught;
    try {
      run(k);
    } catch (int) {
      caught += "first ";
    }
    try {
      run(k);
    } catch (int) {
      caught += "second";
    }
    CHECK(caught == "second");
  }
  SECTION("called from another place of the same function") {
    weft_cont k = make(body);
    std::string caught;
    try {
      run_from_deeper(k, 3);
    } catch (int) {
      caught += "first ";
    }
    try {
      run_from_deeper(k, 3);
    } catch (int) {
      caught += "second";
    }
    CHECK(caught == "second");
  }
  SECTION("where nothing catches it, and where the one that would have is gone") {
    weft_cont k = make(body);
    auto first = [&] {
      try {
        run(k);
      } catch (int) {
        FAIL("caught by whom it left");
      }
    };
    first();
    bool caught = false;
    auto second = [&] { run_from_deeper(k, 5); };
    try {
      second();
    } catch (int) {
      caught = true;
    }
    CHECK(caught);
  }
  SECTION("out of a chain, of which the outer one was resumed again") {
    weft_cont k = make([](void *inner, weft_payload *) {
      static const weft_handlers on_nothing = {0, 0, {{nullptr, ~0u, 0}}};
      weft_rt_resume(make(reinterpret_cast<weft_body>(inner)), &on_nothing, nullptr, nullptr, nullptr);
    }, reinterpret_cast<void *>(body));
    std::string caught;
    try {
      run(k);
    } catch (int) {
      caught += "first ";
    }
    try {
      run(k);
    } catch (int) {
      caught += "second";
    }
    CHECK(caught == "second");
  }
  CHECK(std::uncaught_exceptions() == 0);
  CHECK(!std::current_exception());
}
