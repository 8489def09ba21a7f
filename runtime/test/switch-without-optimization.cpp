// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What the port gives the runtime's C++ (src/arch/switch.h) carries its values when the compiler inlines
// nothing that it need not: compiled with -O0 whatever the build, because a compiler may lose a register
// only there.
#include "../src/arch/switch.h"
#include "../src/cont.h"

#include <catch2/catch.hpp>

using namespace weft;

namespace {

const weft_tag ask = {"ask", "i64,i64->i64,i64"};
const weft_handlers on_ask = {1, 0, {{&ask, WEFT_ON_SUSPEND, 0}}};

weft_cb *other;
arch::Answer got;

void asks_twice(void *) {
  arch::Answer answer = arch::suspend(&ask, 11, 12);
  arch::suspend(&ask, answer.i0 + 1, answer.i1 + 1);
  arch::end_body();
}

void hands_over(void *) {
  arch::suspend(&ask, 31, 32);
  arch::hand_over(weft_current(), other, 41, 42);
  arch::end_body();
}

void is_handed(void *) {
  got = arch::suspend(&ask, 0, 0);
  arch::suspend(&ask, 51, 52);
  arch::end_body();
}

} // namespace

TEST_CASE("both values of a suspend and of a resume arrive") {
  weft_cb *cb = new_root(asks_twice, nullptr, WEFT_STACK_256K);
  arch::Outcome o = arch::resume(cb, &on_ask, 0, 0);
  CHECK(o.which == 1);
  CHECK(o.i0 == 11);
  CHECK(o.i1 == 12);
  o = arch::resume(cb, &on_ask, 21, 22);
  CHECK(o.which == 1);
  CHECK(o.i0 == 22);
  CHECK(o.i1 == 23);
  CHECK(arch::resume(cb, &on_ask, 0, 0).which == 0);
}

TEST_CASE("both values of a hand-over arrive, and the resumer hears of who came last") {
  weft_cb *first = new_root(hands_over, nullptr, WEFT_STACK_256K);
  other = new_root(is_handed, nullptr, WEFT_STACK_256K);
  REQUIRE(arch::resume(other, &on_ask, 0, 0).which == 1);
  REQUIRE(arch::resume(first, &on_ask, 0, 0).i0 == 31);
  arch::Outcome o = arch::resume(first, &on_ask, 0, 0);
  CHECK(got.i0 == 41);
  CHECK(got.i1 == 42);
  CHECK(o.i0 == 51);
  CHECK(o.i1 == 52);
  CHECK(arch::resume(first, &on_ask, 0, 0).which == 0);
  CHECK(arch::resume(other, &on_ask, 0, 0).which == 0);
}
