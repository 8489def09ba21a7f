// C says it by annotate, of definitions and of declarations.
// RUN: %clang -O0 -Xclang -disable-O0-optnone -S -emit-llvm -o %t.ll %s %abi
// RUN: opt -load-pass-plugin=%pass -passes='weft-markers,print<weft-suspend-info>' -disable-output %t.ll 2>&1 | FileCheck %s
__attribute__((annotate("weft-nosuspend"))) void quick(void);
__attribute__((annotate("weft-maysuspend"))) void slow(void);
void unknown(void);
// CHECK-LABEL: function 'a': never suspends
// CHECK: never suspends: behind a barrier
void a(void) { quick(); }
// CHECK-LABEL: function 'b': may suspend
// CHECK: may suspend: calls 'slow', which says "weft-maysuspend"
void b(void) { slow(); }
// CHECK-LABEL: function 'c': never suspends
// CHECK: never suspends: behind a barrier
__attribute__((annotate("weft-nosuspend"))) void c(void) { unknown(); }
// CHECK-LABEL: function 'd': never suspends
// CHECK: never suspends: calls 'c', in which nothing suspends
void d(void) { c(); }
