// A lowered object names the port it was made for, so that no other runtime, and none, links.
// RUN: not %clang -O2 %abi %s -o %t 2>&1 | FileCheck %s
// CHECK: undefined {{.*}}weft_abi1_{{x86_64_inline|portable}}
#include <weft/markers.h>
void drop(weft_cont k) { weft_cont_drop(k); }
int main(void) { return 0; }
