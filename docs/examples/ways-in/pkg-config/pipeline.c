// Two tasks and a channel, from plain C.
#include <stdio.h>
#include <weft/sync.h>

static weft_chan *squares;

static void produce(void *arg) {
  (void)arg;
  for (int i = 1; i <= 3; ++i) {
    int square = i * i;
    weft_chan_send(squares, &square); // waits for the receiver; only this task does
  }
  weft_chan_close(squares);
}

static void consume(void *arg) {
  const char *space = "";
  int square;
  (void)arg;
  for (; weft_chan_recv(squares, &square) == WEFT_OK; space = " ")
    printf("%s%d", space, square);
  puts("");
}

int main(void) {
  char error[256];
  weft_runtime *rt;
  if (weft_runtime_create(NULL, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  squares = weft_chan_new(sizeof(int), 0);
  weft_spawn_attr attr = {.size = sizeof attr, .flags = WEFT_SPAWN_DETACHED, .name = "produce"};
  weft_spawn(rt, produce, NULL, &attr, NULL);
  attr.name = "consume";
  weft_spawn(rt, consume, NULL, &attr, NULL);
  weft_status end = weft_run(rt);
  weft_chan_free(squares);
  weft_runtime_destroy(rt);
  return end != WEFT_OK;
}
