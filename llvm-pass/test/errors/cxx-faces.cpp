// What does not fit generator.hpp and continuation.hpp is said in their words.
// RUN: not %clangxx -std=c++20 %abi -fsyntax-only %s 2>&1 | FileCheck %s
#include <string>
#include <weft/continuation.hpp>
#include <weft/generator.hpp>

// CHECK-DAG: weft::generator<T>: what this body yields does not convert to T's reference
weft::generator<int> yields_other() {
  return [](auto &yield) { yield(std::string("x")); };
}
// CHECK-DAG: weft::generator<T>: the body has to be callable with a weft::yielder<T> &
weft::generator<int> takes_other() {
  return [](int) {};
}
// CHECK-DAG: weft::elements_of: a generator whose references are others than this one's
weft::generator<long> elements_of_other() {
  return [](auto &yield) { yield(weft::elements_of(weft::generator<int>([](auto &) {}))); };
}
// CHECK-DAG: weft::tag<Answer(Payload...)>: at most six integers, pointers and objects and six floats travel (CONT-08)
inline constexpr weft::tag<void(int, int, int, int, int, int, int)> seven("seven");
inline constexpr weft::tag<int(int)> one("one"), other("other");
// CHECK-DAG: weft::outcome: this tag is none of those that the resume listed
int unlisted() {
  weft::continuation<int()> k([] { return 1; });
  return k.resume<one>().payload<other>();
}
// CHECK-DAG: weft::continuation<R(A...)>: the body has to be callable with A... and to return R
weft::continuation<int()> body_of_other([](int) { return 1; });
// CHECK-DAG: no matching function for call to 'suspend'
int sends_other() { return weft::suspend(one, std::string("x")); }
