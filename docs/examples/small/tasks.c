// Tasks and a channel from plain C: no markers, no pass. weft_run gives turns until no task lives.
// expect: 1 4 9 16 25, sum 55
#include <stdio.h>
#include <weft/sync.h>

static weft_chan *squares;

static void produce(void *arg) {
  for (int i = 1; i <= *(int *)arg; ++i) {
    int square = i * i;
    weft_chan_send(squares, &square); // waits for the receiver; only this task does
  }
  weft_chan_close(squares);
}

static void consume(void *arg) {
  int *sum = arg, square;
  while (weft_chan_recv(squares, &square) == WEFT_OK)
    printf(*sum ? " %d" : "%d", square), *sum += square;
}

int main(void) {
  char error[256];
  weft_runtime *rt;
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  squares = weft_chan_new(sizeof(int), 0);
  int count = 5, sum = 0;
  weft_spawn_attr attr = {.size = sizeof attr, .flags = WEFT_SPAWN_DETACHED, .name = "produce"};
  weft_spawn(rt, produce, &count, &attr, NULL);
  attr.name = "consume";
  weft_spawn(rt, consume, &sum, &attr, NULL);
  weft_status end = weft_run(rt);
  if (end != WEFT_OK) { // WEFT_E_DEADLOCK: who is left, and what does each wait for?
    fprintf(stderr, "%s\n", weft_status_text(end));
    weft_dump(rt, 2);
    return 1;
  }
  printf(", sum %d\n", sum);
  weft_chan_free(squares);
  weft_runtime_destroy(rt);
}
