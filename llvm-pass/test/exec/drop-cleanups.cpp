// A drop runs each destructor once: innermost first, in loops and catch clauses, through catch (...) that throws on,
// of chains and of what was switched away; a fresh continuation has none.
// RUN: %everylevel -std=c++20 %s | FileCheck %s
#include <cstdio>
#include <stdexcept>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_TAG(hop, "->i64");
WEFT_ON1(on, yield);
WEFT_HANDLERS(on_hop, 1, {&hop, WEFT_ON_SWITCH, 0});

static int made, ended;
struct Counted {
  const char *name;
  explicit Counted(const char *name) : name(name) { ++made; }
  Counted(const Counted &c) : name(c.name) { ++made; }
  ~Counted() { ++ended, std::printf("~%s ", name); }
};
static void suspend() { weft_suspend(&yield, nullptr, nullptr); }

static void drop_of(const char *what, weft_marker_body body, int resumes = 1) {
  made = ended = 0;
  std::printf("%s: ", what);
  weft_cont k = weft_cont_new(body, nullptr, 0);
  for (int i = 0; i < resumes; ++i)
    weft_resume(k, &on, nullptr, nullptr, &k);
  weft_cont_drop(k);
  std::printf("%d of %d\n", ended, made);
}

static void nested(void *, weft_payload *) {
  Counted a("a");
  for (int i = 0; i < 3; ++i) {
    Counted b(i == 0 ? "b0" : i == 1 ? "b1" : "b2");
    suspend();
  }
}
static void rethrows(void *, weft_payload *) {
  Counted a("a");
  try {
    try {
      Counted b("b");
      suspend();
    } catch (...) {
      std::printf("rollback ");
      throw;
    }
  } catch (const std::exception &) {
    std::printf("wrong ");
  }
}
static void transaction() {
  try {
    Counted t("t");
    suspend();
  } catch (...) {
    std::printf("rollback ");
    throw;
  }
}
// The unwinding enters a catch (...) inside of another exception's handler.
static void handling(void *, weft_payload *) {
  try {
    throw Counted("e");
  } catch (const Counted &) {
    transaction();
  }
}
static void level3(void *, weft_payload *) {
  Counted c("3");
  suspend();
}
static void level2(void *, weft_payload *) {
  Counted c("2");
  weft_resume(weft_cont_new(level3, nullptr, 0), nullptr, nullptr, nullptr, nullptr);
}
static void level1(void *, weft_payload *) {
  Counted c("1");
  weft_resume(weft_cont_new(level2, nullptr, 0), nullptr, nullptr, nullptr, nullptr);
}
// A clean-up drops, and one runs a continuation to its end.
struct Drops {
  weft_cont k = 0;
  ~Drops() {
    if (k)
      weft_cont_drop(k);
    weft_cont run = weft_cont_new(nested, nullptr, 0);
    while (weft_resume(run, &on, nullptr, nullptr, &run)) {
    }
    std::printf("| ");
  }
};
static void drops(void *, weft_payload *) {
  Drops d;
  d.k = weft_cont_new(level1, nullptr, 0);
  weft_resume(d.k, &on, nullptr, nullptr, &d.k);
  Counted a("a");
  suspend();
}
static weft_cont left;
static void arrives(void *, weft_payload *io) { left = io->i[0]; }
static void leaves(void *, weft_payload *) {
  Counted s("s");
  weft_switch(weft_cont_new(arrives, nullptr, 0), &hop, nullptr, 0, nullptr);
}

int main() {
  // CHECK:      fresh: 0 of 0
  drop_of("fresh", nested, 0);
  // CHECK-NEXT: loop: ~b0 ~b1 ~a 3 of 3
  drop_of("loop", nested, 2);
  // CHECK-NEXT: rethrow: ~b rollback ~a 2 of 2
  drop_of("rethrow", rethrows);
  // CHECK-NEXT: handler: ~t rollback ~e 2 of 2
  drop_of("handler", handling);
  // CHECK-NEXT: chain: ~3 ~2 ~1 3 of 3
  drop_of("chain", level1);
  // CHECK-NEXT: clean-up: ~a ~3 ~2 ~1 ~b0 ~b1 ~b2 ~a | 8 of 8
  drop_of("clean-up", drops);
  // CHECK-NEXT: switched: ~s 1 of 1
  made = ended = 0;
  std::printf("switched: ");
  weft_resume(weft_cont_new(leaves, nullptr, 0), &on_hop, nullptr, nullptr, nullptr);
  weft_cont_drop(left);
  std::printf("%d of %d\n", ended, made);
}
