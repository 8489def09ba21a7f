// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A program with a loop of its own, poll(2) and a tick each 20 ms, to which green threads were added. docs/hosts.md walks through it.
#include "poll_host.h"

#include <stdio.h>
#include <weft/task.h>

enum { MS = 1000000 };

static weft_token asked; // somebody wants to hear of the next tick

static void hello(void *arg) {
  (void)arg;
  uint64_t tick = 0;
  weft_sleep(5 * MS); // by arm()
  puts("task: slept");
  asked = weft_token_new(NULL);
  if (weft_await(asked, &tick) == WEFT_OK) // parks this task, not the loop
    puts(tick ? "task: heard it" : "task: heard nothing");
}

static int tick(uint64_t number) {
  if (!asked)
    return 0;
  puts("host: a tick, and somebody waits");
  weft_complete(asked, WEFT_OK, number); // ready in its scheduler, which the next turn asks
  return 1;
}

static void ended(void *arg, uint64_t abandoned) {
  printf("done: %llu abandoned\n", (unsigned long long)abandoned);
  *(int *)arg = 1;
}

int main(void) {
  poll_host h;
  if (poll_host_open(&h) != 0)
    return perror("poll_host_open"), 1;
  weft_runtime_config config = {.size = sizeof config, .host = &poll_host_ops, .host_self = &h};
  char error[256];
  if (weft_runtime_create(&config, &h.rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  weft_spawn(h.rt, hello, NULL, NULL, NULL);

  int done = 0;
  uint64_t ticks = 0, next_tick = poll_host_ops.now(&h) + 20 * MS;
  while (!done) {
    struct pollfd fds[2]; // and a real program's own
    int timeout = poll_host_prepare(&h, fds, next_tick);
    poll(fds, 2, timeout);
    if (poll_host_ops.now(&h) >= next_tick) { // this program's own work
      next_tick += 20 * MS;
      if (tick(++ticks)) // enough: no new tasks, and it is over when the last one is
        weft_shutdown(h.rt, WEFT_SHUTDOWN_WAIT, ended, &done);
    }
    poll_host_serve(&h, next_tick);
  }
  weft_runtime_destroy(h.rt);
  poll_host_close(&h);
}
