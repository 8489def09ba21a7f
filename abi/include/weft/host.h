/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host contract: who owns the event loop gives turns; the runtime asks for them.
 *
 * A host never holds a continuation. It holds tokens: one-shot rights to complete one wait.
 * Completing makes the waiter ready *in its own scheduler*; "ready" travels up to the root, the root
 * asks for a turn by post(), and running travels down from weft_turn. Nothing is resumed in any
 * other way. Rules HOST-nn are in rules.md.
 */
#ifndef WEFT_HOST_H
#define WEFT_HOST_H

#include "weft/names_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_NEVER UINT64_MAX /* a deadline that never comes */

typedef struct weft_runtime weft_runtime;

/* Readiness of one file descriptor, kept for the descriptor's life rather than per wait: the host
 * ORs in what happened and calls weft_fd_ready; the runtime's I/O reads and clears it. */
enum {
  WEFT_READABLE = 1,
  WEFT_WRITABLE = 2,
  WEFT_HANGUP = 4,
  /* Two that stay; a host that sets neither works, at one more read for each wait (decision 0045). The first is a promise, set by
   * `watch`: each arrival is told anew, also when what came before was not read, and what is said below too. The second tells
   * that the peer has ended its side or sent urgent data: then a read that gives less than was asked for may have left some. */
  WEFT_TELLS_ARRIVALS = 8,
  WEFT_READ_ON = 16
};
typedef struct weft_fd_cell {
  int fd;
  uint32_t ready;    /* WEFT_READABLE | ...; written by weft_fd_ready (and `watch`), cleared by the runtime */
  weft_token reader; /* runtime's: who waits */
  weft_token writer;
  void *host; /* the host's word */
} weft_fd_cell;

/* What a host gives. Functions marked optional may be NULL. All but post and now run on the loop's
 * thread, on its native stack. */
typedef struct weft_host_ops {
  uint32_t size;
  uint32_t abi;
  const char *name;

  /* "Give me a turn." Any thread, sticky (not lost when the loop is busy), coalesced; must not call
   * weft_turn itself; runs on whatever stack the caller is on and uses at most 512 bytes of it. By
   * weft_dump_on_signal a signal's handler calls it too, where there is no post_in_signal (HOST-09). */
  void (*post)(void *host);
  /* Arms the one timer: a turn is wanted at `deadline` (now()'s clock); WEFT_NEVER disarms. */
  void (*arm)(void *host, uint64_t deadline_ns);
  /* Monotonic nanoseconds. With several workers, by any of them. */
  uint64_t (*now)(void *host);
  /* Is the caller on the loop's thread? Any thread. */
  int (*on_loop)(void *host);
  /* +1 / -1: the runtime has (no more) reasons to keep the loop alive. Optional. */
  void (*hold)(void *host, int delta);

  /* Optional: persistent readiness. Without it, descriptors cannot be awaited (-ENOTSUP). */
  weft_status (*watch)(void *host, weft_fd_cell *cell);
  void (*unwatch)(void *host, weft_fd_cell *cell);

  /* Optional, only where the runtime owns the thread: waits until post, an event or `deadline`, and
   * serves the loop's events. Returns 0, or 1 when nothing can ever happen any more. */
  int (*block)(void *host, uint64_t deadline_ns);

  /* Optional: called before the runtime aborts the process; prints `text`. The default writes it to
   * stderr. May not return to a defined state: the runtime aborts after it. */
  void (*fatal)(void *host, const char *text);

  /* Optional: post, called by a signal's handler (weft_dump_on_signal), perhaps on the loop's thread and in the middle of whatever
   * that does; async-signal-safe. For hosts whose post changes their loop's own state when it is called on the loop's thread. */
  void (*post_in_signal)(void *host);
} weft_host_ops;

/* How much one turn may do; zeros mean no limit. */
typedef struct weft_budget {
  uint64_t ns;
  uint32_t picks;
  uint32_t reserved;
  uint64_t until; /* the host's own next deadline on now()'s clock; 0 or WEFT_NEVER for none */
} weft_budget;

typedef struct weft_turn_result {
  weft_status status;     /* WEFT_OK; WEFT_E_BUSY inside another turn (re-posted); WEFT_E_CLOSED */
  uint32_t more;          /* something is ready: another turn, after other host work */
  uint64_t next_deadline; /* earliest timer, or sooner to trim idle stacks; WEFT_NEVER if none */
  uint64_t live;          /* tasks not done */
} weft_turn_result;

typedef struct weft_runtime_config {
  uint32_t size;
  const weft_host_ops *host; /* NULL: the embedded default, epoll */
  void *host_self;
  const char *sched; /* as WEFT_SCHED; NULL: the environment's, else "fifo" */
  /* Threads that run tasks, the loop's included; 0: the environment's (WEFT_WORKERS, which a program's user sets), else 1.
   * With several, tasks run in parallel, and go on on other threads (TASK-06, TASK-07, TLS-01, TLS-02); with 1 here never
   * two at a time, whatever the environment says. */
  uint32_t workers;
  uint32_t flags;    /* WEFT_RT_* */
} weft_runtime_config;
enum { WEFT_RT_IGNORE_ENV = 1 };

/* Makes a runtime on the calling thread, which is its loop's thread. One per host; several may live
 * in one process. On error *out is NULL and `error` (may be NULL) holds one line that says what is
 * accepted. */
WEFT_API weft_status weft_runtime_create(const weft_runtime_config *config, weft_runtime **out,
                                         char *error, size_t error_size);
/* Only after weft_shutdown is done, or when nothing lives; else WEFT_E_BUSY. Disarms the host's timer; of a post that
 * was made before, the host asks nobody any more. */
WEFT_API weft_status weft_runtime_destroy(weft_runtime *rt);
/* The runtime whose turn or task is running on this thread, else the thread's last created; NULL. */
WEFT_API weft_runtime *weft_runtime_current(void);

/* One turn. The loop's thread. Never blocks, keeps its budget. */
WEFT_API weft_turn_result weft_turn(weft_runtime *rt, const weft_budget *budget);

/* Turns and block() until no task lives (WEFT_OK), or nothing can ever wake one (WEFT_E_DEADLOCK: the
 * tasks stay as they are, to be listed or shut down). Needs a host with block. With several workers tasks need no call of it
 * to run: they may have begun, and ended, before. */
WEFT_API weft_status weft_run(weft_runtime *rt);

typedef enum weft_shutdown_mode {
  WEFT_SHUTDOWN_WAIT = 0,  /* no new tasks; ends when the last one does */
  WEFT_SHUTDOWN_CANCEL = 1 /* cancels all of them, then waits */
} weft_shutdown_mode;
/* Guests end first, then the host is released; done(arg, abandoned) is called in the last turn with
 * the number of tasks that could not end; weft_visit_tasks and weft_dump, called in it, name them and say what each waits
 * for. Their clean-ups run in weft_runtime_destroy. The loop's thread. */
WEFT_API weft_status weft_shutdown(weft_runtime *rt, weft_shutdown_mode mode,
                                   void (*done)(void *arg, uint64_t abandoned), void *arg);

/* A host tells that a watched descriptor is ready. The loop's thread; never runs a task. */
WEFT_API void weft_fd_ready(weft_runtime *rt, weft_fd_cell *cell, uint32_t ready);

/* --- Tokens --------------------------------------------------------------------------------- */

/* A token of this runtime, not yet waited for. 0 when out of memory or of 2^24 - 1 slots, or when the runtime is gone. Any
 * thread. Ends by one weft_complete or one weft_token_drop. */
WEFT_API weft_token weft_token_new(weft_runtime *rt);

/* Completes the wait: its waiter becomes ready in its own scheduler; before the wait it is remembered.
 * Any thread, never blocks, allocates or runs a task. WEFT_E_STALE when already completed, dropped,
 * cancelled or owned by what is gone: the value stays with the caller. Writes before it are visible
 * to the waiter. */
WEFT_API weft_status weft_complete(weft_token token, weft_status status, uint64_t value);

/* Waits for the token; the calling task parks. Returns the completer's status, with *value filled;
 * WEFT_E_CANCELLED or WEFT_E_TIMEOUT (then the token is gone, a late completion gets
 * WEFT_E_STALE); WEFT_E_NOTASK outside a task. This is an ordinary effect: it performs weft_await_tag,
 * so a handler inside the task may take the token instead (and then answers status and value). */
WEFT_API weft_status weft_await(weft_token token, uint64_t *value);
WEFT_API weft_status weft_await_until(weft_token token, uint64_t deadline_ns, uint64_t *value);

/* Gives a token up without waiting. Any thread. WEFT_E_STALE if it is gone or completed: the value goes
 * to whoever waits. On the loop's thread a value that nobody waits for is given up too. */
WEFT_API weft_status weft_token_drop(weft_token token);
/* Completed and not yet taken: WEFT_OK with status and value, and the token ends; WEFT_E_AGAIN when not completed yet;
 * WEFT_E_BUSY when it is waited for. To take is the waiter's side: the loop's thread or a task, else WEFT_E_INVAL. */
WEFT_API weft_status weft_token_take(weft_token token, weft_status *status, uint64_t *value);

/* "i64,i64->i32,i64": token and deadline; answered by status and value. */
extern WEFT_API const weft_tag weft_await_tag;
/* "->": weft_yield performs it. */
extern WEFT_API const weft_tag weft_yield_tag;

/* --- Completion queues: one wait for many tokens ----------------------------------------------- */

typedef struct weft_cq weft_cq;
typedef struct weft_cq_event {
  weft_token token;
  uint64_t key; /* what weft_cq_add was given */
  weft_status status;
  uint64_t value;
} weft_cq_event;

/* The functions below are the waiter's side: of the loop's thread and tasks. Elsewhere they answer WEFT_E_INVAL and change nothing
 * (weft_cq_free leaves the queue as it is); once the runtime is gone WEFT_E_STALE, and any thread may free the queue. */
WEFT_API weft_cq *weft_cq_new(weft_runtime *rt); /* NULL: no memory. Any thread */
/* Tokens still in it are dropped. */
WEFT_API void weft_cq_free(weft_cq *cq);
/* From now on the token's completion goes to the queue, under `key`; also if it was completed before. */
WEFT_API weft_status weft_cq_add(weft_cq *cq, weft_token token, uint64_t key);
/* The next completed one, in order of completion; the calling task parks until there is one.
 * WEFT_E_TIMEOUT, WEFT_E_CANCELLED; WEFT_E_INVAL when the queue holds no token at all. One waiter. */
WEFT_API weft_status weft_cq_wait(weft_cq *cq, uint64_t deadline_ns, weft_cq_event *event);
/* Never waits: WEFT_E_AGAIN when none is completed. */
WEFT_API weft_status weft_cq_poll(weft_cq *cq, weft_cq_event *event);

/* --- Waiting for several tokens without a queue -------------------------------------------------- */

/* The calling task waits until one of the tokens is completed, and takes that one: event->key is its index, event->status and
 * event->value are its completer's. Of several that were completed before the call the first in the array, else the first to
 * be completed. The others are as before the call: completed or not, for later waits, with their values.
 *
 * A token that is gone, or is dropped meanwhile, counts as completed with WEFT_E_STALE. Answers WEFT_OK when there is an event;
 * else no token has changed: WEFT_E_TIMEOUT, WEFT_E_CANCELLED, WEFT_E_NOMEM, WEFT_E_NOTASK; WEFT_E_BUSY when one is waited for by
 * somebody else or stands in the array twice; WEFT_E_INVAL when one is another runtime's, or count is 0.
 *
 * As weft_cq_wait this is one ordinary await of one token, which the first arrival completes: a handler of weft_await_tag inside
 * the task is shown that one. Costs a few stores per token, and no memory but that one token. */
WEFT_API weft_status weft_await_any(const weft_token *tokens, size_t count, uint64_t deadline_ns, weft_cq_event *event);
/* The same until all are completed; then all are taken, events[i] is that of tokens[i]. Otherwise none is taken: what is completed
 * keeps its value. Errors do not end it early: weft_await_any in a loop does. With count 0 WEFT_OK at once. */
WEFT_API weft_status weft_await_all(const weft_token *tokens, size_t count, uint64_t deadline_ns, weft_cq_event *events);

#ifdef __cplusplus
}
#endif
#endif
