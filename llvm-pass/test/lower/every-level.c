// No marker is left at any level, in optnone functions, or in code that is never reached; -O0 code too is switched
// inline.
// Of one port only: what this is about is the inline port's text.
// REQUIRES: inline-port
// RUN: for O in 0 1 2 3 s; do %clang -O$O %abi -c -o %t.o %s && llvm-nm %t.o | not grep 'weft\.' && llvm-nm %t.o | grep 'U weft_rt_suspend_slow' || exit 1; done
// RUN: %clang -O2 -flto %abi -c -o %t.bc %s && llvm-nm %t.bc | not grep 'weft\.'
// RUN: %clang -O2 -flto=thin %abi -c -o %t.bc %s && llvm-nm %t.bc | not grep 'weft\.'
#include <weft/markers.h>
WEFT_TAG(t, "i64->i64");
WEFT_ON1(on, t);
static void body(void *env, weft_payload *io) {
  (void)env;
  weft_suspend(&t, io, io);
}
__attribute__((optnone, noinline)) uint64_t not_optimized(void) {
  weft_cont k = weft_cont_new(body, 0, 0);
  weft_payload io;
  weft_resume(k, &on, 0, &io, &k);
  weft_cont_drop(k);
  return io.i[0];
}
void never(weft_cont k) {
  return;
  weft_cont_drop(k);
}
