// Code that cannot suspend is byte for byte what it is without the pass; so is what a suspending function calls.
// UNSUPPORTED: sanitized
// RUN: sh %S/Inputs/same-without "%clang" "%abi" %s %t
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <weft/task.h>
_Thread_local int a;
extern _Thread_local int b;
static _Thread_local struct { int n; char name[40]; } c;
_Thread_local int (*d)[4];
__attribute__((annotate("weft-nosuspend"))) static void (*pointer)(void);

__attribute__((noinline)) int *place(void) { return &a; }
static inline int both(void) { return a + b; }
int in_a_loop(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i)
    sum += both() + c.name[i] + *place();
  return sum;
}
char *by_the_library(const char *s) {
  errno = 0;
  memcpy(c.name, s, strlen(s));
  c.n = atoi(s) + (int)strtol(s, 0, 10);
  return errno ? 0 : strdup(c.name);
}
int of_the_thread(void) { return pthread_self() == *(pthread_t *)d && errno == a ? isalpha(b) : -1; }
weft_status wakes(weft_task t) { return ++a, weft_wake(t); }
#ifdef SUSPENDS
void suspends(void) {
  in_a_loop(both()), weft_yield(), in_a_loop(both());
  by_the_library(c.name), weft_yield(), by_the_library(c.name);
  *place() = of_the_thread(), weft_yield(), *place() = of_the_thread();
}
#endif
