// The thread-local of thread-locals-by-pointers.cpp and accessors-of-a-link.c, asked for by code that knows of no
// suspension; and tasks that run what those define, each time on another thread.
#include <stdio.h>
#include <weft/task.h>

extern _Thread_local long owner;
static int checks, wrong;
void check(const long *place, int line) {
  ++checks;
  if (place != &owner && ++wrong < 20)
    printf("line %d\n", line);
}
void run(void);
static void body(void *arg) {
  (void)arg;
  run();
}
int main(void) {
  char error[256];
  weft_runtime *rt;
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK) {
    puts(error);
    return 2;
  }
  for (int i = 0; i < 3; ++i)
    weft_spawn(rt, body, NULL, NULL, NULL);
  weft_run(rt);
  printf("%d checks, %d wrong\n", checks, wrong);
  return wrong != 0 || checks == 0 || weft_runtime_destroy(rt) != WEFT_OK;
}
