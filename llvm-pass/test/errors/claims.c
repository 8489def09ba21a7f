// A "weft-nosuspend" that is wrong for all to see is an error at its place (SUSP-01).
// RUN: not %clang -O2 -g -c -o %t.o %abi %s 2>&1 | FileCheck %s
// RUN: not %clang -O0 -c -o %t.o %abi %s 2>&1 | FileCheck %s --check-prefix=WITHOUT-G
#include <weft/markers.h>
#include <weft/task.h>
#define QUICK __attribute__((annotate("weft-nosuspend")))
WEFT_TAG(yield, "->");
// CHECK: claims.c:[[@LINE+2]]:30: error: {{.*}}function 'marked' says "weft-nosuspend", and may suspend here: calls 'weft.suspend{{.*}}', which suspends (SUSP-01)
// WITHOUT-G: function 'marked' says "weft-nosuspend", and may suspend here
QUICK void marked(void) {    weft_suspend(&yield, 0, 0); }
static void deeper(void) { weft_yield(); }
// CHECK: claims.c:[[@LINE+2]]:32: error: {{.*}}function 'calls' says "weft-nosuspend", and may suspend here: calls 'deeper', which calls 'weft_yield', which waits (SUSP-01)
// WITHOUT-G: function 'calls' says "weft-nosuspend", and may suspend here
QUICK void calls(void) {       deeper(); }
// CHECK: error: {{.*}}function 'both' says both "weft-nosuspend" and "weft-maysuspend" (SUSP-01)
QUICK __attribute__((annotate("weft-maysuspend"))) void both(void) {}
