// Instrumented code switches out of line, where the runtime tells the sanitizer. (A runtime without
// instrumentation still runs it.)
// (To be linked with the sanitizer build of libweft; here on purpose without.)
// RUN: %clang -O1 -fsanitize=address %abi %s -Wl,--defsym=weft_sanitizer_address=0 %rt -o %t && %t | FileCheck %s
// RUN: %clang -O0 -fsanitize=thread %abi %s -Wl,--defsym=weft_sanitizer_thread=0 %rt -o %t && %t | FileCheck %s
// CHECK: 10 10
#include <stdio.h>
#include <weft/markers.h>
WEFT_TAG(yield, "i64,double->i64");
WEFT_ON1(on, yield);
static void body(void *env, weft_payload *io) {
  (void)env;
  uint64_t local[4] = {1, 2, 3, 4}, sum = 0;
  for (int i = 0; i < 4; ++i) {
    weft_payload p = {.i = {local[i]}, .f = {2.5}};
    weft_suspend(&yield, &p, &p);
    sum += p.i[0];
  }
  io->i[0] = sum;
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io;
  double floats = 0;
  while (weft_resume(k, &on, &io, &io, &k))
    floats += io.f[0];
  printf("%d %g\n", (int)io.i[0], floats);
}
