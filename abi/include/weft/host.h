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

/* What a host gives. Functions marked optional may be NULL. Unless said otherwise a function
 *
 *   Thread:    is called on the loop's thread, on its native stack, in a turn or outside of one.
 *   State:     from the begin of weft_runtime_create to the return of weft_runtime_destroy.
 *   Ownership: gets `host` as config.host_self; the table is copied, and neither is freed by the runtime (HOST-17).
 *   Effects:   returns soon, and gives no turn (HOST-03); it may use all of the loop, and call no other function of the runtime
 *              than those that say so.
 *   Errors:    has none. No exception leaves it.
 *
 * weft-host-check tries an adapter against the rules. Since ABI 1, unless said otherwise. */
typedef struct weft_host_ops {
  uint32_t size; /* sizeof(weft_host_ops) of the header it was compiled with; HOST-01 */
  uint32_t abi;  /* WEFT_ABI */
  const char *name;

  /* "Give me a turn."
   *
   * Thread:    any, also the runtime's own workers and the loop's in a turn; on whatever stack the caller is on, in 512 bytes.
   * State:     a post is sticky: a turn that begins after it follows, also when it was made before the loop ran, during a turn, or
   *            while the loop went to sleep. Many may be one. Never after weft_runtime_destroy has returned.
   * Effects:   wakes the loop; gives no turn itself, and never waits, however many came before it.
   * Signals:   where weft_dump_on_signal is used, and there is no post_in_signal, a handler calls it (HOST-09).
   * Ordering:  writes before it are visible in that turn.
   * Rule HOST-05. */
  void (*post)(void *host);

  /* Arms the one timer: a turn is wanted at `deadline_ns`, on now()'s clock. WEFT_NEVER disarms.
   *
   * State:     at the end of a turn, and from weft_runtime_destroy. It takes the place of what was armed before, be it earlier or later;
   *            it may have passed already, or be years away. The timer is used up when it fires, and may fire early: that turn arms again.
   * Effects:   gives no turn itself, also when the time has passed. Does not keep the loop alive (HOST-16).
   * Rule HOST-06. */
  void (*arm)(void *host, uint64_t deadline_ns);

  /* Nanoseconds from some begin; they never go back, and go on within a turn.
   *
   * Thread:    any, at once; with several workers they all ask.
   * Effects:   none; it is called often, so it should be as cheap as a clock may be.
   * Rule HOST-15. */
  uint64_t (*now)(void *host);

  /* Is the caller on the loop's thread? Not 0: yes.
   *
   * Thread:    any, whether the loop runs or not.
   * Rule HOST-02. */
  int (*on_loop)(void *host);

  /* Optional. +1: the loop must not end by itself from now on; -1: it may. NULL: it does not anyhow, or the program sees to it.
   *
   * State:     +1 when the first task is spawned, or a shutdown begins; -1 when the last one that is no daemon has ended, at the end of that turn, and
   *            when a runtime is destroyed. They alternate. What a daemon spawns on another worker's thread while nothing else lives
   *            is told at the end of the next turn, which is asked for: a loop that ends by itself may have ended before, and a program with
   *            such daemons keeps it.
   * Rule HOST-16. */
  void (*hold)(void *host, int delta);

  /* Optional, with unwatch: from now on the readiness of cell->fd is told by weft_fd_ready, for each edge, and first what is there
   * already. Without it descriptors cannot be awaited (-ENOTSUP).
   *
   * State:     a descriptor that does not block, and is not watched yet.
   * Ownership: the cell stays where it is till unwatch and is the runtime's, but for `host`; the descriptor is its owner's, and stays open.
   * Effects:   tells nothing from inside of it, but may set cell->ready at once.
   * Errors:    WEFT_OK; a negated errno, -EPERM for what has no readiness (a regular file): then nothing is watched.
   * Rule HOST-13. */
  weft_status (*watch)(void *host, weft_fd_cell *cell);

  /* Nothing is told of the cell any more, not what happened before either.
   *
   * State:     a cell that is watched. The owner closes the descriptor afterwards, whose number may be another one's then.
   * Ownership: the cell is freed by its owner when this has returned: the host has nothing of it any more, in no queue.
   * Rule HOST-14. */
  void (*unwatch)(void *host, weft_fd_cell *cell);

  /* Optional, only where the runtime owns the thread (weft_run): waits until a post, an event of the loop or `deadline_ns`, and serves
   * the loop's events.
   *
   * State:     between turns. A post that no turn has followed yet, and a deadline that has passed (0), end it at once.
   * Effects:   waits; calls weft_fd_ready, and whatever the loop's events call.
   * Errors:    0; 1 when nothing can ever happen any more, which ends weft_run as a deadlock. A signal ends the wait at most (HOST-20).
   * Rules HOST-08, HOST-19. */
  int (*block)(void *host, uint64_t deadline_ns);

  /* Optional: shows `text`, then the runtime aborts the process. NULL: it goes to standard error.
   *
   * Thread:    any, on any stack.
   * State:     whatever is broken: it may not come back to the loop.
   * Effects:   returns; runs no loop, in which turns would be given (HOST-03). */
  void (*fatal)(void *host, const char *text);

  /* Optional: post, called by a signal's handler (weft_dump_on_signal), perhaps on the loop's thread and in the middle of whatever
   * that does; async-signal-safe. For hosts whose post changes their loop's own state when it is called on the loop's thread.
   * Rule HOST-09. */
  void (*post_in_signal)(void *host);
} weft_host_ops;

/* How much one turn may do; zeros mean no limit. A host sets one at least (HOST-10). */
typedef struct weft_budget {
  uint64_t ns;
  uint32_t picks;
  uint32_t reserved; /* 0 */
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

/* Makes a runtime on a host, or with a loop of its own.
 *
 * Thread:    the loop's, which the calling one becomes (HOST-02).
 * State:     one per host; several may live in one process.
 * Ownership: *out is the caller's till weft_runtime_destroy. The host outlives it; `config` is borrowed during the call.
 * Effects:   may post, and start threads; runs no task in this thread.
 * Errors:    on all others than WEFT_OK *out is NULL and `error` (may be NULL) holds one line that says what is accepted: WEFT_E_ABI, WEFT_E_INVAL,
 *            WEFT_E_NOTFOUND (a scheduler), WEFT_E_NOMEM, or what a scheduler's create answered. Rule HOST-01. */
WEFT_API weft_status weft_runtime_create(const weft_runtime_config *config, weft_runtime **out,
                                         char *error, size_t error_size);

/* Ends a runtime. The clean-ups of tasks that were abandoned run in it.
 *
 * Thread:    the loop's, outside of turns; else WEFT_E_INVAL, WEFT_E_BUSY.
 * State:     after weft_shutdown is done, or when nothing lives; else WEFT_E_BUSY, with nothing changed.
 * Ownership: takes the runtime. When it has returned, nothing calls the host any more: it waits for posts of other threads that are under way.
 * Effects:   disarms the host's timer, lets go of the loop; of a post that was made before, the host asks nobody any more.
 * Errors:    as above. Tokens of it are stale from then on, from any thread. Rule HOST-17. */
WEFT_API weft_status weft_runtime_destroy(weft_runtime *rt);
/* The runtime whose turn or task is running on this thread, else the thread's last created; NULL. */
WEFT_API weft_runtime *weft_runtime_current(void);

/* One turn: timers and what other threads left, then the root scheduler's picks, until nothing is ready or the budget is used up.
 *
 * Thread:    the loop's, on its native stack; else WEFT_E_INVAL.
 * State:     outside of turns, and of the host's functions. Inside another turn of the same runtime it posts, and answers WEFT_E_BUSY (HOST-03). An early one,
 *            or one that nobody asked for, does no harm.
 * Ownership: borrows `budget`; NULL is no limit.
 * Effects:   runs tasks; never blocks, keeps its budget. At its end it calls arm and hold. errno is the caller's own.
 * Errors:    result.status; WEFT_E_CLOSED when a shutdown is done. Rules HOST-04, HOST-10, HOST-11. */
WEFT_API weft_turn_result weft_turn(weft_runtime *rt, const weft_budget *budget);

/* Turns, and block() between them, until no task lives.
 *
 * Thread:    the loop's, outside of turns; else WEFT_E_INVAL, WEFT_E_BUSY. NULL is the current runtime.
 * State:     a host with block; else WEFT_E_INVAL. With several workers tasks need no call of it to run: they may have begun, and ended, before.
 * Effects:   waits, in the host alone.
 * Errors:    WEFT_OK; WEFT_E_DEADLOCK when nothing can ever wake a task: they stay as they are, to be listed or shut down. WEFT_E_NOMEM
 *            (TASK-05). */
WEFT_API weft_status weft_run(weft_runtime *rt);

typedef enum weft_shutdown_mode {
  WEFT_SHUTDOWN_WAIT = 0,  /* no new tasks; ends when the last one does */
  WEFT_SHUTDOWN_CANCEL = 1 /* cancels all of them, then waits */
} weft_shutdown_mode;
/* Guests end first, then the host is released.
 *
 * Thread:    the loop's, in a turn or outside; else WEFT_E_INVAL. Tasks may call it.
 * State:     once; afterwards WEFT_E_CLOSED. The host goes on giving turns until `done`.
 * Ownership: `arg` is the caller's.
 * Effects:   no new tasks; asks for a turn. done(arg, abandoned) is called in the last turn with the number of tasks that could not end;
 *            weft_visit_tasks and weft_dump, called in it, name them and say what each waits for. Their clean-ups run in weft_runtime_destroy, which
 *            must not be called in it.
 * Errors:    as above. Rule HOST-17. */
WEFT_API weft_status weft_shutdown(weft_runtime *rt, weft_shutdown_mode mode,
                                   void (*done)(void *arg, uint64_t abandoned), void *arg);

/* A host tells what became ready of a watched descriptor, by bits as in cell->ready.
 *
 * Thread:    the loop's, outside of turns.
 * State:     between watch and unwatch of the cell. More may be told than happened, and again.
 * Ownership: borrows the cell.
 * Effects:   completes the tokens of who waits, so it may post; never runs a task.
 * Rule HOST-13. */
WEFT_API void weft_fd_ready(weft_runtime *rt, weft_fd_cell *cell, uint32_t ready);

/* --- Tokens --------------------------------------------------------------------------------- */

/* A token of this runtime, not yet waited for. 0 when out of memory or of 2^24 - 1 slots, or when the runtime is gone. Any
 * thread. Ends by one weft_complete or one weft_token_drop. */
WEFT_API weft_token weft_token_new(weft_runtime *rt);

/* Completes the wait: its waiter becomes ready in its own scheduler, which asks for a turn.
 *
 * Thread:    any; not async-signal-safe.
 * State:     any token, at any time. A completion before the wait is remembered; of complete, timeout, cancel and drop the first one counts.
 * Ownership: the value goes to the waiter with WEFT_OK, and stays with the caller otherwise.
 * Effects:   may post; never blocks, allocates or runs a task.
 * Ordering:  writes before it are visible to the waiter.
 * Errors:    WEFT_OK; WEFT_E_STALE when already completed, dropped, cancelled or owned by what is gone. Rule HOST-07. */
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
 * WEFT_E_TIMEOUT, WEFT_E_CANCELLED; WEFT_E_INVAL when the queue holds no token at all. One waiter.
 * WEFT_E_STALE when the queue is freed meanwhile; where a handler of weft_await_tag takes the wait, what it answers but WEFT_OK. */
WEFT_API weft_status weft_cq_wait(weft_cq *cq, uint64_t deadline_ns, weft_cq_event *event);
/* Never waits: WEFT_E_AGAIN when none is completed. */
WEFT_API weft_status weft_cq_poll(weft_cq *cq, weft_cq_event *event);

/* --- Waiting for several tokens without a queue -------------------------------------------------- */

/* The calling task waits until one of the tokens is completed, and takes that one: event->key is its index, event->status and
 * event->value are its completer's. Of several that were completed before the call the first in the array (what another thread
 * completes counts from the turn on that takes it in), else the first to be completed. The others are as before the call: completed
 * or not, for later waits, with their values.
 *
 * A token that is gone, or is dropped meanwhile, counts as completed with WEFT_E_STALE. Answers WEFT_OK when there is an event;
 * else no token has changed: WEFT_E_TIMEOUT, WEFT_E_CANCELLED, WEFT_E_NOMEM, WEFT_E_NOTASK; WEFT_E_BUSY when one is waited for by
 * somebody else or stands in the array twice; WEFT_E_INVAL when one is another runtime's, or count is 0.
 *
 * As weft_cq_wait this is one ordinary await of one token, which the first arrival completes: a handler of weft_await_tag inside
 * the task is shown that one, and what it answers but WEFT_OK is the answer (WEFT_E_STALE when it drops that token).
 * Costs a few stores per token, and no memory but that one token. */
WEFT_API weft_status weft_await_any(const weft_token *tokens, size_t count, uint64_t deadline_ns,
                                    weft_cq_event *event);
/* The same until all are completed; then all are taken, events[i] is that of tokens[i]. Otherwise none is taken: what is completed
 * keeps its value. Errors do not end it early: weft_await_any in a loop does. With count 0 WEFT_OK at once. */
WEFT_API weft_status weft_await_all(const weft_token *tokens, size_t count, uint64_t deadline_ns, weft_cq_event *events);

#ifdef __cplusplus
}
#endif
#endif
