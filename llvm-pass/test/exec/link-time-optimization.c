// Lowered before the link, inlined by it: with and without the plug-in in the linker, full and thin.
// RUN: %clang -O2 -flto -fuse-ld=lld %abi %s %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -flto=thin -fuse-ld=lld %abi %s %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -flto -fuse-ld=lld -Wl,--load-pass-plugin=%pass %abi %s %rt -o %t && %t | FileCheck %s
// RUN: %clang -O2 -flto=thin -fuse-ld=lld -Wl,--load-pass-plugin=%pass %abi %s %rt -o %t && %t | FileCheck %s
// CHECK: 4950
#include <stdio.h>
#include <weft/markers.h>
WEFT_TAG(yield, "i64->");
WEFT_ON1(on, yield);
static void body(void *env, weft_payload *io) {
  (void)env, (void)io;
  for (uint64_t i = 0; i < 100; ++i) {
    weft_payload p = {.i = {i}};
    weft_suspend(&yield, &p, 0);
  }
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io;
  uint64_t sum = 0;
  while (weft_resume(k, &on, 0, &io, &k))
    sum += io.i[0];
  printf("%d\n", (int)sum);
}
