// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// generator.hpp: a range like std::generator, whose body ends with it. Compiled twice, for calls and for inline switches.
#include "dies.h"
#include "weft/generator.hpp"

#include <catch2/catch.hpp>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using Catch::Contains;

namespace {

std::string trail;
struct Note {
  const char *name;
  ~Note() { trail += name; }
};

template <class G> auto all(G &&g) {
  std::vector<typename std::remove_cvref_t<G>::value> out;
  for (auto &&element : g)
    out.emplace_back(static_cast<decltype(element)>(element));
  return out;
}
using Ints = std::vector<int>;

weft::generator<int> numbers(int from, int to) {
  return [=](auto &yield) {
    for (int i = from; i < to; ++i)
      yield(i);
  };
}

static_assert(std::ranges::input_range<weft::generator<int>>);
static_assert(std::ranges::view<weft::generator<int>>);
static_assert(!std::copy_constructible<weft::generator<int>>);
static_assert(std::is_same_v<std::ranges::range_reference_t<weft::generator<int>>, int &&>);
static_assert(std::is_same_v<std::ranges::range_reference_t<weft::generator<int &>>, int &>);
static_assert(std::is_same_v<std::ranges::range_reference_t<weft::generator<const int &>>, const int &>);
static_assert(std::is_same_v<std::ranges::range_value_t<weft::generator<std::string_view, std::string>>, std::string>);
static_assert(std::is_same_v<std::ranges::range_reference_t<weft::generator<std::string_view, std::string>>, std::string_view>);

TEST_CASE("elements come in order, and the end is the end") {
  CHECK(all(numbers(1, 5)) == Ints{1, 2, 3, 4});
  CHECK(all(numbers(1, 1)).empty());
  weft::generator<int> g = numbers(1, 3);
  auto it = g.begin();
  CHECK(*it == 1);
  CHECK(*it == 1);
  ++it;
  CHECK(*it == 2);
  CHECK(it != g.end());
  it++;
  CHECK(it == g.end());
}

TEST_CASE("views take it") {
  CHECK(all(numbers(0, 1)).size() == 1);
  Ints out;
  for (int n : numbers(0, 1000000) | std::views::filter([](int n) { return n % 2; }) | std::views::take(3))
    out.push_back(n);
  CHECK(out == Ints{1, 3, 5});
}

TEST_CASE("any callable is a body: captures large, few, none, moved; functions") {
  std::string text = "a string that is longer than any small buffer";
  CHECK(all(weft::generator<char>([text](auto &yield) {
          for (char c : text)
            yield(c);
        })) == std::vector<char>(text.begin(), text.end()));
  auto owned = std::make_unique<int>(7);
  CHECK(all(weft::generator<int>([owned = std::move(owned)](auto &yield) { yield(*owned); })) == Ints{7});
  long a = 1, b = 2, c = 3;
  CHECK(all(weft::generator<long>([=](auto &yield) { yield(a + b + c); })) == std::vector<long>{6});
  CHECK(all(weft::generator<int>([](auto &yield) { yield(1); })) == Ints{1});
  struct Function {
    static void body(weft::yielder<int> &yield) { yield(3); }
  };
  CHECK(all(weft::generator<int>(Function::body)) == Ints{3});
  auto body = [n = 0](auto &yield) mutable { yield(++n); };
  CHECK(all(weft::generator<int>(body)) == Ints{1});
  CHECK(all(weft::generator<int>(body)) == Ints{1}); // a copy ran
}

void walk(int height, weft::yielder<int> &yield) {
  if (!height)
    return;
  walk(height - 1, yield);
  yield(height);
  walk(height - 1, yield);
}

TEST_CASE("what the body calls may yield") {
  CHECK(all(weft::generator<int>([](auto &yield) { walk(3, yield); })) == Ints{1, 2, 1, 3, 1, 2, 1});
}

TEST_CASE("references are references") {
  int x = 1;
  weft::generator<int &> g([&x](auto &yield) {
    yield(x);
    yield(x);
  });
  auto it = g.begin();
  CHECK(&*it == &x);
  *it = 5;
  ++it;
  CHECK(x == 5);
  const std::string s = "one";
  weft::generator<const std::string &> h([&](auto &yield) {
    yield(s);
    yield(std::string("two"));
  });
  auto ht = h.begin();
  CHECK(&*ht == &s);
  ++ht;
  CHECK(*ht == "two");
}

TEST_CASE("values may only be moved, are copied from lvalues, and converted") {
  weft::generator<std::unique_ptr<int>> g([](auto &yield) {
    for (int i = 0; i < 3; ++i)
      yield(std::make_unique<int>(i));
  });
  std::vector<std::unique_ptr<int>> got;
  for (std::unique_ptr<int> &&p : g)
    got.push_back(std::move(p));
  CHECK(*got.at(2) == 2);

  std::string kept = "a string that is kept by its body, whoever takes it";
  for (std::string &&s : weft::generator<std::string>([&](auto &yield) { yield(kept); })) {
    std::string taken = std::move(s);
    CHECK(taken == kept);
  }
  CHECK(kept.size() == 51);
  CHECK(all(weft::generator<std::string>([](auto &yield) { yield("literal"); })).at(0) == "literal");
  weft::generator<std::string_view, std::string> views([](auto &yield) { yield("seen"); });
  CHECK(all(std::move(views)) == std::vector<std::string>{"seen"});
  CHECK(all(weft::generator<double>([](auto &yield) { yield(1.5); })) == std::vector<double>{1.5});
  struct Large {
    char bytes[100];
  };
  weft::generator<Large> large([](auto &yield) { yield(Large{{1, 2, 3}}); });
  CHECK((*large.begin()).bytes[2] == 3);
}

TEST_CASE("elements_of generators, ranges and generators that have begun") {
  auto outer = [](weft::yielder<int> &yield) {
    yield(0);
    yield(weft::elements_of(numbers(1, 3)));
    yield(weft::elements_of(std::vector<int>{10, 20}));
    weft::generator<int> begun = numbers(5, 8);
    if (*begun.begin() == 5)
      yield(weft::elements_of(begun)); // goes on where it is
    std::list<int> list{30};
    yield(weft::elements_of(list));
    yield(weft::elements_of(weft::generator<int>([list](auto &y) { y(list.front() + 1); }))); // on its own stack already
    yield(99);
  };
  CHECK(all(weft::generator<int>(outer)) == Ints{0, 1, 2, 10, 20, 6, 7, 30, 31, 99});
}

weft::generator<int> countdown(int n) {
  return [n](auto &yield) {
    Note note{"."};
    yield(n);
    if (n)
      yield(weft::elements_of(countdown(n - 1)));
  };
}

TEST_CASE("recursion is as deep as memory, not as a stack") {
  trail.clear();
  int expected = 5000, wrong = 0;
  for (int n : countdown(5000))
    wrong += n != expected--;
  CHECK(expected == -1);
  CHECK(wrong == 0);
  CHECK(trail.size() == 5001);
  trail.clear();
  {
    weft::generator<int> g = countdown(3000);
    auto it = g.begin();
    for (int i = 0; i < 2500; ++i)
      ++it;
    CHECK(*it == 500);
    CHECK(trail.empty());
  }
  CHECK(trail.size() == 2501); // each body once
}

TEST_CASE("one that is destroyed unfinished unwinds its body, once") {
  trail.clear();
  {
    weft::generator<int> g([](auto &yield) {
      Note a{"a"};
      yield(1);
      Note b{"b"};
      yield(2);
      trail += "never";
    });
    auto it = g.begin();
    ++it;
    CHECK(trail == "");
  }
  CHECK(trail == "ba");
  trail.clear();
  {
    std::shared_ptr<Note> never(new Note{"c"});
    weft::generator<int> g([never](auto &) { trail += "never"; });
    never.reset();
    CHECK(trail == "");
  }
  CHECK(trail == "c"); // the callable's own
}

TEST_CASE("exceptions come out of begin, of ++, and through elements_of, which may catch them") {
  weft::generator<int> at_once([](auto &) { throw std::runtime_error("at once"); });
  CHECK_THROWS_WITH(at_once.begin(), "at once");
  auto fails = [] {
    return weft::generator<int>([](auto &yield) {
      Note a{"a"};
      yield(1);
      throw std::runtime_error("later");
    });
  };
  trail.clear();
  weft::generator<int> g = fails();
  auto it = g.begin();
  CHECK_THROWS_WITH(++it, "later");
  CHECK(trail == "a");
  weft::generator<int> h([&](auto &yield) {
    try {
      yield(weft::elements_of(fails()));
    } catch (const std::runtime_error &e) {
      yield(e.what() == std::string("later") ? 2 : 3);
    }
    yield(weft::elements_of(fails()));
  });
  auto ht = h.begin();
  CHECK(*++ht == 2);
  CHECK(*++ht == 1);
  CHECK_THROWS_WITH(++ht, "later");
}

TEST_CASE("a consumer that throws in its loop ends the generator") {
  trail.clear();
  auto noisy = [](weft::yielder<int> &yield) {
    Note a{"a"};
    for (int i = 0;; ++i)
      yield(i);
  };
  CHECK_THROWS_WITH(
      [&] {
        for (int i : weft::generator<int>(noisy))
          if (i == 3)
            throw std::runtime_error("enough");
      }(),
      "enough");
  CHECK(trail == "a");
}

TEST_CASE("a yield goes to its own consumer, whoever runs in between") {
  // The inner one's body calls the outer one's yield.
  weft::generator<int> outer([](weft::yielder<int> &out) {
    weft::generator<int> inner([&out](weft::yielder<int> &in) {
      in(1);
      out(100);
      in(2);
    });
    for (int n : inner)
      out(n + 10);
  });
  CHECK(all(std::move(outer)) == Ints{11, 100, 12});
}

TEST_CASE("generators move before they begin, and after") {
  weft::generator<int> g = numbers(1, 4);
  weft::generator<int> h = std::move(g);
  CHECK(*h.begin() == 1);
  weft::generator<int> i = std::move(h);
  CHECK(*i.begin() == 2); // goes on
  trail.clear();
  i = countdown(3);
  CHECK(all(std::move(i)) == Ints{3, 2, 1, 0});
  std::vector<weft::generator<int>> many;
  for (int n = 0; n < 100; ++n)
    many.push_back(numbers(n, n + 2));
  int sum = 0;
  for (auto &each : many)
    for (int n : each)
      sum += n;
  CHECK(sum == 10000);
}

TEST_CASE("a generator goes on on another thread") {
  weft::generator<int> g = numbers(1, 4);
  auto it = g.begin();
  std::thread([&] { ++it; }).join();
  CHECK(*it == 2);
  ++it;
  CHECK(*it == 3);
}

TEST_CASE("bodies that recurse ask for a larger stack") {
  weft::generator<int> g(
      [](auto &yield) {
        volatile char buffer[200 << 10];
        buffer[0] = 1;
        yield(buffer[0]);
      },
      WEFT_STACK_1M);
  CHECK(all(std::move(g)) == Ints{1});
  weft::generator<int> large([](auto &yield) {
    yield(weft::elements_of(weft::generator<int>(
        [](auto &y) {
          volatile char buffer[200 << 10];
          buffer[0] = 2;
          y(buffer[0]);
        },
        WEFT_STACK_1M)));
  });
  CHECK(all(std::move(large)) == Ints{2});
}

TEST_CASE("one that is at its end or running is not resumed") {
  Death death = dies([] {
    weft::generator<int> g = numbers(1, 2);
    all(g);
    g.begin();
  });
  CHECK_THAT(death.text, Contains("CONT-01"));
  death = dies([] {
    weft::generator<int> *self;
    weft::generator<int> g([&self](auto &) { self->begin(); });
    self = &g;
    g.begin();
  });
  CHECK_THAT(death.text, Contains("CONT-01"));
}

} // namespace
