// Compiled without the plug-in, each call is an error that says how to load it; by gcc too.
// RUN: not clang -O0 -c %abi -o %t.o %s 2>&1 | FileCheck %s
// RUN: not gcc -O2 -c %abi -o %t.o %s 2>&1 | FileCheck %s
// REQUIRES: gcc
#include <weft/markers.h>
void f(weft_cont k) {
  weft_cont_drop(k);
  // CHECK: compiled-without-the-pass.c:[[@LINE-1]]:3: error: call to {{.*}}weft{{.*}} declared with {{.*}}error{{.*}}Weft's pass did not run: compile with clang -fpass-plugin=weft-pass-22.so
}
