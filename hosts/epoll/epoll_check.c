/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of epoll.h for weft-host-check: a program that has it for its loop, with timers of its own. */
#include "weft/host_check.h"
#include "weft/hosts/epoll.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct own_timer {
  struct own_timer *next;
  uint64_t at;
  void (*fn)(void *arg);
  void *arg;
} own_timer;

typedef struct loop {
  weft_epoll_host *host;
  weft_runtime *rt;
  own_timer *timers; /* the earliest first */
  struct loop *next;
} loop;

/* The ops' host is the epoll host itself, whose loop is found by it. A checked program has a few. */
static _Thread_local loop *loops;
static loop *loop_of(void *host) {
  loop *l = loops;
  while (l && l->host != host)
    l = l->next;
  return l;
}

static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  if (params[0]) {
    snprintf(error, error_size, "'%s': it takes no parameters", params);
    return WEFT_E_INVAL;
  }
  loop *l = calloc(1, sizeof *l);
  if (!l)
    return WEFT_E_NOMEM;
  weft_status status = weft_epoll_host_new(&l->host);
  if (status != WEFT_OK) {
    free(l);
    return status;
  }
  l->next = loops;
  loops = l;
  *host = l->host;
  return WEFT_OK;
}

static void attach(void *host, weft_runtime *rt) {
  loop_of(host)->rt = rt;
  weft_epoll_host_attach(host, rt);
}

static weft_status timer(void *host, uint64_t ns, void (*fn)(void *arg), void *arg) {
  loop *l = loop_of(host);
  own_timer *t = malloc(sizeof *t), **at = &l->timers;
  if (!t)
    return WEFT_E_NOMEM;
  *t = (own_timer){NULL, weft_epoll_host_ops()->now(host) + ns, fn, arg};
  while (*at && (*at)->at <= t->at)
    at = &(*at)->next;
  t->next = *at;
  *at = t;
  return WEFT_OK;
}

static int run(void *host, int (*until)(void *arg), void *arg) {
  loop *l = loop_of(host);
  const weft_host_ops *ops = weft_epoll_host_ops();
  for (;;) {
    uint64_t own = l->timers ? l->timers->at : WEFT_NEVER, wake = own;
    if (l->rt) {
      const weft_budget budget = {.ns = 1000000, .until = own};
      weft_turn_result turn = weft_turn(l->rt, &budget);
      if (turn.more)
        wake = 0;
      else if (turn.next_deadline < wake)
        wake = turn.next_deadline;
    }
    if (until(arg))
      return 1;
    ops->block(host, wake);
    while (l->timers && l->timers->at <= ops->now(host)) {
      own_timer *t = l->timers;
      l->timers = t->next;
      t->fn(t->arg);
      free(t);
    }
  }
}

static void destroy(void *host) {
  loop **at = &loops, *l = loop_of(host);
  while (*at != l)
    at = &(*at)->next;
  *at = l->next;
  for (own_timer *t = l->timers, *next; t; t = next) {
    next = t->next;
    free(t);
  }
  weft_epoll_host_free(l->host);
  free(l);
}

const weft_host_check_adapter *weft_epoll_host_check(void);
const weft_host_check_adapter *weft_epoll_host_check(void) {
  static weft_host_check_adapter adapter = {
      .size = sizeof adapter, .abi = WEFT_ABI, .name = "epoll", .flags = WEFT_HOST_CHECK_SIGNALS, .make = make, .attach = attach, .run = run, .destroy = destroy, .timer = timer};
  adapter.ops = weft_epoll_host_ops();
  return &adapter;
}
