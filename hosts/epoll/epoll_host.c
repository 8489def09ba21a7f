/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of epoll.h.
 *
 * The runtime owns the thread here: weft_run gives turns and blocks in this host between them.
 * Watching is one edge-triggered registration for a descriptor's life. post() is a flag, and a
 * write to an eventfd only when the loop's thread may be asleep and somebody else posts; the flag
 * is looked at after the loop has announced its sleep, so that no post falls between.
 *
 * Rejected: a timerfd (one more descriptor and a syscall per arming, where epoll_pwait2 takes the
 * deadline along); level triggering (a registration change per wait).
 */
#define _GNU_SOURCE
#include "weft/hosts/epoll.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/single_threaded.h>
#include <time.h>
#include <unistd.h>

struct weft_epoll_host {
  int epoll;
  int event;
  atomic_int posted;
  atomic_int asleep;
  pthread_t thread;
  weft_runtime *rt;
  uint64_t deadline; /* armed */
  size_t watched;
  int no_pwait2; /* the kernel lacks it */
  uint64_t virtual_now; /* 0: time is the system's */
};

static uint64_t host_now(void *self) {
  weft_epoll_host *h = self;
  struct timespec t;
  if (h->virtual_now)
    return h->virtual_now;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int host_on_loop(void *self) {
  weft_epoll_host *h = self;
  return pthread_equal(h->thread, pthread_self());
}

static void host_post(void *self) {
  weft_epoll_host *h = self;
  if (atomic_exchange(&h->posted, 1) == 0 && atomic_load(&h->asleep)) {
    uint64_t one = 1;
    ssize_t n = write(h->event, &one, sizeof one);
    (void)n; /* a full counter wakes as well */
  }
}

static void host_arm(void *self, uint64_t deadline_ns) {
  ((weft_epoll_host *)self)->deadline = deadline_ns;
}

static weft_status host_watch(void *self, weft_fd_cell *cell) {
  weft_epoll_host *h = self;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET, .data.ptr = cell};
  if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, cell->fd, &e) != 0)
    return -errno;
  h->watched++;
  cell->host = h;
  cell->ready |= WEFT_TELLS_ARRIVALS;
  return WEFT_OK;
}

static void host_unwatch(void *self, weft_fd_cell *cell) {
  weft_epoll_host *h = self;
  if (cell->host != h)
    return;
  epoll_ctl(h->epoll, EPOLL_CTL_DEL, cell->fd, NULL);
  h->watched--;
  cell->host = NULL;
}

/* Nanoseconds to a deadline, and never less than what remains when it has to be rounded. */
static int wait_for_events(weft_epoll_host *h, struct epoll_event *events, int max,
                           uint64_t deadline) {
  struct timespec t = {0, 0};
  uint64_t left = 0;
  if (deadline != WEFT_NEVER && deadline != 0) {
    uint64_t now = host_now(h);
    left = deadline > now ? deadline - now : 0;
    t.tv_sec = (time_t)(left / 1000000000u);
    t.tv_nsec = (long)(left % 1000000000u);
  }
  if (!h->no_pwait2) {
    int n = epoll_pwait2(h->epoll, events, max, deadline == WEFT_NEVER ? NULL : &t, NULL);
    if (n >= 0 || errno != ENOSYS)
      return n;
    h->no_pwait2 = 1;
  }
  uint64_t ms = (left + 999999) / 1000000;
  return epoll_wait(h->epoll, events, max,
                    deadline == WEFT_NEVER ? -1
                    : ms > 1000000000u     ? 1000000000
                                           : (int)ms);
}

static int host_block(void *self, uint64_t deadline_ns) {
  weft_epoll_host *h = self;
  struct epoll_event events[128];
  /* Nobody is there who could post, and nothing is watched. */
  if (deadline_ns == WEFT_NEVER && h->watched == 0 && !atomic_load(&h->posted) &&
      __libc_single_threaded)
    return 1;
  /* Announce the sleep, then look: a post either sees it and writes, or is seen. */
  atomic_store(&h->asleep, 1);
  if (atomic_load(&h->posted))
    deadline_ns = 0;
  uint64_t jump_to = h->virtual_now && deadline_ns != WEFT_NEVER ? deadline_ns : 0;
  int n = wait_for_events(h, events, 128, jump_to ? 0 : deadline_ns);
  atomic_store(&h->asleep, 0);
  if (atomic_load(&h->posted) == 0 && n == 0 && jump_to > h->virtual_now)
    h->virtual_now = jump_to;
  for (int i = 0; i < n; ++i) {
    uint32_t e = events[i].events;
    weft_fd_cell *cell = events[i].data.ptr;
    uint32_t ready = 0;
    if (!cell) {
      uint64_t count;
      ssize_t r = read(h->event, &count, sizeof count);
      (void)r;
      continue;
    }
    if (e & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
      ready |= WEFT_READABLE;
    if (e & (EPOLLOUT | EPOLLHUP | EPOLLERR))
      ready |= WEFT_WRITABLE;
    if (e & (EPOLLHUP | EPOLLERR))
      ready |= WEFT_HANGUP;
    if (e & (EPOLLRDHUP | EPOLLPRI))
      ready |= WEFT_READ_ON;
    weft_fd_ready(h->rt, cell, ready);
  }
  /* What was posted up to here, by these events too, is served by the turn that follows (weft_run): the next block need not
   * ask the kernel without sleeping because of it. */
  atomic_exchange(&h->posted, 0);
  return 0; /* also after a signal */
}

static const weft_host_ops epoll_ops = {
    .size = sizeof(weft_host_ops),
    .abi = WEFT_ABI,
    .name = "epoll",
    .post = host_post,
    .arm = host_arm,
    .now = host_now,
    .on_loop = host_on_loop,
    .watch = host_watch,
    .unwatch = host_unwatch,
    .block = host_block,
};

const weft_host_ops *weft_epoll_host_ops(void) { return &epoll_ops; }

weft_status weft_epoll_host_new(weft_epoll_host **out) {
  weft_epoll_host *h = calloc(1, sizeof *h);
  if (!h)
    return WEFT_E_NOMEM;
  h->deadline = WEFT_NEVER;
  h->thread = pthread_self();
  h->epoll = epoll_create1(EPOLL_CLOEXEC);
  h->event = h->epoll < 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
  if (h->event < 0 || epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->event, &e) != 0) {
    weft_status failed = -errno;
    weft_epoll_host_free(h);
    return failed;
  }
  *out = h;
  return WEFT_OK;
}

void weft_epoll_host_virtual_time(weft_epoll_host *h) { h->virtual_now = 1000000000; }

void weft_epoll_host_attach(weft_epoll_host *h, weft_runtime *rt) { h->rt = rt; }

void weft_epoll_host_close(weft_epoll_host *h) {
  if (h->event >= 0)
    close(h->event);
  if (h->epoll >= 0)
    close(h->epoll);
  h->event = h->epoll = -1;
}

void weft_epoll_host_free(weft_epoll_host *h) {
  if (!h)
    return;
  weft_epoll_host_close(h);
  free(h);
}
