// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Exceptions and drops through the markers of instrumented code, for the sanitizer builds: the tools are told of each
// stack that an unwinding leaves. What the markers do by themselves is llvm-pass/test's.
#include "weft/exceptions.h"
#include "weft/markers.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

namespace {

WEFT_TAG(yield, "i64->i64");
WEFT_ON1(on, yield);
std::string trail;

struct Note {
  char name;
  char room[100] = {}; // poisoned around, and on the way out unpoisoned
  ~Note() { trail += name; }
};

[[gnu::noinline]] uint64_t ask(uint64_t value, int depth) {
  Note n{'n'};
  volatile char room[32] = {};
  if (depth)
    return ask(value, depth - 1) + static_cast<unsigned char>(room[depth]);
  weft_payload io = {{value}, {}};
  weft_suspend(&yield, &io, &io);
  return io.i[0];
}

void counts(void *, weft_payload *io) {
  Note all{'a'};
  uint64_t sum = 0;
  for (uint64_t i = 0; i < 3; ++i)
    try {
      sum += ask(i, 3);
    } catch (const std::runtime_error &e) {
      trail += e.what();
    }
  io->i[0] = sum;
}

void chain(void *, weft_payload *) {
  Note n{'c'};
  weft_resume(weft_cont_new(counts, nullptr, 0), nullptr, nullptr, nullptr, nullptr);
}

} // namespace

TEST_CASE("thrown in, caught at the suspension, and gone on with") {
  for (int round = 0; round < 20; ++round) {
    trail.clear();
    weft_cont k = weft_cont_new(counts, nullptr, 0);
    weft_payload io = {};
    CHECK(weft_resume(k, &on, nullptr, &io, &k) == 1);
    CHECK(weft_resume_throw(k, &on, weft::thrown(std::runtime_error("1")), &io, &k) == 1);
    io.i[0] = 10;
    CHECK(weft_resume(k, &on, &io, &io, &k) == 1);
    CHECK(weft_resume_throw(k, &on, weft::thrown(std::runtime_error("2")), &io, &k) == 0);
    CHECK(io.i[0] == 10);
    CHECK(trail == "nnnn1nnnnnnnn2a");
  }
}

TEST_CASE("thrown in, out of a chain to the resumer") {
  for (int round = 0; round < 20; ++round) {
    trail.clear();
    weft_cont k = weft_cont_new(chain, nullptr, 0);
    weft_resume(k, &on, nullptr, nullptr, &k);
    CHECK_THROWS_AS(weft_resume_throw(k, &on, weft::thrown(round), nullptr, &k), int);
    CHECK(trail == "nnnnac");
  }
}

TEST_CASE("thrown into a fresh one, and a drop of a chain") {
  for (int round = 0; round < 20; ++round) {
    trail.clear();
    CHECK_THROWS_AS(weft_resume_throw(weft_cont_new(chain, nullptr, 0), &on, weft::thrown(1), nullptr, nullptr), int);
    weft_cont k = weft_cont_new(chain, nullptr, 0);
    weft_resume(k, &on, nullptr, nullptr, &k);
    weft_cont_drop(k);
    CHECK(trail == "nnnnac");
  }
}
