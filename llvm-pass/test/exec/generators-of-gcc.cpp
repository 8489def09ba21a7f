// generator.hpp and continuation.hpp in one program by two compilers: what GCC's object made is run by clang's, where the
// switches are inline, and the other way round. Templates that both have are the same function, whoever's copy is kept.
// REQUIRES: gcc
// RUN: g++ -std=c++20 -Wall -Wextra -Werror -O2 %abi -c %s -o %t.gcc2.o
// RUN: %clangxx -std=c++20 -Wall -Wextra -Werror -O0 %abi -DMAIN -c %s -o %t.clang0.o
// RUN: %clangxx -std=c++20 -Wall -Wextra -Werror -O3 %abi -DMAIN -c %s -o %t.clang3.o
// RUN: llvm-nm %t.clang3.o | not grep 'mem.call'
// RUN: %clangxx %t.gcc2.o %t.clang3.o %rt -o %t.23 && %t.23 | FileCheck %s
// RUN: %clangxx %t.clang3.o %t.gcc2.o %rt -o %t.32 && %t.32 | FileCheck %s
// RUN: %clangxx %t.gcc2.o %t.clang0.o %rt -o %t.20 && %t.20 | FileCheck %s
// RUN: %clangxx -fsanitize=address -std=c++20 -O1 %abi -DMAIN -c %s -o %t.asan.o
// RUN: %clangxx -fsanitize=address %t.gcc2.o %t.asan.o -Wl,--defsym=weft_sanitizer_address=0 %rt -o %t.a && %t.a | FileCheck %s
// CHECK: gcc 1 2 clang 3 4, asked how many, 42 (gone)
#include <cstdio>
#include <string>
#include <weft/continuation.hpp>
#include <weft/generator.hpp>

inline constexpr weft::tag<int(std::string)> ask("ask");
weft::generator<std::string> gcc_words();
weft::generator<std::string> clang_words();
weft::continuation<int(int)> asker();

#ifdef MAIN
struct Noisy {
  ~Noisy() { std::printf(" (gone)\n"); }
};
weft::generator<std::string> clang_words() {
  return [](auto &yield) {
    Noisy n;
    yield("clang");
    yield(weft::elements_of(weft::generator<std::string>([](auto &y) {
      y("3");
      y("4");
    })));
    yield("never");
  };
}
int main() {
  weft::generator<std::string> words = gcc_words();
  auto it = words.begin();
  for (int i = 0; i < 6; ++i, ++it)
    std::printf("%s%s", (*it).c_str(), i < 5 ? " " : ", ");
  auto out = asker().resume<ask>(40);
  std::printf("asked %s, ", out.payload<ask>().c_str());
  out = out.next<ask>().resume<ask>(2);
  std::printf("%d", out.result());
}
#else
weft::generator<std::string> gcc_words() {
  return [](auto &yield) {
    yield("gcc");
    yield("1");
    yield("2");
    yield(weft::elements_of(clang_words()));
  };
}
weft::continuation<int(int)> asker() {
  return weft::continuation<int(int)>([](int x) { return x + weft::suspend(ask, "how many"); });
}
#endif
