// Clean-ups of callers run when C code that suspends is dropped, link-time optimization or not: C's functions are nounwind
// to clang, and a drop unwinds them all the same.
// RUN: %clang -O2 %abi -fpass-plugin=%pass -c %s -o %t.c.o
// RUN: clang++ -O2 %abi -fpass-plugin=%pass -x c++ -DCALLER -c %s -o %t.cpp.o
// RUN: clang++ %t.c.o %t.cpp.o %rt -o %t.plain && %t.plain | FileCheck %s
// RUN: %clang -O2 -flto %abi -fpass-plugin=%pass -c %s -o %t.c.o
// RUN: clang++ -O2 -flto %abi -fpass-plugin=%pass -x c++ -DCALLER -c %s -o %t.cpp.o
// RUN: clang++ -O2 -flto -fuse-ld=lld %t.c.o %t.cpp.o %rt -o %t.full && %t.full | FileCheck %s
// RUN: %clang -O2 -flto=thin %abi -fpass-plugin=%pass -c %s -o %t.c.o
// RUN: clang++ -O2 -flto=thin %abi -fpass-plugin=%pass -x c++ -DCALLER -c %s -o %t.cpp.o
// RUN: clang++ -O2 -flto=thin -fuse-ld=lld %t.c.o %t.cpp.o %rt -o %t.thin && %t.thin | FileCheck %s
// CHECK: released: inner
// CHECK-NEXT: released: outer
// CHECK-NEXT: dropped
#include <stdio.h>
#include <weft/markers.h>

#ifndef CALLER
WEFT_TAG(yield, "->");
static void inner(void) { weft_suspend(&yield, NULL, NULL); }
void suspends(void) { inner(); }
void calls(void (*f)(void)) { f(); }
#else
extern "C" {
void suspends(void);
void calls(void (*f)(void));
extern const weft_tag yield;
}
WEFT_ON1(on, yield);
struct Release {
  const char *name;
  ~Release() { printf("released: %s\n", name); }
};
static void called() {
  Release r{"inner"};
  suspends();
}
static void body(void *, weft_payload *) {
  Release r{"outer"};
  calls(called);
}
int main() {
  weft_cont k = weft_cont_new(body, nullptr, WEFT_STACK_DEFAULT);
  weft_resume(k, &on, nullptr, nullptr, &k);
  weft_cont_drop(k);
  puts("dropped");
}
#endif
