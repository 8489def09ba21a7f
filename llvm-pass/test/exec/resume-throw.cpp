// An exception that is thrown in meets the landing pads of the suspension itself: handlers see the values that were
// alive there, destructors run, what is not caught comes out of the resume.throw.
// RUN: %everylevel -std=c++20 %s | FileCheck %s
#include <cstdio>
#include <stdexcept>
#include <string>
#include <weft/exceptions.h>
#include <weft/markers.h>

WEFT_TAG(yield, "i64,double->i64");
WEFT_TAG(hop, "->i64");
WEFT_ON1(on, yield);
WEFT_HANDLERS(on_hop, 1, {&hop, WEFT_ON_SWITCH, 0});

struct Noisy {
  const char *name;
  ~Noisy() { std::printf("~%s\n", name); }
};

static uint64_t ask(uint64_t i, double f) {
  weft_payload io = {{i}, {f}};
  weft_suspend(&yield, &io, &io);
  return io.i[0];
}

// Many values live over the suspension, so some are in rbx and some in the frame.
static void counts(void *env, weft_payload *io) {
  Noisy all{"all"};
  uint64_t a = io->i[0], b = a * 3, c = a * 5, d = a * 7, e = a * 11, caught = 0;
  double f = io->f[0];
  std::string text = "text";
  for (int i = 0; i < 4; ++i) {
    try {
      Noisy each{"each"};
      a += ask(a + b + c + d + e, f);
    } catch (const std::runtime_error &error) {
      std::printf("caught %s, alive %d %d %d %d %d %g %s\n", error.what(), int(a), int(b), int(c), int(d), int(e), f,
                  text.c_str());
      caught += static_cast<uint64_t>(i) + 1;
      f += 0.5;
    }
  }
  io->i[0] = caught;
  io->f[0] = f;
  *static_cast<int *>(env) = 1;
}

static void never(void *, weft_payload *) { std::puts("never"); }

static weft_cont left;
static void arrives(void *, weft_payload *io) { left = io->i[0]; }
static void leaves(void *, weft_payload *) {
  try {
    Noisy n{"switched"};
    weft_switch(weft_cont_new(arrives, nullptr, 0), &hop, nullptr, 0, nullptr);
  } catch (int i) {
    std::printf("at the switch: %d\n", i);
  }
}

static void inner(void *, weft_payload *) {
  Noisy n{"inner"};
  ask(1, 1);
}
static void outer(void *, weft_payload *) {
  Noisy n{"outer"};
  try {
    weft_resume(weft_cont_new(inner, nullptr, 0), nullptr, nullptr, nullptr, nullptr);
  } catch (const std::logic_error &error) {
    std::printf("outer has %s\n", error.what());
    throw;
  }
}

int main() {
  int done = 0;
  weft_cont k = weft_cont_new(counts, &done, 0);
  weft_payload io = {{2}, {1.5}};
  weft_resume(k, &on, &io, &io, &k);
  // CHECK: first 54 1.5
  std::printf("first %d %g\n", int(io.i[0]), io.f[0]);
  // CHECK-NEXT: ~each
  // CHECK-NEXT: caught one, alive 2 6 10 14 22 1.5 text
  // CHECK-NEXT: 1: 54 2
  uint32_t which = weft_resume_throw(k, &on, weft::thrown(std::runtime_error("one")), &io, &k);
  std::printf("%u: %d %g\n", which, int(io.i[0]), io.f[0]);
  // CHECK-NEXT: ~each
  io.i[0] = 100;
  weft_resume(k, &on, &io, &io, &k);
  // CHECK-NEXT: ~each
  // CHECK-NEXT: caught three, alive 102 6 10 14 22 2 text
  weft_resume_throw(k, &on, weft::thrown(std::runtime_error("three")), &io, &k);
  // CHECK-NEXT: ~each
  // CHECK-NEXT: caught four
  // CHECK-NEXT: ~all
  // CHECK-NEXT: 0: 8 3 1 0
  which = weft_resume_throw(k, &on, weft::thrown(std::runtime_error("four")), &io, &k);
  std::printf("%u: %d %g %d %d\n", which, int(io.i[0]), io.f[0], done, int(k));

  // CHECK-NEXT: fresh: 7
  try {
    weft_resume_throw(weft_cont_new(never, nullptr, 0), &on, weft::thrown(7), nullptr, nullptr);
  } catch (int i) {
    std::printf("fresh: %d\n", i);
  }
  // CHECK-NEXT: ~switched
  // CHECK-NEXT: at the switch: 9
  weft_resume(weft_cont_new(leaves, nullptr, 0), &on_hop, nullptr, nullptr, nullptr);
  weft_resume_throw(left, nullptr, weft::thrown(9), nullptr, nullptr);
  // CHECK-NEXT: ~inner
  // CHECK-NEXT: outer has chain
  // CHECK-NEXT: ~outer
  // CHECK-NEXT: main has chain
  weft_resume(weft_cont_new(outer, nullptr, 0), &on, nullptr, nullptr, &k);
  try {
    weft_resume_throw(k, &on, weft::thrown(std::logic_error("chain")), nullptr, nullptr);
  } catch (const std::exception &error) {
    std::printf("main has %s\n", error.what());
  }
}
