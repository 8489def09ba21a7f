// qsort cannot bear to be left in the middle: its comparator may be resumed later, when the array
// is gone, or never. WEFT_BARRIER says so, and a suspension that would cross the call is an error
// that names its tag and this place. With an argument this program makes that mistake.
// expect: 1 2 3
#include <stdio.h>
#include <stdlib.h>
#include <weft/markers.h>

WEFT_TAG(pause, "->");
WEFT_ON1(on_pause, pause);
static int careless;

static int by_value(const void *a, const void *b) {
  if (careless)
    weft_suspend(&pause, NULL, NULL);
  return *(const int *)a - *(const int *)b;
}

static void sorts(void *env, weft_payload *io) {
  (void)env, (void)io;
  int values[] = {3, 1, 2};
  WEFT_BARRIER(qsort)(values, 3, sizeof *values, by_value);
  printf("%d %d %d\n", values[0], values[1], values[2]);
}

int main(int argc, char **argv) {
  (void)argv;
  careless = argc > 1;
  weft_resume(weft_cont_new(sorts, NULL, WEFT_STACK_DEFAULT), &on_pause, NULL, NULL, NULL);
}
