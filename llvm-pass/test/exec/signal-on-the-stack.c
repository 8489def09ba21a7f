// Signals that are handled on whatever stack the code stands on, a continuation's or a resumer's, also in the middle of
// a switch, write over nothing that is alive: not over what the text pushed, not over the red zone of a leaf function
// that a continuation calls, not over that of one that has a switch inlined.
// RUN: %everylevel %s | FileCheck %s
// CHECK: 0 wrong
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <weft/markers.h>

WEFT_TAG(tick, "i64->i64");
WEFT_ON1(on, tick);

static volatile sig_atomic_t signals;
static void scribble(int signal) {
  volatile char below[2048];
  memset((char *)below, 0xa5, sizeof below);
  signals += signal != 0;
}

// Its locals lie below the stack pointer.
__attribute__((noinline)) static long leaf(long x) {
  volatile long a = x, b = x + 1, c = x + 2, d = x + 3;
  for (volatile int i = 0; i < 20; ++i)
    a += 1;
  return a + b + c + d;
}
__attribute__((noinline)) static long suspends(long x) {
  volatile long a = x, b = x + 1, c = x + 2, d = x + 3;
  weft_suspend(&tick, 0, 0);
  return a + b + c + d;
}
static long wrong;
static void body(void *env, weft_payload *io) {
  (void)io;
  for (long i = 0;; ++i) {
    wrong += leaf(i) != 4 * i + 26;
    wrong += suspends(i) != 4 * i + 6;
    if (*(volatile int *)env)
      return;
  }
}
int main(void) {
  volatile int stop = 0;
  weft_cont k = weft_cont_new(body, (void *)&stop, 0);
  struct sigaction action = {.sa_handler = scribble};
  sigaction(SIGALRM, &action, 0);
  struct itimerval often = {{0, 100}, {0, 100}};
  setitimer(ITIMER_REAL, &often, 0);
  while (weft_resume(k, &on, 0, 0, &k))
    stop = signals > 500;
  memset(&often, 0, sizeof often);
  setitimer(ITIMER_REAL, &often, 0);
  printf("%ld wrong\n", wrong);
}
