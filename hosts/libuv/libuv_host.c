/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of libuv.h.
 *
 * Turns are given in one place: a check handle, which libuv calls when the timers, the sockets and everything else of an
 * iteration were served. So "after other host work" needs no thought, and one turn serves all that an iteration's events have woken.
 * What asks for a turn sees to it that the loop gets there: from the loop's thread by an idle handle, with which libuv polls
 * without waiting (also for a program that waits itself, by uv_backend_timeout); from another thread, and from a signal's
 * handler, by an async handle.
 *
 * libuv has no edge-triggered watching, and a watch lives as long as its descriptor (HOST contract), so descriptors are in an epoll
 * set of ours, and the set is one uv_poll_t: no system call for a wait, and one more for an iteration in which something was ready.
 *
 * Rejected: a uv_poll_t for each descriptor (level-triggered: it would have to be stopped at each report, and nobody says when a task
 * waits again); turns in the async's and the timer's callbacks (they come before other callbacks of the same iteration, and at
 * several places); uv_async_send for posts of the loop's own thread (two system calls for what needs none); a prepare handle that
 * looks at a flag (whoever posts behind it in the same phase, or while a program waits between two uv_run, is not seen).
 */
#define _GNU_SOURCE
#include "weft/hosts/libuv.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <uv.h>

enum { MS = 1000000, PRESSED = 100000 /* ns of a turn when something else is due now */ };

struct weft_uv_host {
  uv_loop_t *loop;
  weft_runtime *rt;
  uv_async_t async; /* posts from elsewhere; while the runtime holds, it is what keeps the loop alive */
  uv_idle_t idle;   /* active: a turn is wanted, so the loop does not wait */
  uv_check_t check; /* the turns */
  uv_timer_t timer;
  uv_poll_t poll; /* of `epoll`, once something is watched */
  int epoll;      /* -1: nothing was; -2: it was let go of */
  pthread_t thread;
  unsigned forks; /* of the process, when this was made */
  atomic_int posted;
  atomic_int in_turn;
  int unread; /* the set reported in a turn, and is not polled till its end */
  int due;  /* the timer fired */
  int more; /* the last turn said so */
  int held;
  uint64_t deadline; /* armed */
  uint64_t due_ms;   /* the same on the loop's clock, where the timer is active */
  weft_budget budget;
  void (*after)(void *arg);
  void *after_arg;
  int closing;
  int left; /* by a runtime that lives */
  int attached; /* once, to whomever; or it was said that it is not */
  int open_handles;
  uint64_t abandoned; /* how many tasks lived in the turn in which the shutdown was done */
  void (*closed)(void *arg, uint64_t abandoned);
  void *closed_arg;
};

/* --- Forks: a child's copy must not touch the epoll set, which is the parent's too ---------------- */

static unsigned forks;
static pthread_once_t forks_are_counted = PTHREAD_ONCE_INIT;
static void in_child(void) { ++forks; }
static void count_forks(void) { pthread_atfork(NULL, NULL, in_child); }

static void on_closed(uv_handle_t *handle);

static void let_go(weft_uv_host *h) {
  uv_idle_stop(&h->idle);
  uv_check_stop(&h->check);
  uv_timer_stop(&h->timer);
  uv_unref((uv_handle_t *)&h->async);
  if (h->epoll >= 0) {
    uv_close((uv_handle_t *)&h->poll, on_closed); /* first: it knows the set by its number, which may be another one's then */
    close(h->epoll);
    h->epoll = -2;
  }
  h->rt = NULL;
}

/* --- What asks for turns -------------------------------------------------------------------------- */

static void on_idle(uv_idle_t *idle) { (void)idle; /* being active is all it does */ }

/* On the loop's thread. A turn that is owed to a post keeps the loop alive; one that tasks want is for the runtime's hold to keep. */
static void turn_soon(weft_uv_host *h, int owed) {
  if (owed)
    uv_ref((uv_handle_t *)&h->idle);
  uv_idle_start(&h->idle, on_idle);
}

static int host_on_loop(void *self) { return pthread_equal(((weft_uv_host *)self)->thread, pthread_self()); }

static void host_post(void *self) {
  weft_uv_host *h = self;
  /* Announce, then look: what comes during a turn is seen at its end. */
  int announced = atomic_exchange(&h->posted, 1);
  if (atomic_load(&h->in_turn))
    return;
  if (!host_on_loop(h)) {
    if (!announced)
      uv_async_send(&h->async);
  } else if (!h->left) {
    turn_soon(h, 1); /* also behind another thread's, whose async does not keep a loop that is not held */
  }
}

/* The interrupted code may be in the middle of a change to the loop's lists. */
static void host_post_in_signal(void *self) {
  weft_uv_host *h = self;
  if (!atomic_exchange(&h->posted, 1) && !atomic_load(&h->in_turn))
    uv_async_send(&h->async);
}

static void on_async(uv_async_t *async) { (void)async; /* the loop is awake, and the check comes */ }

static void on_timer(uv_timer_t *timer) {
  weft_uv_host *h = timer->data;
  h->due = 1;
  if (!h->in_turn)
    turn_soon(h, 0);
}

/* --- The table ------------------------------------------------------------------------------------ */

static uint64_t host_now(void *self) {
  (void)self;
  return uv_hrtime();
}

/* The loop's time is the same clock in whole milliseconds that have passed: a timer of the next whole one is never early, and
 * counted from that time, however old it is, never late by its age. */
static void start_timer(weft_uv_host *h) {
  uint64_t due = h->deadline / MS + (h->deadline % MS != 0), at = uv_now(h->loop);
  if (h->due_ms == due && uv_is_active((uv_handle_t *)&h->timer))
    return;
  h->due_ms = due;
  uv_timer_start(&h->timer, on_timer, due > at ? due - at : 0, 0);
}

static void host_arm(void *self, uint64_t deadline_ns) {
  weft_uv_host *h = self;
  h->deadline = deadline_ns;
  if (deadline_ns == WEFT_NEVER)
    uv_timer_stop(&h->timer);
  else
    start_timer(h);
}

static void host_hold(void *self, int delta) {
  weft_uv_host *h = self;
  h->held += delta;
  if (h->held > 0)
    uv_ref((uv_handle_t *)&h->async);
  else
    uv_unref((uv_handle_t *)&h->async);
}

static void on_ready(uv_poll_t *poll, int status, int what) {
  weft_uv_host *h = poll->data;
  struct epoll_event events[128];
  (void)status, (void)what;
  if (h->forks != forks) {
    let_go(h);
    return;
  }
  /* Somebody runs the loop inside of a turn: it is told after that (HOST-13), and the loop does not spin meanwhile. */
  if (h->in_turn) {
    uv_poll_stop(poll);
    h->unread = 1;
    return;
  }
  /* What does not fit is reported in the next iteration. */
  int n = epoll_wait(h->epoll, events, 128, 0);
  for (int i = 0; i < n; ++i) {
    uint32_t e = events[i].events, ready = 0;
    if (e & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
      ready |= WEFT_READABLE;
    if (e & (EPOLLOUT | EPOLLHUP | EPOLLERR))
      ready |= WEFT_WRITABLE;
    if (e & (EPOLLHUP | EPOLLERR))
      ready |= WEFT_HANGUP;
    if (e & (EPOLLRDHUP | EPOLLPRI))
      ready |= WEFT_READ_ON;
    if (h->rt)
      weft_fd_ready(h->rt, events[i].data.ptr, ready);
  }
}

static weft_status make_set(weft_uv_host *h) {
  int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0)
    return -errno;
  int status = uv_poll_init(h->loop, &h->poll, set);
  if (status != 0) {
    close(set);
    return status;
  }
  h->poll.data = h;
  h->epoll = set;
  h->open_handles++;
  uv_poll_start(&h->poll, UV_READABLE, on_ready);
  uv_unref((uv_handle_t *)&h->poll);
  return WEFT_OK;
}

static weft_status host_watch(void *self, weft_fd_cell *cell) {
  weft_uv_host *h = self;
  weft_status status = h->epoll == -1 ? make_set(h) : WEFT_OK;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET, .data.ptr = cell};
  if (status != WEFT_OK)
    return status;
  if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, cell->fd, &e) != 0)
    return -errno;
  cell->host = h;
  cell->ready |= WEFT_TELLS_ARRIVALS;
  return WEFT_OK;
}

static void host_unwatch(void *self, weft_fd_cell *cell) {
  weft_uv_host *h = self;
  if (cell->host != h)
    return;
  epoll_ctl(h->epoll, EPOLL_CTL_DEL, cell->fd, NULL);
  cell->host = NULL;
}

static const weft_host_ops uv_ops = {
    .size = sizeof(weft_host_ops),
    .abi = WEFT_ABI,
    .name = "libuv",
    .post = host_post,
    .arm = host_arm,
    .now = host_now,
    .on_loop = host_on_loop,
    .hold = host_hold,
    .watch = host_watch,
    .unwatch = host_unwatch,
    .post_in_signal = host_post_in_signal,
};

int weft_uv_host_owns(const weft_uv_host *h, const uv_handle_t *handle) {
  const char *at = (const char *)handle;
  return at >= (const char *)h && at < (const char *)(h + 1);
}

const weft_host_ops *weft_uv_host_ops(void) { return &uv_ops; }

/* --- The turns ------------------------------------------------------------------------------------ */

/* Until when nothing of the program's is late. libuv tells the milliseconds to its next timer, 0 also for anything else that is not to
 * wait for (an idle handle of the program's, which shall not stop tasks altogether). The timer of ours is for turns, and no limit of one: at
 * the end of each the runtime arms it anew, after a turn that was refused at the end of the one around it. */
static weft_budget budget_of(weft_uv_host *h) {
  weft_budget b = h->budget;
  int ms = uv_backend_timeout(h->loop);
  if (ms >= 0 && uv_is_active((uv_handle_t *)&h->timer) && uv_now(h->loop) + (uint64_t)ms >= h->due_ms) {
    uv_timer_stop(&h->timer);
    ms = uv_backend_timeout(h->loop);
  }
  if (ms == 0) {
    if (b.ns == 0 || b.ns > PRESSED)
      b.ns = PRESSED;
  } else if (ms > 0) {
    uint64_t next = (uv_now(h->loop) + (uint64_t)ms) * MS;
    if (b.until == 0 || b.until > next)
      b.until = next;
  }
  return b;
}

static void on_closed(uv_handle_t *handle) {
  weft_uv_host *h = handle->data;
  if (--h->open_handles != 0)
    return;
  void (*closed)(void *, uint64_t) = h->closed;
  void *arg = h->closed_arg;
  uint64_t abandoned = h->abandoned;
  if (h->epoll >= 0)
    close(h->epoll);
  if (!h->left)
    free(h);
  if (closed)
    closed(arg, abandoned);
}

static void close_handles(weft_uv_host *h) {
  h->rt = NULL;
  uv_close((uv_handle_t *)&h->async, on_closed);
  uv_close((uv_handle_t *)&h->idle, on_closed);
  uv_close((uv_handle_t *)&h->check, on_closed);
  uv_close((uv_handle_t *)&h->timer, on_closed);
  if (h->epoll >= 0)
    uv_close((uv_handle_t *)&h->poll, on_closed);
}

static void on_check(uv_check_t *check) {
  weft_uv_host *h = check->data;
  /* In a turn: somebody runs the loop inside of it. What was asked for stays so. */
  if (h->in_turn || !(atomic_load(&h->posted) || h->due || h->more))
    return;
  if (h->forks != forks) {
    let_go(h);
    return;
  }
  uv_idle_stop(&h->idle);
  uv_unref((uv_handle_t *)&h->idle);
  if (!h->rt) { /* attaching will ask */
    if (!h->attached && h->held > 0) {
      h->attached = 1;
      fputs("weft: tasks live and the loop runs, but gives them no turns: weft_uv_host_attach was not called\n", stderr);
    }
    return;
  }
  atomic_store(&h->in_turn, 1);
  atomic_store(&h->posted, 0);
  h->due = 0;
  weft_budget budget = budget_of(h);
  weft_turn_result turn = weft_turn(h->rt, &budget);
  h->more = turn.status == WEFT_OK && turn.more;
  atomic_store(&h->in_turn, 0);
  if (turn.status == WEFT_E_INVAL) { /* not this thread's, or the parent's */
    let_go(h);
    return;
  }
  if (h->unread) {
    h->unread = 0;
    uv_poll_start(&h->poll, UV_READABLE, on_ready);
  }
  if (h->after)
    h->after(h->after_arg);
  if (!h->rt)
    return; /* it was left, or is somebody else's to end */
  /* Not yet: BUSY, and its next turn comes here again. */
  if (h->closing && weft_runtime_destroy(h->rt) == WEFT_OK) {
    h->abandoned = turn.live;
    close_handles(h);
    return;
  }
  if (h->more || h->due || atomic_load(&h->posted))
    turn_soon(h, 0);
}

/* --- From the first to the last ------------------------------------------------------------------- */

weft_status weft_uv_host_new(uv_loop_t *loop, weft_uv_host **out) {
  if (!loop) /* so does uv_default_loop answer when it cannot make one */
    return WEFT_E_INVAL;
  pthread_once(&forks_are_counted, count_forks);
  weft_uv_host *h = calloc(1, sizeof *h);
  if (!h)
    return WEFT_E_NOMEM;
  /* Only this one can fail, and then the loop has not heard of any. */
  int status = uv_async_init(loop, &h->async, on_async);
  if (status != 0) {
    free(h);
    return status;
  }
  uv_idle_init(loop, &h->idle);
  uv_check_init(loop, &h->check);
  uv_timer_init(loop, &h->timer);
  h->async.data = h->idle.data = h->check.data = h->timer.data = h;
  h->open_handles = 4;
  uv_check_start(&h->check, on_check);
  uv_unref((uv_handle_t *)&h->async);
  uv_unref((uv_handle_t *)&h->idle);
  uv_unref((uv_handle_t *)&h->check);
  uv_unref((uv_handle_t *)&h->timer);
  h->loop = loop;
  h->epoll = -1;
  h->thread = pthread_self();
  h->forks = forks;
  h->deadline = WEFT_NEVER;
  h->budget.ns = MS;
  *out = h;
  return WEFT_OK;
}

void weft_uv_host_attach(weft_uv_host *h, weft_runtime *rt) {
  int owed = atomic_load(&h->posted);
  h->rt = rt;
  h->attached = 1;
  if (rt && (owed || h->due || h->more)) /* what was asked for while nobody was attached; for another runtime that is a turn too early */
    turn_soon(h, owed);
  else if (!rt && h->closing) /* what it was to end is gone already */
    close_handles(h);
}

void weft_uv_host_budget(weft_uv_host *h, const weft_budget *budget) {
  const weft_budget none = {0};
  h->budget = budget ? *budget : none;
  if (h->budget.until == WEFT_NEVER)
    h->budget.until = 0;
}

void weft_uv_host_after_turns(weft_uv_host *h, void (*fn)(void *arg), void *arg) {
  h->after = fn;
  h->after_arg = arg;
}

weft_status weft_uv_host_close(weft_uv_host *h, weft_shutdown_mode mode, void (*closed)(void *arg, uint64_t abandoned), void *arg) {
  if (h->closing)
    return WEFT_E_CLOSED;
  if (h->rt && h->forks != forks)
    let_go(h);
  if (h->rt) {
    weft_status status = weft_shutdown(h->rt, mode, NULL, NULL);
    if (status != WEFT_OK && status != WEFT_E_CLOSED)
      return status;
  }
  h->closing = 1;
  h->closed = closed;
  h->closed_arg = arg;
  if (h->rt)
    host_post(h); /* the shutdown may be over already */
  else
    close_handles(h);
  return WEFT_OK;
}

void weft_uv_host_leave(weft_uv_host *h) {
  if (!h->rt || h->in_turn)
    return;
  h->closing = h->left = 1;
  atomic_store(&h->posted, 1); /* for ever: a post finds that somebody has seen to it */
  close_handles(h);
}
