// Null is no continuation.
// RUN: %clang -O2 %abi %s %rt -o %t && not --crash %t 2>&1 | FileCheck %s
// CHECK: weft: continuation already consumed: the handle is null{{.*}} (CONT-01)
#include <weft/markers.h>
int main(int argc, char **argv) {
  (void)argv;
  weft_resume((weft_cont)(argc - 1), 0, 0, 0, 0);
}
