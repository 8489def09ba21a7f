// What is of the thread is the running thread's, in a continuation that each suspension takes to another thread: in an
// executable and in a library, in every model, at every level, and with link-time optimization.
// A sanitizer is a library of its own, and is tested elsewhere.
// UNSUPPORTED: sanitized
// DEFINE: %{make} = sh %S/Inputs/make-and-run %t "%clang" %s %S/Inputs/thread-locals-library.c %abi "%rt"
// RUN: %{make} -O0 && %{make} -O1 && %{make} -O2 && %{make} -O3
// RUN: %{make} -O0 -fno-pic -no-pie && %{make} -O2 -fno-pic -no-pie && %{make} -O2 -g -fPIC
// RUN: %{make} -O2 -flto -fuse-ld=lld -Wl,--load-pass-plugin=%pass
// RUN: %{make} -O2 -flto=thin -fuse-ld=lld -Wl,--load-pass-plugin=%pass
// RUN: %{make} -O0 -flto -fuse-ld=lld -Wl,--load-pass-plugin=%pass
// A library that keeps addresses while the thread is the same.
// RUN: %{make} -DOF_WEFT -O1 && %{make} -DOF_WEFT -O2 -g && %{make} -DOF_WEFT -O3 -mtls-dialect=gnu2 && %{make} -DOF_WEFT -Os
// RUN: %{make} -DOF_WEFT -O2 -flto -fuse-ld=lld -Wl,--load-pass-plugin=%pass
// RUN: llvm-objdump -d %t.so | grep "weft_rt_thread_number"
// RUN: %{make} -DOF_WEFT -O2 -flto=thin -fuse-ld=lld -Wl,--load-pass-plugin=%pass
// It is the pass that makes it so.
// RUN: not %{make} -O2 -DBOUND | FileCheck %s
// CHECK: {{[1-9][0-9]*}} wrong
#ifdef BOUND
#pragma clang attribute push(__attribute__((annotate("weft-thread-bound"))), apply_to = function)
#endif
#include "Inputs/thread-locals.h"
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <weft/markers.h>

WEFT_TAG(hopping, "->i64");
WEFT_ON1(on, hopping);

static _Thread_local uint64_t local_a;
_Thread_local struct of_thread global_b;
extern _Thread_local uint64_t library_a; // initial-exec
static _Thread_local struct of_thread local_c;
DEFINE_LOOKS(local, local_a, global_b, local_c)
DEFINE_LOOKS(foreign, library_a, global_b, local_c)
void library_begin(uint64_t number);
void library_look(uint64_t number);

int *errnos[3];
pthread_t selves[3];
static int checks, wrong;
void check(uint64_t is, uint64_t number, int line) {
  ++checks;
  if (is != number && ++wrong < 20)
    printf("line %d: %d, not %d\n", line, (int)is, (int)number);
}
static inline uint64_t hop_here(void) {
  weft_payload io;
  weft_suspend(&hopping, 0, &io);
  return io.i[0];
}
__attribute__((noinline)) uint64_t hop(void) { return hop_here(); }

static void here(uint64_t n) { // with the marker in the same function
  CHECK(local_a, n);
  n = hop_here();
  CHECK(local_a, n);
  for (int i = 0; i < 4; ++i) {
    CHECK(library_a, n);
    n = hop_here();
    CHECK(global_b.number, n);
    CHECK(&errno == errnos[n], 1);
  }
}
static void body(void *env, weft_payload *io) {
  (void)env;
  here(io->i[0]);
  uint64_t n = hop();
  local_looks(n);
  library_begin(n = hop()), local_become(n), foreign_become(n);
  library_begin(n = hop()), local_become(n), foreign_become(n);
  foreign_looks(n);
  library_begin(n = hop()), local_become(n), foreign_become(n);
  library_begin(n = hop()), local_become(n), foreign_become(n);
  library_look(n);
}

static weft_cont k;
static sem_t turn[3], done;
static int more = 1;
static void *thread(void *number) {
  uint64_t n = (uint64_t)number;
  local_become(n), foreign_become(n), library_begin(n);
  errnos[n] = &errno, selves[n] = pthread_self();
  sem_post(&done);
  for (;;) {
    sem_wait(&turn[n]);
    if (!more)
      return 0;
    weft_payload io = {.i = {n}};
    more = (int)weft_resume(k, &on, &io, 0, &k);
    sem_post(&done);
  }
}
int main(void) {
  pthread_t threads[3];
  sem_init(&done, 0, 0);
  for (uint64_t n = 1; n < 3; ++n) {
    sem_init(&turn[n], 0, 0);
    pthread_create(&threads[n], 0, thread, (void *)n);
    sem_wait(&done);
  }
  k = weft_cont_new(body, 0, 0);
  int turns = 0;
  for (; more; ++turns) {
    sem_post(&turn[1 + turns % 2]);
    sem_wait(&done);
  }
  for (int n = 1; n < 3; ++n)
    sem_post(&turn[n]), pthread_join(threads[n], 0);
  printf("%d turns, %d checks, %d wrong\n", turns, checks, wrong);
  return wrong != 0 || checks < 200;
}
#ifdef BOUND
#pragma clang attribute pop
#endif
