// WEFT_STACK says what class 0 means also where no runtime is made; a wrong value is told.
// RUN: %clang -O0 %abi %s %rt -o %t
// RUN: env WEFT_STACK=1M %t
// RUN: not --crash env WEFT_STACK=64K %t 2>&1 | FileCheck --check-prefix=SMALL %s
// RUN: not --crash env WEFT_STACK=17K %t 2>&1 | FileCheck --check-prefix=WRONG %s
// SMALL: weft: stack overflow in continuation #{{[0-9]+}}: 64 KiB
// WRONG: WEFT_STACK=17K: accepted: 16K, 64K, 256K, 1M, 8M, 64M, 1G
#include <string.h>
#include <weft/markers.h>
static int deep(int n) {
  volatile char here[1024];
  memset((char *)here, n, sizeof here);
  return n ? deep(n - 1) + here[0] : 0;
}
static void body(void *env, weft_payload *io) {
  (void)env;
  io->i[0] = (uint64_t)deep(200);
}
int main(void) {
  weft_payload io = {0};
  return (int)weft_resume(weft_cont_new(body, 0, WEFT_STACK_DEFAULT), 0, &io, &io, 0);
}
