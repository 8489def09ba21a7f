// A handle is used up by its resume, at whatever level the check was compiled.
// RUN: %clang -O0 %abi %s %rt -o %t.0 && not --crash %t.0 2>&1 | FileCheck %s
// RUN: %clang -O2 %abi %s %rt -o %t.2 && not --crash %t.2 2>&1 | FileCheck %s
// CHECK: weft: continuation already consumed: handle 0x{{[0-9a-f]+}}{{.*}} (CONT-01)
#include <weft/markers.h>
WEFT_TAG(pause, "->");
WEFT_ON1(on, pause);
static void body(void *env, weft_payload *io) {
  (void)env, (void)io;
  weft_suspend(&pause, 0, 0);
}
int main(void) {
  weft_cont k = weft_cont_new(body, 0, 0), next;
  weft_resume(k, &on, 0, 0, &next);
  weft_resume(k, &on, 0, 0, &next);
}
