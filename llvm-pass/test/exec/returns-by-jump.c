// Two modules whose resume and suspend stand in functions that return by a jump make one program, with either linker
// and with link-time optimization; each copy of the jump that is left serves both.
// RUN: %clang -O0 %abi %s %S/Inputs/yields-by-jump.c %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -g %abi %s %S/Inputs/yields-by-jump.c %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -flto -fuse-ld=lld %abi %s %S/Inputs/yields-by-jump.c %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -flto=thin -fuse-ld=lld %abi %s %S/Inputs/yields-by-jump.c %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -shared -fPIC %abi %s %S/Inputs/yields-by-jump.c -o %t.so && llvm-nm %t.so | FileCheck %s --check-prefix=OWN
// CHECK: 5050
// OWN: t __x86_return_thunk
#include <stdio.h>
#include <weft/markers.h>
WEFT_TAG(number, "i64->i64");
WEFT_ON1(on, number);
uint64_t yield(uint64_t v);
__attribute__((noinline, function_return("thunk-extern"))) uint64_t next(weft_cont *k, uint64_t v) {
  weft_payload io = {{v}};
  weft_resume(*k, &on, &io, &io, k);
  return io.i[0];
}
static void body(void *env, weft_payload *io) {
  (void)env;
  for (uint64_t v = io->i[0];;)
    v = yield(v + 1);
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, WEFT_STACK_DEFAULT);
  uint64_t sum = 0;
  for (uint64_t i = 0; i < 100; ++i)
    sum += next(&k, i);
  weft_cont_drop(k);
  printf("%llu\n", (unsigned long long)sum);
}
