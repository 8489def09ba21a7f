/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What tasks share: channels with select, mutex, condition, semaphore, wait group.
 *
 * All of them wait by parking the calling task, never the thread. Waits answer WEFT_E_CANCELLED when
 * the task is cancelled, with nothing taken or given. Objects are freed by their owner when nobody
 * waits in them. Deadlines are on weft_now's clock; WEFT_NEVER for none.
 *
 * Thread: tasks and the loop's thread; a call that would have to wait answers WEFT_E_NOTASK outside of
 * tasks. No other thread may touch these objects: it completes a token (host.h) instead.
 * Cancellation: a task that was cancelled after it had been served (its value handed over, the lock its
 * own) answers WEFT_OK, and the cancel is reported by its next wait.
 * Dumps show a waiting task as "channel send", "channel receive", "channel send (nil)", "channel
 * receive (nil)", "select", "select (no cases)", "mutex", "condition", "semaphore", "wait group".
 */
#ifndef WEFT_SYNC_H
#define WEFT_SYNC_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Channels ------------------------------------------------------------------------------------
 * Values of `elem_size` bytes are copied in and out. capacity 0 is a rendezvous. Waiters are served
 * first come, first served. A NULL channel never becomes ready: a wait on it lasts until cancelled. */
typedef struct weft_chan weft_chan;

WEFT_API weft_chan *weft_chan_new(size_t elem_size, size_t capacity); /* NULL: no memory */
WEFT_API void weft_chan_free(weft_chan *chan);
/* WEFT_OK; WEFT_E_CLOSED (value not taken). elem may be NULL when elem_size is 0. */
WEFT_API weft_status weft_chan_send(weft_chan *chan, const void *elem);
/* WEFT_OK; WEFT_E_CLOSED when closed and empty (*elem zeroed). elem may be NULL to discard. */
WEFT_API weft_status weft_chan_recv(weft_chan *chan, void *elem);
WEFT_API weft_status weft_chan_try_send(weft_chan *chan, const void *elem); /* WEFT_E_AGAIN */
WEFT_API weft_status weft_chan_try_recv(weft_chan *chan, void *elem);       /* WEFT_E_AGAIN */
/* Wakes all: receivers get what is buffered, then WEFT_E_CLOSED; senders WEFT_E_CLOSED. WEFT_E_CLOSED
 * when closed before, WEFT_E_INVAL for NULL. */
WEFT_API weft_status weft_chan_close(weft_chan *chan);
WEFT_API size_t weft_chan_len(const weft_chan *chan); /* 0 for NULL */
WEFT_API size_t weft_chan_cap(const weft_chan *chan);

enum { WEFT_SELECT_SEND = 0, WEFT_SELECT_RECV = 1 };
typedef struct weft_select_case {
  weft_chan *chan;    /* NULL: never ready */
  void *elem;         /* send: from here; receive: to here, or NULL */
  uint32_t op;        /* WEFT_SELECT_* */
  weft_status status; /* out, of the chosen one: WEFT_OK or WEFT_E_CLOSED */
} weft_select_case;
/* Waits until one case can go on, does it and returns its index. Among several that can, a pseudo-
 * random one, evenly. With WEFT_SELECT_DEFAULT it never waits and answers WEFT_E_AGAIN.
 * WEFT_E_TIMEOUT after the deadline; WEFT_E_CANCELLED. Negative results are statuses. */
enum { WEFT_SELECT_DEFAULT = 1 };
WEFT_API int32_t weft_select(weft_select_case *cases, uint32_t count, uint32_t flags,
                             uint64_t deadline_ns);

/* --- Locks: plain structs, zero-initialised, no destructor ----------------------------------------
 * A lock is handed to the first waiter at unlock, so it is fair. */
typedef struct weft_wait_list {
  void *head, *tail;
} weft_wait_list;

typedef struct weft_mutex {
  uint64_t owner; /* task, 0 when free */
  weft_wait_list waiters;
} weft_mutex;
/* Who waits lends its priority and deadline to the owner, where that one's scheduler goes by them (TASK-09). */
WEFT_API weft_status weft_mutex_lock(weft_mutex *m); /* WEFT_E_BUSY: the caller owns it already */
/* With a deadline (WEFT_E_TIMEOUT); with WEFT_MUTEX_RELOCK_WAITS the owner may lock again and waits
 * until another task unlocks, as Go's does. */
enum { WEFT_MUTEX_RELOCK_WAITS = 1 };
WEFT_API weft_status weft_mutex_lock_with(weft_mutex *m, uint32_t flags, uint64_t deadline_ns);
WEFT_API weft_status weft_mutex_trylock(weft_mutex *m); /* WEFT_E_AGAIN */
/* Any task may unlock, as in Go; WEFT_E_INVAL when it is not locked. */
WEFT_API weft_status weft_mutex_unlock(weft_mutex *m);

typedef struct weft_cond {
  weft_wait_list waiters;
} weft_cond;
/* Unlocks, waits, locks again (also when it answers WEFT_E_CANCELLED or WEFT_E_TIMEOUT). */
WEFT_API weft_status weft_cond_wait(weft_cond *c, weft_mutex *m, uint64_t deadline_ns);
WEFT_API void weft_cond_signal(weft_cond *c);
WEFT_API void weft_cond_broadcast(weft_cond *c);

typedef struct weft_sem {
  int64_t count; /* set it before use, to 0 or more */
  weft_wait_list waiters;
} weft_sem;
WEFT_API weft_status weft_sem_acquire(weft_sem *s, uint64_t deadline_ns);
WEFT_API void weft_sem_release(weft_sem *s, int64_t n);

typedef struct weft_wait_group {
  int64_t count;
  weft_wait_list waiters;
} weft_wait_group;
WEFT_API weft_status weft_wait_group_add(weft_wait_group *g,
                                         int64_t delta); /* WEFT_E_INVAL: below 0 */
WEFT_API weft_status weft_wait_group_wait(weft_wait_group *g);

#ifdef __cplusplus
}
#endif
#endif
