// What makes a task wait is a suspension like any other: inside a barrier each is the defined error. One that need not
// wait goes through.
// RUN: %clang -O0 %abi %s %rt -o %t.0 && for c in yield sleep receive park; do not --crash %t.0 $c 2>&1; done | FileCheck %s
// RUN: %clang -O2 %abi %s %rt -o %t.2 && for c in yield sleep receive park; do not --crash %t.2 $c 2>&1; done | FileCheck %s
// RUN: %t.0 ready | FileCheck %s --check-prefix=READY
// RUN: %t.2 ready | FileCheck %s --check-prefix=READY
// CHECK-COUNT-4: weft: tag 'weft.{{[a-z]+}}' (0x{{[0-9a-f]+}}) would cross the barrier in 'waiting' at {{.*}}barrier-in-task.c:[[@LINE+24]], in task 'waiting' #{{[0-9]+}} (CONT-10)
// READY: received 7
#include <stdio.h>
#include <string.h>
#include <weft/markers.h>
#include <weft/sync.h>
#include <weft/task.h>

static const char *how;
static weft_chan *channel;

static void wait_for(int *value) {
  if (!strcmp(how, "yield"))
    weft_yield();
  else if (!strcmp(how, "sleep"))
    weft_sleep(1000000);
  else if (!strcmp(how, "park"))
    weft_park();
  else
    weft_chan_recv(channel, value);
}
static void waiting(void *arg) {
  int value = 0;
  (void)arg;
  WEFT_BARRIER(wait_for)(&value);
  printf("received %d\n", value);
}
static void other(void *arg) { (void)arg; }

int main(int argc, char **argv) {
  char error[256];
  weft_runtime *rt;
  how = argc > 1 ? argv[1] : "";
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  channel = weft_chan_new(sizeof(int), 1);
  int seven = 7;
  if (!strcmp(how, "ready"))
    weft_chan_try_send(channel, &seven);
  weft_spawn_attr attr = {.size = sizeof attr, .flags = WEFT_SPAWN_DETACHED, .name = "waiting"};
  weft_spawn(rt, waiting, NULL, &attr, NULL);
  attr.name = "other";
  weft_spawn(rt, other, NULL, &attr, NULL);
  weft_run(rt);
  weft_chan_free(channel);
  weft_runtime_destroy(rt);
}
