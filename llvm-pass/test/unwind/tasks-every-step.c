// A task's stack ends cleanly at its start, and its loop's at _start, at every single instruction of a loop that runs
// four tasks with a channel, yields, and calls on the native stack: with the runtime in the program and in a library.
// (The unwinder from outside does not understand a library that lld has linked, gdb and those inside do.)
// Of one port only: what this is about is the inline port's text. A Debug runtime is ten times the steps around the same text.
// REQUIRES: inline-port, x86_64, ptrace, optimized-runtime
// RUN: clang -g -O1 %abi -c %s -o %t.o
// RUN: clang %t.o %rt -o %t.program
// RUN: %step_outside %t.program > %t.outside || (cat %t.outside; false)
// RUN: FileCheck %s < %t.outside
// RUN: clang++ -Wl,-z,lazy %t.o %step_inside %build/lib/libweft.so -Wl,-rpath,%build/lib -o %t.library
// RUN: env STEP_BY=libunwind STEP_ON=current %t.library > %t.libunwind || (cat %t.libunwind; false)
// RUN: FileCheck %s < %t.libunwind
// RUN: env STEP_BY=libgcc STEP_ON=own %t.library > %t.libgcc || (cat %t.libgcc; false)
// RUN: FileCheck %s < %t.libgcc
// CHECK-DAG: saw {{.*}}weft_chan_send < send < produce < {{.*}} < weft_rt_entry_root{{$}}
// CHECK-DAG: saw on_native < {{.*}}weft_rt_call_on < {{.*}}call_native{{.*}} < yields < {{.*}} < weft_rt_entry_root{{$}}
// CHECK-DAG: saw {{.*}}weft_run < round_of < main <
// CHECK: steps, {{[0-9]+}} unwound, {{.*}} 0 bad
#include <stdio.h>
#include <weft/sync.h>
#include <weft/task.h>
#define NOINLINE __attribute__((noinline))
#define KEEP __asm__ volatile("" ::: "memory") // nothing is a tail call

static weft_chan *squares;
static int sum;

NOINLINE static void send(int x) {
  int square = x * x;
  weft_chan_send(squares, &square);
  KEEP;
}
static void produce(void *arg) {
  for (int i = 1; i <= *(int *)arg; ++i)
    send(i);
  weft_chan_close(squares);
  KEEP;
}
static void consume(void *arg) {
  (void)arg;
  int square;
  while (weft_chan_recv(squares, &square) == WEFT_OK)
    sum += square;
  KEEP;
}
static void on_native(void *arg) { *(int *)arg += 1; }
static void yields(void *arg) {
  weft_yield();
  weft_call_native(on_native, arg);
  weft_yield();
  KEEP;
}

NOINLINE static void round_of(weft_runtime *rt) {
  squares = weft_chan_new(sizeof(int), 0);
  int count = 3, calls = 0;
  weft_spawn_attr attr = {.size = sizeof attr, .flags = WEFT_SPAWN_DETACHED};
  weft_spawn(rt, produce, &count, &attr, NULL);
  weft_spawn(rt, consume, NULL, &attr, NULL);
  weft_spawn(rt, yields, &calls, &attr, NULL);
  weft_spawn(rt, yields, &calls, &attr, NULL); // two: they hand over to each other
  weft_run(rt);
  weft_chan_free(squares);
  KEEP;
}

int main(void) {
  char error[256];
  weft_runtime *rt;
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  round_of(rt);
  __asm__ volatile("int3");
  round_of(rt);
  __asm__ volatile("int3");
  return sum == 28 ? 0 : 1;
}
