// A thread that has an ended one's thread pointer is another thread, with other thread-locals: what was kept of the ended one's is
// forgotten. In a library that is loaded late: its thread-locals are in blocks that threads get when they ask first.
// UNSUPPORTED: sanitized
// DEFINE: %{make} = %clang %abi -fPIC -shared -DLIBRARY %s -o %t.so
// RUN: %clang %abi -O2 %s -rdynamic %rt -o %t
// RUN: %{make} -O0 && %t %t.so
// RUN: %{make} -O1 && %t %t.so
// RUN: %{make} -O2 -g && %t %t.so
// RUN: %{make} -O2 -mtls-dialect=gnu2 && %t %t.so
// RUN: %{make} -O3 -flto -fuse-ld=lld -Wl,--load-pass-plugin=%pass && %t %t.so
// By the thread pointer it would not be so.
// RUN: %clang -O2 %abi -fPIC -DLIBRARY -S %s -o - | sed 's/weft_thread_number@GOTTPOFF(%rip)/%fs:0/; s/%fs:(\(%r[a-z0-9]*\)), \1/\1, \1/' > %t.s
// RUN: %clang -shared %t.s -o %t.so && %if knows-the-link %{not %t %t.so | FileCheck %s%} %else %{%t %t.so%}
// CHECK: {{[1-9][0-9]*}} wrong
#include <stdint.h>
#include <weft/markers.h>
void check(uint64_t is, uint64_t number, int line);
#define CHECK(is) check((is), number, __LINE__)
#ifdef LIBRARY
WEFT_TAG(hopping, "->i64");
_Thread_local uint64_t own;
static _Thread_local uint64_t local[8];
void become(uint64_t number) { own = local[3] = number; }
static uint64_t hop(void) {
  weft_payload io;
  weft_suspend(&hopping, 0, &io);
  return io.i[0];
}
void body(void *env, weft_payload *io) {
  (void)env;
  uint64_t number = io->i[0];
  CHECK(own), CHECK(local[3]);
  for (int i = 0; i < 6; ++i) {
    number = hop();
    CHECK(own), CHECK(local[3]);
    if (i % 2) {
      number = hop();
      CHECK(local[3]);
    }
  }
  number = hop();
  CHECK(own);
}
#else
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static weft_cont k;
static int more = 1, wrong, checks, replaced;
static const weft_handlers *on;
static void (*become)(uint64_t);
void check(uint64_t is, uint64_t number, int line) {
  ++checks;
  if (is != number && ++wrong < 20)
    printf("line %d: %lu, not %lu\n", line, (unsigned long)is, (unsigned long)number);
}
static pthread_t last;
static void *thread(void *number) {
  replaced += pthread_self() == last;
  last = pthread_self();
  become((uint64_t)number);
  weft_payload io = {.i = {(uint64_t)number}};
  more = (int)weft_resume(k, on, &io, 0, &k);
  return 0;
}
int main(int argc, char **argv) {
  void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
  if (!library)
    return puts(dlerror()), 2;
  become = (void (*)(uint64_t))dlsym(library, "become");
  static weft_handlers table = {1, 0, {{0, WEFT_ON_SUSPEND, 0}}};
  table.entry[0].tag = (const weft_tag *)dlsym(library, "hopping");
  on = &table;
  k = weft_cont_new((void (*)(void *, weft_payload *))dlsym(library, "body"), 0, 0);
  for (uint64_t number = 1; more; ++number) {
    pthread_t t;
    pthread_create(&t, 0, thread, (void *)number);
    pthread_join(t, 0);
    // The ended thread's blocks are not the next one's.
    for (size_t bytes = 16; bytes < 2048; bytes += 16)
      for (int i = 0; i < 8; ++i)
        memset(malloc(bytes), 0xee, bytes);
  }
  printf("%d checks, %d wrong, %d with an ended thread's pointer\n", checks, wrong, replaced);
  return wrong || checks < 18 || !replaced;
}
#endif
