// A backtrace has room on the smallest stack: asked for, and when a marker breaks a rule.
// REQUIRES: x86_64
// RUN: %clang -O1 -g %abi -fpass-plugin=%pass %s %rt -rdynamic -o %t
// RUN: %t | FileCheck %s
// RUN: not --crash %t break 2>&1 | FileCheck --check-prefix=TRAP %s
// CHECK: #0  asks
// CHECK: #{{[0-9]+}} {{ *}}-- continuation start --
// CHECK: main
// CHECK: end
// TRAP: (CONT-01)
// TRAP: asks
// TRAP: main
#include <stdio.h>
#include <weft/backtrace.h>
#include <weft/markers.h>

static void line(void *arg, const char *text) {
  (void)arg;
  puts(text);
}

__attribute__((noinline)) void asks(int broken, weft_payload *io) {
  if (broken)
    weft_resume(0, NULL, io, io, NULL);
  else
    weft_backtrace(20, line, NULL);
  __asm__ volatile("" ::: "memory");
}

static void body(void *broken, weft_payload *io) {
  asks(broken != NULL, io);
  __asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv) {
  weft_payload io = {0};
  weft_cont k = weft_cont_new(body, argc > 1 ? argv : NULL, WEFT_STACK_16K);
  weft_resume(k, NULL, &io, &io, NULL);
  puts("end");
}
