// In C every error has line and column, with and without debug info, at every level.
// RUN: not %clang -O0 -c %abi -o %t.o %s 2>&1 | FileCheck %s
// RUN: not %clang -O2 -c %abi -o %t.o %s 2>&1 | FileCheck %s
// RUN: not %clang -O2 -g -c %abi -o %t.o %s 2>&1 | FileCheck %s
#include <weft/markers.h>
WEFT_TAG(t, "i33->");
WEFT_TAG(u, "i64->i64");
void f(weft_cont k) {
  weft_suspend(&t, 0, 0);
  // CHECK: place-in-c.c:[[@LINE-1]]:3: error: weft.suspend: tag 't' has a wrong signature "i33->", character 1:
  if (k) weft_switch(k, &u, 0, 3, 0);
  // CHECK: place-in-c.c:[[@LINE-1]]:10: error: weft.switch: sends 3 integers, but tag 'u' ("i64->i64") says 1
  weft_resume(k, &t, 0, 0, 0);
  // CHECK: place-in-c.c:[[@LINE-1]]:3: error: weft.resume: handler table 't' has 16 bytes; one with room for an entry
}
static void not_a_body(int x) { (void)x; }
weft_cont g(void) {
  return weft_cont_new((weft_marker_body)not_a_body, 0, 0);
  // CHECK: place-in-c.c:[[@LINE-1]]:10: error: weft.cont.new: body 'not_a_body' is not a void (ptr env, ptr io)
}
weft_cont h(weft_marker_body body) {
  return weft_cont_new(body, 0, WEFT_STACK_CLASSES);
  // CHECK-NOT: error: weft
}
weft_cont b(weft_cont k, weft_payload *values) {
  return weft_cont_bind(k, values, 7, 0);
  // CHECK: place-in-c.c:[[@LINE-1]]:10: error: weft.cont.bind: binds 7 integers, at most 6 travel (rule CONT-08)
}
void *c(void) {
  return (void *)WEFT_BARRIER(f);
  // CHECK: place-in-c.c:[[@LINE-1]]:18: error: weft.barrier: what WEFT_BARRIER(f) gives can only be called, at once
}
// CHECK: 6 errors generated
