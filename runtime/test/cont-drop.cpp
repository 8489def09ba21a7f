// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A drop runs each clean-up once, innermost first, and leaves nothing behind.
#include "dies.h"
#include "sanitized.h"
#include "weft/lowered.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <sys/mman.h>

using Catch::Contains;

namespace {

const weft_tag tick = {"tick", "->"};
const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
std::string trail;

struct Note {
  const char *name;
  ~Note() { trail += name; }
};

void innermost(void *, weft_payload *) {
  Note a{"c"};
  weft_rt_suspend(&tick, nullptr, nullptr);
  trail += "never";
}

void middle(void *, weft_payload *) {
  Note a{"b"};
  weft_cont k = weft_rt_cont_new_mem(innermost, nullptr, 0);
  weft_rt_resume(k, &weft_no_handlers, nullptr, nullptr, nullptr);
  trail += "never";
}

void outermost(void *, weft_payload *) {
  Note a{"a"};
  {
    Note b{"A"};
    middle(nullptr, nullptr);
  }
}

} // namespace

TEST_CASE("a fresh continuation is just freed") {
  trail.clear();
  weft_rt_cont_drop(weft_rt_cont_new_mem(outermost, nullptr, 0));
  CHECK(trail.empty());
}

TEST_CASE("a suspended chain is unwound from its innermost frame outwards") {
  for (int i = 0; i < 100; ++i) {
    trail.clear();
    weft_cont k = weft_rt_cont_new_mem(outermost, nullptr, 0), next = 0;
    REQUIRE(weft_rt_resume(k, &on_tick, nullptr, nullptr, &next) == 1);
    weft_rt_cont_drop(next);
    CHECK(trail == "cbAa");
  }
}

TEST_CASE("a clean-up may itself run continuations") {
  trail.clear();
  struct Runs {
    ~Runs() {
      weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *) { trail += "x"; }, nullptr, 0);
      weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
    }
  };
  weft_cont k = weft_rt_cont_new_mem(
      [](void *, weft_payload *) {
        Runs r;
        weft_rt_suspend(&tick, nullptr, nullptr);
      },
      nullptr, 0);
  weft_cont next = 0;
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &next);
  weft_rt_cont_drop(next);
  CHECK(trail == "x");
}

TEST_CASE("scope guards take a drop for a failure, in its continuation alone") {
  static int inside, after;
  struct Counts {
    ~Counts() {
      inside = std::uncaught_exceptions();
      // What it runs has nothing in flight.
      weft_cont k = weft_rt_cont_new_mem(
          [](void *, weft_payload *) { after = std::uncaught_exceptions(); }, nullptr, 0);
      weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
    }
  };
  for (int i = 0; i < 3; ++i) {
    inside = after = -1;
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          Counts c;
          weft_cont k = weft_rt_cont_new_mem(
              [](void *, weft_payload *) { weft_rt_suspend(&tick, nullptr, nullptr); }, nullptr, 0);
          weft_rt_resume(k, &weft_no_handlers, nullptr, nullptr, nullptr);
        },
        nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    weft_rt_cont_drop(k);
    CHECK(inside == 1);
    CHECK(after == 0);
    CHECK(std::uncaught_exceptions() == 0);
  }
}

TEST_CASE("a noexcept frame cannot be dropped") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) { []() noexcept { weft_rt_suspend(&tick, nullptr, nullptr); }(); }, nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    weft_rt_cont_drop(k);
  });
  CHECK(d.signal == SIGABRT);
#if defined(__clang__)
  CHECK_THAT(d.text, Contains("terminate called") && Contains("continuation_dropped"));
#else // where gcc compiled the frame, the C++ library does not name the exception
  CHECK_THAT(d.text, Contains("terminate called"));
#endif
}

TEST_CASE("an exception that leaves a continuation reaches its resumer, with the state in order") {
  trail.clear();
  weft_body thrower = [](void *, weft_payload *) {
    Note n{"t"};
    throw 42;
  };
  for (int i = 0; i < 50; ++i) {
    int caught = 0;
    try {
      weft_rt_resume(weft_rt_cont_new_mem(thrower, nullptr, 0), &on_tick, nullptr, nullptr, nullptr);
    } catch (int e) {
      caught = e;
    }
    CHECK(caught == 42);
  }
  CHECK(trail == std::string(50, 't'));
  // The thread's own level is current again: a suspend here has no handler.
  Death d = dies([] { weft_rt_suspend(&tick, nullptr, nullptr); });
  CHECK(d.text.find("in thread") != std::string::npos);
}

#if defined(WEFT_TEST_ASAN)
extern "C" void *__asan_region_is_poisoned(void *begin, size_t size);

// A frame with red zones, on the stack itself because of the asm.
[[gnu::noinline]] static void in_padded_frame(void (*f)()) {
  char local[64];
  asm volatile("" ::"r"(local) : "memory");
  f();
  asm volatile("" ::"r"(local) : "memory");
}
// What is left of frames like that where calls would stand next.
__attribute__((noinline, disable_sanitizer_instrumentation)) static bool marks_left() {
  auto *here = static_cast<char *>(__builtin_frame_address(0));
  return __asan_region_is_poisoned(here - 4096, 4000) != nullptr;
}

TEST_CASE("ASan forgets the resumers' frames that an exception unwinds") {
  bool left = true;
  try {
    in_padded_frame([] {
      weft_cont k = weft_rt_cont_new_mem([](void *, weft_payload *) { throw 42; }, nullptr, 0);
      weft_rt_resume(k, &on_tick, nullptr, nullptr, nullptr);
    });
  } catch (int) {
    left = marks_left();
  }
  CHECK(left == false);
}

TEST_CASE("ASan forgets the frames that a drop unwinds before outer clean-ups run") {
  static bool left;
  left = true;
  weft_body body = [](void *, weft_payload *) {
    struct Looks {
      ~Looks() { left = marks_left(); }
    } looks;
    in_padded_frame([] { weft_rt_suspend(&tick, nullptr, nullptr); });
  };
  weft_cont k = weft_rt_cont_new_mem(body, nullptr, 0);
  weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
  weft_rt_cont_drop(k);
  CHECK(left == false);
}
#endif

TEST_CASE("code that swallows the unwinding of a drop breaks CONT-03") {
  Death d = dies([] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          try {
            weft_rt_suspend(&tick, nullptr, nullptr);
          } catch (...) {
          }
        },
        nullptr, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    weft_rt_cont_drop(k);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("CONT-03"));
}

TEST_CASE("a clean-up that suspends out of its drop breaks CONT-03, also under an outer handler") {
  Death d = dies([] {
    // The dropper runs in a continuation itself, whose resumer would handle the tag.
    weft_cont dropper = weft_rt_cont_new_mem(
        [](void *, weft_payload *) {
          struct Suspends {
            ~Suspends() { weft_rt_suspend(&tick, nullptr, nullptr); }
          };
          weft_cont k = weft_rt_cont_new_mem(
              [](void *, weft_payload *) {
                Suspends s;
                weft_rt_suspend(&tick, nullptr, nullptr);
              },
              nullptr, 0);
          weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
          weft_rt_cont_drop(k);
        },
        nullptr, 0);
    weft_rt_resume(dropper, &on_tick, nullptr, nullptr, &dropper);
    _exit(7); // the suspension got out
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("CONT-03"));
}

TEST_CASE("a clean-up that suspends to a handler of its own dropped chain breaks CONT-03") {
  struct Suspends {
    const weft_tag *tag;
    ~Suspends() { weft_rt_suspend(tag, nullptr, nullptr); }
  };
  static const weft_tag near = {"near", "->"};
  static const weft_handlers on_near = {1, 0, {{&near, WEFT_ON_SUSPEND, 0}}};
  // The clean-up is the innermost's, or that of one between it and the handler.
  for (bool innermost : {true, false}) {
    static bool in_innermost;
    in_innermost = innermost;
    Death d = dies([] {
      weft_body inner = [](void *, weft_payload *) {
        if (in_innermost) {
          Suspends s{&near};
          weft_rt_suspend(&tick, nullptr, nullptr);
        }
        weft_rt_suspend(&tick, nullptr, nullptr);
      };
      weft_body between = [](void *inner, weft_payload *) {
        Suspends s{&near};
        weft_rt_resume(weft_rt_cont_new_mem(reinterpret_cast<weft_body>(inner), nullptr, 0), nullptr, nullptr, nullptr,
                       nullptr);
      };
      weft_body outer = [](void *between, weft_payload *) {
        auto body = reinterpret_cast<weft_body *>(between);
        weft_rt_resume(weft_rt_cont_new_mem(body[0], reinterpret_cast<void *>(body[1]), 0), &on_near, nullptr, nullptr,
                       nullptr);
        _exit(7); // the suspension came here
      };
      weft_body bodies[] = {between, inner};
      weft_cont k = weft_rt_cont_new_mem(outer, bodies, 0);
      weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
      weft_rt_cont_drop(k);
      _exit(8);
    });
    CHECK(d.signal == SIGABRT);
    CHECK_THAT(d.text, Contains("CONT-03") && Contains("'near'"));
  }
}

TEST_CASE("a frame without unwind information in a dropped chain is an error, not an end") {
#if defined(WEFT_TEST_ASAN)
  WARN("skipped: ASan itself walks the stack and needs the information");
  return;
#endif
  // Its own return address is where the walk stops: nothing describes this page.
  static const unsigned char call_argument[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
  void *page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(page != MAP_FAILED);
  memcpy(page, call_argument, sizeof call_argument);
  Death d = dies([&] {
    weft_cont k = weft_rt_cont_new_mem(
        [](void *page, weft_payload *) {
          reinterpret_cast<void (*)(void (*)())>(page)([] { weft_rt_suspend(&tick, nullptr, nullptr); });
        },
        page, 0);
    weft_rt_resume(k, &on_tick, nullptr, nullptr, &k);
    weft_rt_cont_drop(k);
    _exit(7);
  });
  CHECK(d.signal == SIGABRT);
  CHECK_THAT(d.text, Contains("no unwind information") && Contains("CONT-03"));
  munmap(page, 4096);
}
