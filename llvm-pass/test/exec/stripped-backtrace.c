// The backtrace of a fatal error crosses continuations and ends at a task's start also in a program without symbols.
// RUN: %clang -O1 %abi %s %rt -o %t
// RUN: llvm-strip --strip-all %t
// RUN: not --crash %t 2> %t.crossing
// RUN: FileCheck %s --check-prefix=CROSSING < %t.crossing
// RUN: not --crash %t task 2> %t.task
// RUN: FileCheck %s --check-prefix=TASK --implicit-check-not=libc.so < %t.task
// CROSSING: no handler for tag 'lost'
// CROSSING: -- continuation start --
// CROSSING: -- continuation start --
// CROSSING: libc.so
// TASK: no handler for tag 'lost'
// TASK: -- continuation start --
// TASK-NOT: -- continuation start --
#include <weft/markers.h>
#include <weft/task.h>
WEFT_TAG(lost, "->");
WEFT_TAG(tick, "->");
WEFT_ON1(on, tick);
static void inner(void *env, weft_payload *io) {
  (void)env, (void)io;
  weft_suspend(&lost, 0, 0);
}
static void outer(void *env, weft_payload *io) {
  (void)env, (void)io;
  weft_resume(weft_cont_new(inner, 0, 0), &on, 0, 0, 0);
}
static void task(void *arg) {
  (void)arg;
  weft_resume(weft_cont_new(inner, 0, 0), &on, 0, 0, 0);
}
int main(int argc, char **argv) {
  (void)argv;
  if (argc == 1) {
    weft_resume(weft_cont_new(outer, 0, 0), &on, 0, 0, 0);
    return 0;
  }
  weft_runtime *rt;
  if (weft_runtime_create(0, &rt, 0, 0) != WEFT_OK)
    return 1;
  weft_spawn_attr attr = {.size = sizeof attr, .flags = WEFT_SPAWN_DETACHED};
  weft_spawn(rt, task, 0, &attr, 0);
  weft_run(rt);
}
