// Generators that suspend in their catch clauses find their own exceptions again, and so does whoever resumes them:
// at all levels, and however the C++ runtime and ours were linked (it has to ask ours whose turn it is).
// RUN: %everylevel -std=c++20 %s | FileCheck %s
// RUN: %clangxx -std=c++20 -O2 %abi -c %s -o %t.o
// RUN: %clangxx %t.o %rt -fuse-ld=lld -o %t.lld && %t.lld | FileCheck %s
// RUN: %clangxx %t.o %build/lib/libweft.a -static-libstdc++ -static-libgcc -o %t.part && %t.part | FileCheck %s
// RUN: %clangxx %t.o %build/lib/libweft.a -static -o %t.static && %t.static | FileCheck %s
// RUN: %clangxx %t.o %build/lib/libweft.a -static -fuse-ld=lld -o %t.lldstatic && %t.lldstatic | FileCheck %s
// RUN: not %clangxx %t.o -lstdc++ %build/lib/libweft.a -static -o %t.after 2>&1 | FileCheck %s --check-prefix=ORDER
// ORDER: multiple definition of `__cxa_get_globals'
// CHECK:      a0 b0 main | a0 b0 main | a1 b1 main | a1 b1 main | a2 b2 main | a2 b2 main |
// CHECK-NEXT: came: b3, 0 in flight
// CHECK-NEXT: at the end: main
// UNSUPPORTED: sanitized
#include <cstdio>
#include <stdexcept>
#include <string>
#include <weft/markers.h>

WEFT_TAG(yield, "->");
WEFT_ON1(on, yield);

static void print_current() {
  try {
    throw;
  } catch (const std::exception &e) {
    std::printf("%s ", e.what());
  }
}

static void suspend() { weft_suspend(&yield, nullptr, nullptr); }

static void generator(void *name, weft_payload *) {
  for (int i = 0; i < 3; ++i)
    try {
      throw std::runtime_error(static_cast<const char *>(name) + std::to_string(i));
    } catch (const std::exception &) {
      print_current();
      suspend();
      print_current();
      suspend();
    }
  if (*static_cast<const char *>(name) == 'b')
    try {
      throw std::runtime_error("b3");
    } catch (...) {
      throw;
    }
}

int main() {
  weft_cont a = weft_cont_new(generator, const_cast<char *>("a"), 0);
  weft_cont b = weft_cont_new(generator, const_cast<char *>("b"), 0);
  try {
    throw std::runtime_error("main");
  } catch (...) {
    try {
      for (;;) {
        weft_resume(a, &on, nullptr, nullptr, &a);
        weft_resume(b, &on, nullptr, nullptr, &b);
        print_current();
        std::printf("| ");
      }
    } catch (const std::exception &e) {
      std::printf("\ncame: %s, %d in flight\nat the end: ", e.what(), std::uncaught_exceptions());
    }
    print_current();
    std::printf("\n");
  }
}
