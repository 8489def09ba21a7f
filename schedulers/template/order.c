// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Prints in which order three tasks run, two rounds each: under whatever WEFT_SCHED says.
#include <stdio.h>
#include <weft/task.h>

static void twice(void *name) {
  printf(" %s", (char *)name);
  weft_yield();
  printf(" %s", (char *)name);
}

int main(void) {
  char error[256];
  weft_runtime *rt;
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  char *names[] = {"a", "b", "c"};
  for (int i = 0; i < 3; ++i)
    weft_spawn(rt, twice, names[i], NULL, NULL);
  weft_status end = weft_run(rt);
  puts("");
  weft_runtime_destroy(rt);
  return end != WEFT_OK;
}
