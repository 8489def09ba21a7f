// A suspend that no resume lists is named, and so is one outside of any continuation.
// RUN: %clang -O2 %abi %s %rt -o %t && not --crash %t inside 2>&1 | FileCheck %s && not --crash %t 2>&1 | FileCheck %s
// CHECK: weft: no handler for tag 'nobody'{{.*}} (CONT-02)
#include <weft/markers.h>
WEFT_TAG(nobody, "->");
WEFT_TAG(other, "->");
WEFT_ON1(on, other);
static void body(void *env, weft_payload *io) {
  (void)env, (void)io;
  weft_suspend(&nobody, 0, 0);
}
int main(int argc, char **argv) {
  (void)argv;
  if (argc > 1)
    weft_resume(weft_cont_new(body, 0, 0), &on, 0, 0, 0);
  else
    body(0, 0);
}
