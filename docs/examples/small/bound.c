// A domain on the host's thread, one on the pool: what draws uses one thread alone, and what computes never holds it up.
// expect: 1 4 9 16 25, on the host's thread
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>
#include <weft/sync.h>

static weft_chan *squares;

static void compute(void *arg) {
  (void)arg;
  for (int i = 1; i <= 5; ++i) {
    int square = i * i;
    weft_chan_send(squares, &square); // to a task on another thread, as to any other
  }
  weft_chan_close(squares);
}

static void draw(void *host) {
  int square, there = 1;
  while (weft_chan_recv(squares, &square) == WEFT_OK) {
    printf(square > 1 ? " %d" : "%d", square);
    there &= gettid() == *(pid_t *)host;
  }
  printf(", on %s thread\n", there ? "the host's" : "another");
}

static weft_domain *domain(const char *name, uint32_t bind) {
  weft_domain_attr attr = {.size = sizeof attr, .name = name, .bind = bind};
  weft_domain *made = NULL;
  weft_domain_create(NULL, &attr, &made, NULL, 0);
  return made;
}

int main(void) {
  char error[256];
  weft_runtime *rt;
  weft_runtime_config config = {.size = sizeof config, .workers = 3}; // with one, all of it runs on the host's thread
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  squares = weft_chan_new(sizeof(int), 2);
  pid_t host = gettid();
  weft_spawn_attr attr = {.size = sizeof attr, .domain = domain("gui", WEFT_BIND_HOST)};
  weft_spawn(rt, draw, &host, &attr, NULL);
  attr.domain = domain("work", WEFT_BIND_POOL);
  weft_spawn(rt, compute, NULL, &attr, NULL);
  int failed = weft_run(rt) != WEFT_OK;
  weft_chan_free(squares);
  weft_runtime_destroy(rt);
  return failed;
}
