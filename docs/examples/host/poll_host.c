// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A program with an event loop of its own, poll(2), to which green threads were added. docs/hosts.md walks through it.
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <weft/task.h>

enum { MS = 1000000 };

// --- What Weft asks of a loop -------------------------------------------------------------------

typedef struct host {
  pthread_t thread;
  int posted;        // an eventfd: a turn was asked for
  uint64_t deadline; // a turn is wanted then
} host;

static void post(void *self) { eventfd_write(((host *)self)->posted, 1); }
static void arm(void *self, uint64_t deadline) { ((host *)self)->deadline = deadline; }
static int on_loop(void *self) { return pthread_equal(((host *)self)->thread, pthread_self()); }
static uint64_t now(void *self) {
  (void)self;
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static const weft_host_ops ops = {
    .size = sizeof ops,
    .abi = WEFT_ABI,
    .name = "poll",
    .post = post,
    .arm = arm,
    .now = now,
    .on_loop = on_loop,
};

// --- What a task asks of this program -----------------------------------------------------------

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
  host h = {.thread = pthread_self(), .posted = eventfd(0, EFD_NONBLOCK), .deadline = WEFT_NEVER};
  weft_runtime_config config = {.size = sizeof config, .host = &ops, .host_self = &h};
  weft_runtime *rt;
  char error[256];
  if (weft_runtime_create(&config, &rt, error, sizeof error) != WEFT_OK)
    return fprintf(stderr, "%s\n", error), 1;
  weft_spawn(rt, hello, NULL, NULL, NULL);

  int done = 0, more = 0;
  uint64_t ticks = 0, next_tick = now(&h) + 20 * MS;
  while (!done) {
    uint64_t wake = h.deadline < next_tick ? h.deadline : next_tick, at = now(&h);
    struct pollfd fd = {.fd = h.posted, .events = POLLIN};
    poll(&fd, 1, more || wake <= at ? 0 : (int)((wake - at + MS - 1) / MS));

    if (now(&h) >= next_tick) { // this program's own work
      next_tick += 20 * MS;
      if (tick(++ticks)) // enough: no new tasks, and it is over when the last one is
        weft_shutdown(rt, WEFT_SHUTDOWN_WAIT, ended, &done);
    }
    eventfd_t posts;
    int asked_for = eventfd_read(h.posted, &posts) == 0;
    if (asked_for || more || now(&h) >= h.deadline) {
      weft_budget budget = {.ns = 5 * MS, .until = next_tick};
      more = weft_turn(rt, &budget).more != 0;
    }
  }
  weft_runtime_destroy(rt);
  close(h.posted);
}
