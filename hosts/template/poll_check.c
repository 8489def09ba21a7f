// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What weft-host-check is told of the adapter: how to make a loop that has it, and to run it as a program does. To be changed with yours.
#include "poll_host.h"

#include <stdlib.h>
#include <weft/host_check.h>

typedef struct own_timer {
  struct own_timer *next;
  uint64_t at;
  void (*fn)(void *arg);
  void *arg;
} own_timer;

typedef struct loop {
  poll_host host; // first: the ops get this
  own_timer *timers;
} loop;

static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  loop *l = calloc(1, sizeof *l);
  (void)params, (void)error, (void)error_size;
  if (!l || poll_host_open(&l->host) != 0)
    return WEFT_E_NOMEM;
  *host = l;
  return WEFT_OK;
}

static void attach(void *host, weft_runtime *rt) {
  ((loop *)host)->host.rt = rt;
  ((loop *)host)->host.more = 0;
}

static weft_status timer(void *host, uint64_t ns, void (*fn)(void *arg), void *arg) {
  own_timer *t = malloc(sizeof *t), **at = &((loop *)host)->timers;
  if (!t)
    return WEFT_E_NOMEM;
  *t = (own_timer){NULL, poll_host_ops.now(host) + ns, fn, arg};
  while (*at && (*at)->at <= t->at)
    at = &(*at)->next;
  t->next = *at;
  *at = t;
  return WEFT_OK;
}

static uint64_t next_of(const loop *l) { return l->timers ? l->timers->at : WEFT_NEVER; }

static int run(void *host, int (*until)(void *arg), void *arg) {
  loop *l = host;
  struct pollfd fds[2];
  for (int first = 1;; first = 0) {
    int timeout = poll_host_prepare(&l->host, fds, next_of(l));
    poll(fds, 2, first ? 0 : timeout); // nobody has asked `until` before the first time
    uint64_t now = poll_host_ops.now(host);
    while (l->timers && l->timers->at <= now) {
      own_timer *t = l->timers;
      l->timers = t->next;
      t->fn(t->arg);
      free(t);
    }
    poll_host_serve(&l->host, next_of(l));
    if (until(arg))
      return 1;
    if (l->host.held == 0 && !l->host.more && !l->timers && poll(fds, 1, 0) == 0)
      return 0;
  }
}

static void destroy(void *host) {
  loop *l = host;
  while (l->timers) {
    own_timer *t = l->timers;
    l->timers = t->next;
    free(t);
  }
  poll_host_close(&l->host);
  free(l);
}

static const weft_host_check_adapter adapter = {
    .size = sizeof adapter,
    .abi = WEFT_ABI,
    .name = "poll",
    .flags = WEFT_HOST_CHECK_SIGNALS | WEFT_HOST_CHECK_ENDS,
    .ops = &poll_host_ops,
    .make = make,
    .attach = attach,
    .run = run,
    .destroy = destroy,
    .timer = timer,
};

const weft_host_check_adapter *weft_host_check_plugin(void) { return &adapter; }
