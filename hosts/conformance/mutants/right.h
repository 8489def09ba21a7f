/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What the mutants have in common: an adapter that is right, for a loop of poll(2). Each of them replaces a function or two, of the table or
 * of the loop's steps, and says in its first line which rule it breaks by that; weft-host-check has to name that one and no
 * other. Right ones are in ../test/right. */
#define _GNU_SOURCE
#include "weft/host_check.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#ifndef CLOCK_STEP
#define CLOCK_STEP 1 /* ns */
#endif
#define UNUSED __attribute__((unused))

typedef struct timer {
  struct timer *next;
  uint64_t at;
  void (*fn)(void *arg);
  void *arg;
} timer;

typedef struct loop {
  pthread_t thread;
  int posted; /* an eventfd */
  int epoll;  /* of the watched ones: its edges, where poll(2) has levels */
  bool asked, more;
  uint64_t deadline;
  int holds;
  size_t watched;
  timer *timers; /* the earliest first */
  weft_runtime *rt;
  uint64_t word, other; /* a mutant's */
} loop;

static uint64_t right_now(void *self) {
  struct timespec t;
  (void)self;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return ((uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec) / CLOCK_STEP * CLOCK_STEP;
}
static void right_post(void *self) {
  uint64_t one = 1;
  ssize_t n = write(((loop *)self)->posted, &one, sizeof one);
  (void)n; /* a full counter wakes as well */
}
static void right_arm(void *self, uint64_t deadline) { ((loop *)self)->deadline = deadline; }
static int right_on_loop(void *self) { return pthread_equal(((loop *)self)->thread, pthread_self()); }
static void right_hold(void *self, int delta) { ((loop *)self)->holds += delta; }

UNUSED static weft_status watch_for(loop *l, weft_fd_cell *cell, uint32_t events) {
  struct epoll_event e = {.events = events, .data.ptr = cell};
  if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, cell->fd, &e) != 0)
    return -errno;
  l->watched++;
  return WEFT_OK;
}
static weft_status right_watch(void *self, weft_fd_cell *cell) { return watch_for(self, cell, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET); }
static void right_unwatch(void *self, weft_fd_cell *cell) {
  loop *l = self;
  epoll_ctl(l->epoll, EPOLL_CTL_DEL, cell->fd, NULL);
  l->watched--;
}

/* --- The loop's steps ----------------------------------------------------------------------------- */

UNUSED static bool take_post(loop *l) {
  uint64_t count;
  return read(l->posted, &count, sizeof count) == sizeof count;
}

UNUSED static void tell(loop *l, const struct epoll_event *e) {
  uint32_t ready = 0;
  if (e->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
    ready |= WEFT_READABLE;
  if (e->events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
    ready |= WEFT_WRITABLE;
  if (e->events & (EPOLLHUP | EPOLLERR))
    ready |= WEFT_HANGUP;
  weft_fd_ready(l->rt, e->data.ptr, ready);
}
static void right_events(loop *l) {
  struct epoll_event events[64];
  int n;
  do {
    n = epoll_wait(l->epoll, events, 64, 0);
    for (int i = 0; i < n; ++i)
      tell(l, &events[i]);
  } while (n == 64);
}

UNUSED static bool first_timer(loop *l) {
  timer *t = l->timers;
  if (!t || t->at > right_now(l))
    return false;
  l->timers = t->next;
  t->fn(t->arg);
  free(t);
  return true;
}
static void right_timers(loop *l) {
  uint64_t now = right_now(l);
  while (l->timers && l->timers->at <= now)
    first_timer(l);
}

static void right_turn(loop *l) {
  const weft_budget budget = {.ns = 1000000, .until = l->timers ? l->timers->at : WEFT_NEVER};
  l->more = weft_turn(l->rt, &budget).more != 0;
}

UNUSED static int milliseconds(uint64_t wake) {
  uint64_t now = right_now(NULL);
  if (wake == WEFT_NEVER)
    return -1;
  if (wake <= now)
    return 0;
  return wake - now > 1000000000000 ? 1000000 : (int)((wake - now + 999999) / 1000000);
}
/* Until a post, an event or `wake`. False: the loop is broken off. */
static bool right_wait(loop *l, uint64_t wake) {
  struct pollfd fds[] = {{l->posted, POLLIN, 0}, {l->epoll, POLLIN, 0}};
  poll(fds, 2, milliseconds(wake));
  return true;
}

static bool right_ended(loop *l) { return l->holds == 0 && l->watched == 0 && !l->timers && !l->asked && !l->more; }

/* To be changed before the table is given out. */
static struct {
  bool (*wait)(loop *l, uint64_t wake);
  bool (*take_post)(loop *l);
  void (*events)(loop *l);
  void (*timers)(loop *l);
  void (*turn)(loop *l);
  bool (*ended)(loop *l);
} steps = {right_wait, take_post, right_events, right_timers, right_turn, right_ended};

static int right_run(void *self, int (*until)(void *arg), void *arg) {
  loop *l = self;
  for (;;) {
    l->asked |= steps.take_post(l);
    if (l->rt && (l->asked || l->more || right_now(l) >= l->deadline)) {
      l->asked = false;
      steps.turn(l);
    }
    if (until(arg))
      return 1;
    l->asked |= steps.take_post(l);
    if (steps.ended(l))
      return 0;
    uint64_t wake = l->timers && l->timers->at < l->deadline ? l->timers->at : l->deadline;
    if (!steps.wait(l, l->asked || l->more ? 0 : wake))
      return 0;
    if (l->rt)
      steps.events(l);
    steps.timers(l);
  }
}

UNUSED static void destroy_loop(loop *l, bool its_descriptors) {
  while (l->timers) {
    timer *t = l->timers;
    l->timers = t->next;
    free(t);
  }
  if (its_descriptors) {
    close(l->posted);
    close(l->epoll);
  }
  free(l);
}
static void right_destroy(void *self) { destroy_loop(self, true); }

static weft_status right_make(const char *params, void **host, char *error, size_t error_size) {
  loop *l = calloc(1, sizeof *l);
  (void)params, (void)error, (void)error_size;
  if (!l)
    return WEFT_E_NOMEM;
  l->thread = pthread_self();
  l->deadline = WEFT_NEVER;
  l->posted = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  l->epoll = epoll_create1(EPOLL_CLOEXEC);
  *host = l;
  return WEFT_OK;
}

static void right_attach(void *self, weft_runtime *rt) { ((loop *)self)->rt = rt; }

static weft_status right_timer(void *self, uint64_t ns, void (*fn)(void *arg), void *arg) {
  loop *l = self;
  timer *t = malloc(sizeof *t), **at = &l->timers;
  if (!t)
    return WEFT_E_NOMEM;
  *t = (timer){NULL, right_now(l) + ns, fn, arg};
  while (*at && (*at)->at <= t->at)
    at = &(*at)->next;
  t->next = *at;
  *at = t;
  return WEFT_OK;
}

static int right_block(void *self, uint64_t deadline) {
  loop *l = self;
  if (l->asked || steps.take_post(l)) {
    l->asked = false;
    deadline = 0;
  }
  right_wait(l, deadline);
  steps.take_post(l);
  right_events(l);
  return 0;
}

static weft_host_ops ops = {
    .size = sizeof ops,
    .abi = WEFT_ABI,
    .name = "mutant",
    .post = right_post,
    .arm = right_arm,
    .now = right_now,
    .on_loop = right_on_loop,
    .hold = right_hold,
    .watch = right_watch,
    .unwatch = right_unwatch,
    .block = right_block,
};
static weft_host_check_adapter table = {
    .size = sizeof table,
    .abi = WEFT_ABI,
    .name = "mutant",
    .flags = WEFT_HOST_CHECK_SIGNALS | WEFT_HOST_CHECK_ENDS,
    .ops = &ops,
    .make = right_make,
    .attach = right_attach,
    .run = right_run,
    .destroy = right_destroy,
    .timer = right_timer,
};
