// Functions that were told to return by a jump find it in their own module: hidden, one in a program, in no register
// that may hold a result. Modules without such functions have none.
// RUN: %clang -O2 %abi -S -o - %s | FileCheck %s
// RUN: %clang -O0 %abi -S -o - %s | FileCheck %s
// RUN: %clang -O2 -fcf-protection %abi -S -o - %s | FileCheck %s
// RUN: %clang -O2 -DMARK= %abi -S -o - %s | FileCheck %s --check-prefix=NONE
// CHECK-LABEL: next:
// CHECK-NOT: ret{{q?}}{{$}}
// CHECK: jmp __x86_return_thunk
// CHECK-LABEL: yield:
// CHECK-NOT: ret{{q?}}{{$}}
// CHECK: jmp __x86_return_thunk
// CHECK: .hidden __x86_return_thunk
// CHECK-NEXT: .weak __x86_return_thunk
// CHECK: __x86_return_thunk:
// CHECK: popq %r11
// CHECK: jmpq *%r11
// NONE-NOT: __x86_return_thunk
#include <weft/markers.h>
#ifndef MARK
#define MARK __attribute__((noinline, function_return("thunk-extern")))
#endif
WEFT_TAG(t, "i64->i64");
WEFT_ON1(on, t);
MARK uint64_t next(weft_cont *k, uint64_t v) {
  weft_payload io = {{v}};
  weft_resume(*k, &on, &io, &io, k);
  return io.i[0];
}
MARK uint64_t yield(uint64_t v) {
  weft_payload io = {{v}};
  weft_suspend(&t, &io, &io);
  return io.i[0];
}
