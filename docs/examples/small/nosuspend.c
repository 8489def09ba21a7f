// A per-thread cache, used where nothing waits. `lookup` says so, and is held to it: with -DWRONG it waits,
// and does not compile.
// expect: 9, computed once
#include <stdio.h>
#include <weft/task.h>

static __thread int last_key, last_square, computed;

__attribute__((annotate("weft-nosuspend"))) static int lookup(int key) {
  if (key != last_key) {
#ifdef WRONG
    weft_yield();
#endif
    last_key = key;
    last_square = key * key;
    computed++;
  }
  return last_square;
}

static void task(void *arg) {
  (void)arg;
  lookup(3);
  printf("%d, computed ", lookup(3));
  puts(computed == 1 ? "once" : "again");
}

int main(void) {
  weft_runtime *rt;
  if (weft_runtime_create(NULL, &rt, NULL, 0) != WEFT_OK)
    return 1;
  weft_spawn(rt, task, NULL, NULL, NULL);
  weft_run(rt);
  weft_runtime_destroy(rt);
}
