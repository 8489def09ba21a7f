// What the program itself keeps of a thread-local's address over a known suspension is a warning at its place (TLS-02).
// RUN: %clang -O0 -g -c -o %t.o %abi %s 2>&1 | FileCheck %s --implicit-check-not=warning:
// RUN: %clang -O2 -g -c -o %t.o %abi %s 2>&1 | FileCheck %s --implicit-check-not=warning:
// RUN: not %clang -O2 -g -Werror -c -o %t.o %abi %s
#include <errno.h>
#include <weft/sync.h>
_Thread_local int counter;
_Thread_local struct { int n, row[4]; } state;
int *shared;
void unknown(int *);

// CHECK: kept.c:[[@LINE+4]]:{{[0-9]+}}: warning: {{.*}}the address of thread-local 'counter' is kept in {{.*}} over a call on line [[@LINE+3]] that may suspend (calls 'weft_yield', which waits), and is another thread's after it (TLS-02)
void in_a_variable(void) {
  int *p = &counter;
  weft_yield();
  ++*p;
}
// CHECK: kept.c:[[@LINE+4]]:{{[0-9]+}}: warning: {{.*}}thread-local 'state' is kept in
void in_a_loop(int n) {
  int *p = &state.row[1];
  for (int i = 0; i < n; ++i) {
    *p += i;
    weft_yield();
  }
}
// CHECK: kept.c:[[@LINE+2]]:{{[0-9]+}}: warning: {{.*}}thread-local 'counter' is kept in memory over a call on line [[@LINE+4]]
void in_memory(void) {
  shared = &counter;
  unknown(shared);
  weft_yield();
}
// CHECK: kept.c:[[@LINE+1]]:{{[0-9]+}}: warning: {{.*}}thread-local 'counter' is kept by what is called
void as_an_argument(weft_chan *c) { weft_chan_recv(c, &counter); }
static void yields_between(int *p) {
  *p = 1;
  weft_yield();
  *p = 2;
}
// CHECK: kept.c:[[@LINE+1]]:{{[0-9]+}}: warning: {{.*}}thread-local 'counter' is kept by what is called
void by_a_callee(void) { yields_between(&counter); }

// Nothing is kept: another address behind it, a value, a call that is not known to suspend.
static void yields_behind(int *p) {
  *p = 1;
  weft_yield();
}
void anew(int n) {
  int *p = &counter;
  ++*p;
  weft_yield();
  p = &counter;
  ++*p;
  int value = counter;
  weft_yield();
  counter = value + state.row[n];
  int *q = &counter;
  unknown(q);
  ++*q;
  yields_behind(&counter);
}
