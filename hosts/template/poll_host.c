// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The adapter for a loop of poll(2): what Weft asks of the loop, and nothing of the program's own. docs/hosts.md walks through it.
//
// Two descriptors stand for it among the program's. `posted` is readable when a turn was asked for. `edges` is an epoll of what tasks
// wait for: readable when something happened, told once; poll(2) itself would tell what is ready again and again, and never sleep.
#define _GNU_SOURCE
#include "poll_host.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static void post(void *self) { // any thread: a counter that is full wakes as well
  eventfd_write(((poll_host *)self)->posted, 1);
}
static void arm(void *self, uint64_t deadline) { ((poll_host *)self)->deadline = deadline; }
static int on_loop(void *self) { return pthread_equal(((poll_host *)self)->thread, pthread_self()); }
static void hold(void *self, int delta) { ((poll_host *)self)->held += delta; }

static uint64_t now(void *self) {
  struct timespec t;
  (void)self;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static weft_status watch(void *self, weft_fd_cell *cell) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = cell};
  return epoll_ctl(((poll_host *)self)->edges, EPOLL_CTL_ADD, cell->fd, &event) == 0 ? WEFT_OK : -errno;
}
static void unwatch(void *self, weft_fd_cell *cell) { epoll_ctl(((poll_host *)self)->edges, EPOLL_CTL_DEL, cell->fd, NULL); }

const weft_host_ops poll_host_ops = {
    .size = sizeof poll_host_ops,
    .abi = WEFT_ABI,
    .name = "poll",
    .post = post,
    .arm = arm,
    .now = now,
    .on_loop = on_loop,
    .hold = hold,
    .watch = watch,
    .unwatch = unwatch,
};

int poll_host_open(poll_host *h) {
  *h = (poll_host){.thread = pthread_self(), .deadline = WEFT_NEVER};
  h->posted = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  h->edges = epoll_create1(EPOLL_CLOEXEC);
  return h->posted >= 0 && h->edges >= 0 ? 0 : -1;
}

void poll_host_close(poll_host *h) {
  close(h->posted);
  close(h->edges);
}

int poll_host_prepare(poll_host *h, struct pollfd fds[2], uint64_t own) {
  fds[0] = (struct pollfd){.fd = h->posted, .events = POLLIN};
  fds[1] = (struct pollfd){.fd = h->edges, .events = POLLIN};
  uint64_t wake = own < h->deadline ? own : h->deadline, at = now(h);
  if (h->more || wake <= at)
    return 0;
  if (wake == WEFT_NEVER)
    return -1;
  uint64_t ms = (wake - at + 999999) / 1000000; // up: not again and again till it is there
  return ms < 3600000 ? (int)ms : 3600000;
}

static void tell(poll_host *h) { // what happened, since it was told last
  struct epoll_event events[64];
  int n;
  do {
    n = epoll_wait(h->edges, events, 64, 0);
    for (int i = 0; i < n; ++i) {
      uint32_t e = events[i].events, ready = 0;
      ready |= e & (EPOLLIN | EPOLLRDHUP) ? WEFT_READABLE : 0;
      ready |= e & EPOLLOUT ? WEFT_WRITABLE : 0;
      ready |= e & (EPOLLHUP | EPOLLERR) ? WEFT_HANGUP : 0; // which is readable and writable
      weft_fd_ready(h->rt, events[i].data.ptr, ready);
    }
  } while (n == 64);
}

void poll_host_serve(poll_host *h, uint64_t own) {
  eventfd_t posts;
  if (h->rt)
    tell(h);
  int asked = eventfd_read(h->posted, &posts) == 0; // before the turn: what is posted meanwhile asks for another one
  if (h->rt && (asked || h->more || now(h) >= h->deadline)) {
    weft_budget budget = {.ns = 2000000, .until = own};
    h->more = weft_turn(h->rt, &budget).more != 0;
  }
}
