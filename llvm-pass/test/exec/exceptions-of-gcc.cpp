// Two compilers in one chain: GCC's code calls the out-of-line forms, clang's has markers. Exceptions go through both,
// into continuations and out of them, and each continuation has its own catch clauses.
// REQUIRES: gcc
// RUN: g++ -std=c++20 -O0 %abi -c %s -o %t.gcc0.o && g++ -std=c++20 -O2 %abi -c %s -o %t.gcc2.o
// RUN: %clang -x c++ -std=c++20 -O0 %abi -DMARKERS -c %s -o %t.clang0.o
// RUN: %clang -x c++ -std=c++20 -O3 %abi -DMARKERS -c %s -o %t.clang3.o
// RUN: %clang %t.gcc0.o %t.clang3.o %rt -o %t.03 && %t.03 | FileCheck %s
// RUN: %clang %t.gcc2.o %t.clang0.o %rt -o %t.20 && %t.20 | FileCheck %s
// RUN: %clang %t.gcc2.o %t.clang3.o %rt -o %t.23 && %t.23 | FileCheck %s
// CHECK:      gcc's clause has late, clang's first
// CHECK-NEXT: ~clang
// CHECK-NEXT: ~gcc
// CHECK-NEXT: main has first
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <weft/exceptions.h>
#include <weft/lowered.h>
struct Noisy {
  const char *name;
  ~Noisy() { std::printf("~%s\n", name); }
};
extern const weft_tag tick;
extern const weft_handlers on_tick;
void clang_body(void *, weft_payload *);
void gcc_body(void *, weft_payload *);
weft_cont clang_resume(weft_cont k, void *exception);

#ifdef MARKERS
#include <weft/markers.h>
extern const weft_tag tick = {"tick", "->"};
extern const weft_handlers on_tick = {1, 0, {{&tick, WEFT_ON_SUSPEND, 0}}};
void clang_body(void *, weft_payload *) {
  Noisy n{"clang"};
  try {
    throw std::runtime_error("first");
  } catch (const std::exception &) {
    try {
      weft_suspend(&tick, nullptr, nullptr);
    } catch (const std::exception &late) {
      std::printf("gcc's clause has %s, ", late.what());
    }
    try {
      throw;
    } catch (const std::exception &first) {
      std::printf("clang's %s\n", first.what());
    }
    throw;
  }
}
weft_cont clang_resume(weft_cont k, void *exception) {
  weft_cont next = 0;
  if (exception)
    weft_resume_throw(k, &on_tick, exception, nullptr, &next);
  else
    weft_resume(k, &on_tick, nullptr, nullptr, &next);
  return next;
}
#else
void gcc_body(void *, weft_payload *) {
  Noisy n{"gcc"};
  weft_rt_resume(weft_rt_cont_new_mem(clang_body, nullptr, 0), &weft_no_handlers, nullptr, nullptr, nullptr);
}
int main() {
  weft_cont k = clang_resume(weft_rt_cont_new_mem(gcc_body, nullptr, 0), nullptr);
  try {
    throw std::runtime_error("late");
  } catch (...) {
    try {
      clang_resume(k, weft::thrown(std::current_exception()));
    } catch (const std::exception &e) {
      std::printf("main has %s\n", e.what());
    }
  }
  return std::uncaught_exceptions();
}
#endif
