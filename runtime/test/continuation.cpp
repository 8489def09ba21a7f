// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// continuation.hpp: what is sent by a tag arrives with its type, and so does the answer. Compiled twice, for calls and
// for inline switches.
#include "dies.h"
#include "weft/continuation.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

using Catch::Contains;

namespace {

inline constexpr weft::tag<int(std::string)> ask("ask");
inline constexpr weft::tag<void(int, double)> tell("tell");
inline constexpr weft::tag<std::unique_ptr<int>(int &, float)> trade("trade");
inline constexpr weft::tag<void()> rest("rest");

std::string trail;
struct Note {
  const char *name;
  ~Note() { trail += name; }
};

TEST_CASE("signatures say what travels") {
  CHECK(!std::strcmp(ask.signature, "ptr->i64"));
  CHECK(!std::strcmp(tell.signature, "i64,double->"));
  CHECK(!std::strcmp(trade.signature, "ptr,double->ptr"));
  CHECK(!std::strcmp(rest.signature, "->"));
}

TEST_CASE("several tags, each with its payload and answer") {
  weft::continuation<int(int)> k([](int x) {
    weft::suspend(tell, x, 2.5);
    return x + weft::suspend(ask, "how many?");
  });
  auto out = k.resume<ask, tell>(40);
  CHECK(!k);
  REQUIRE(out.by<tell>());
  CHECK(out.which() == 2);
  auto [i, d] = out.payload<tell>();
  CHECK(i == 40);
  CHECK(d == 2.5);
  CHECK_THROWS_AS(out.payload<ask>(), std::bad_variant_access);
  CHECK_THROWS_AS(out.result(), std::bad_variant_access);
  out = out.next<tell>().resume<ask, tell>();
  REQUIRE(out.by<ask>());
  CHECK(out.payload<ask>() == "how many?");
  out = out.next<ask>().resume<ask, tell>(2);
  REQUIRE(out.returned());
  CHECK(out.result() == 42);
}

TEST_CASE("references are the sender's objects; objects that only move are moved") {
  int mine = 1;
  weft::continuation<std::unique_ptr<int>(std::unique_ptr<int>)> k([&mine](std::unique_ptr<int> given) {
    std::unique_ptr<int> got = weft::suspend(trade, mine, 0.5f);
    *got += *given;
    return got;
  });
  auto out = k.resume<trade>(std::make_unique<int>(10));
  auto [theirs, f] = out.payload<trade>();
  CHECK(&theirs == &mine);
  CHECK(f == 0.5f);
  out = out.next<trade>().resume<trade>(std::make_unique<int>(5));
  CHECK(*out.result() == 15);
}

TEST_CASE("results of all kinds") {
  CHECK(weft::continuation<std::string(int)>([](int n) { return std::string(static_cast<size_t>(n), 'x'); }).resume<>(40).result().size() == 40);
  CHECK(weft::continuation<double()>([] { return 1.5; }).resume<>().result() == 1.5);
  CHECK(weft::continuation<float(float, double)>([](float a, double b) { return a + static_cast<float>(b); }).resume<>(1, 2).result() == 3);
  static int x;
  CHECK(&weft::continuation<int &()>([]() -> int & { return x; }).resume<>().result() == &x);
  weft::continuation<void()> k([] { x = 3; });
  k.resume<>().result();
  CHECK(x == 3);
  struct Pair {
    short a, b;
  };
  CHECK(weft::continuation<Pair(Pair)>([](Pair p) { return Pair{p.b, p.a}; }).resume<>({1, 2}).result().a == 2);
  long r = weft::continuation<long(long, long, long, long, long, long, double, double, double, double, double, double)>(
               [](long a, long b, long c, long d, long e, long f, double g, double h, double i, double j, double k, double l) {
                 return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + static_cast<long>(g + h + i + j + k + l);
               })
               .resume<>(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6)
               .result();
  CHECK(r == 1 + 4 + 9 + 16 + 25 + 36 + 21);
}

TEST_CASE("a tag that is not listed goes on to the next resumer") {
  weft::continuation<int()> outer([] {
    weft::continuation<std::string()> inner([] { return std::to_string(weft::suspend(ask, "inner")) + "!"; });
    auto out = inner.resume<tell>(); // not ask
    return static_cast<int>(out.result().size());
  });
  auto out = outer.resume<ask>();
  REQUIRE(out.by<ask>());
  CHECK(out.payload<ask>() == "inner");
  CHECK(out.next<ask>().resume<ask>(1234).result() == 5);
}

TEST_CASE("what is destroyed suspended is unwound, once; what never began is not begun") {
  trail.clear();
  auto body = [] {
    Note a{"a"};
    weft::suspend(rest);
    trail += "never";
  };
  { auto out = weft::continuation<void()>(body).resume<rest>(); }
  CHECK(trail == "a");
  auto out = weft::continuation<void()>(body).resume<rest>();
  weft::continuation<void()> k = out.next<rest>();
  CHECK(trail == "a");
  k.drop();
  CHECK(trail == "aa");
  CHECK(!k);
  std::shared_ptr<Note> held(new Note{"h"});
  weft::continuation<void()> fresh([held] { trail += "never"; });
  held.reset();
  fresh = weft::continuation<void()>(body);
  CHECK(trail == "aah");
}

TEST_CASE("exceptions go in where it is suspended, and come out") {
  trail.clear();
  weft::continuation<int()> k([] {
    Note a{"a"};
    try {
      weft::suspend(rest);
    } catch (const std::runtime_error &e) {
      trail += e.what();
    }
    weft::suspend(rest);
    return 1;
  });
  auto out = k.resume<rest>();
  out = out.next<rest>().throw_into<rest>(std::runtime_error("in"));
  REQUIRE(out.by<rest>());
  CHECK(trail == "in");
  CHECK_THROWS_AS(out.next<rest>().throw_into<rest>(7), int);
  CHECK(trail == "ina");
  weft::continuation<int()> fresh([]() -> int { trail += "never"; return 0; });
  CHECK_THROWS_AS(fresh.throw_into<>(7), int);
  CHECK_THROWS_AS(weft::continuation<void()>([] { throw 8L; }).resume<>(), long);
  CHECK(trail == "ina");
}

TEST_CASE("a result that is an object is handed over before its maker's stack goes") {
  trail.clear();
  struct Loud {
    std::string text;
    Loud(std::string s) : text(std::move(s)) {}
    Loud(Loud &&) = default;
    ~Loud() { trail += text.empty() ? "" : "L"; }
  };
  {
    auto out = weft::continuation<Loud()>([] { return Loud("a text that is too long for a small buffer"); }).resume<>();
    CHECK(trail == "");
    Loud mine = out.result();
    CHECK(mine.text.size() == 42);
  }
  CHECK(trail == "L");
}

TEST_CASE("handles come from C and go to it") {
  weft::continuation<int(int)> k([](int x) { return x + 1; });
  weft_cont handle = k.release();
  CHECK(!k);
  CHECK(weft::continuation<int(int)>::adopt(handle).resume<>(1).result() == 2);
}

TEST_CASE("one that was consumed is CONT-01, and no handler CONT-02") {
  Death death = dies([] {
    weft::continuation<int()> k([] { return 1; });
    (void)k.resume<>();
    (void)k.resume<>();
  });
  CHECK_THAT(death.text, Contains("CONT-01"));
  death = dies([] { weft::suspend(rest); });
  CHECK_THAT(death.text, Contains("CONT-02") && Contains("rest"));
}

} // namespace
