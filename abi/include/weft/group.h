/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Structure for tasks: groups that end with their scope, deadlines around waits, sections that no cancel interrupts.
 *
 * A group's tasks do not outlive the wait for it: the first that fails cancels the others, and the wait ends when the last of
 * them has ended. A deadline cancels what waits inside of it when it passes, and its end says so. A shield keeps cancels and the
 * deadlines around it till its end, so that a clean-up may wait. Rules GROUP-nn are in rules.md; group.hpp is the same for C++.
 *
 * Thread: tasks; a group is made, spawned into, cancelled and freed by the loop's thread too. No other thread may touch these.
 */
#ifndef WEFT_GROUP_H
#define WEFT_GROUP_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Groups ------------------------------------------------------------------------------------ */

typedef struct weft_group weft_group;

/* What a task of a group does. Another answer than WEFT_OK is a failure; the first one is the group's error. */
typedef weft_status (*weft_group_fn)(void *arg);

/* An empty group of the runtime (NULL: the current one). NULL: no memory, or another thread's runtime. */
WEFT_API weft_group *weft_group_new(weft_runtime *rt);
/* Makes a task that will run fn(arg) and belongs to the group. attr as weft_spawn's, and may be NULL; nobody joins it. `out`, which may
 * be NULL, gets its handle. Any task may spawn into a group, its own tasks too, also while somebody waits for it.
 * WEFT_E_CLOSED when the group was cancelled, a task of it failed, or the wait for it is over; WEFT_E_NOMEM, and what weft_spawn
 * answers: then nothing was changed. */
WEFT_API weft_status weft_group_spawn(weft_group *group, weft_group_fn fn, void *arg,
                                      const weft_spawn_attr *attr, weft_task *out);
/* Cancels all its tasks, once, as weft_cancel does, and refuses new ones. `error` is what the wait answers, and is not WEFT_OK.
 * Else nothing is changed: WEFT_E_CLOSED, it has an error already, or is over; WEFT_E_STALE, the calling task is one that was given up
 * and is being unwound. */
WEFT_API weft_status weft_group_cancel(weft_group *group, weft_status error);
/* Waits until all its tasks have ended, once. WEFT_OK, or the group's error. When the caller is cancelled, or a deadline around it
 * passes, that cancels the group with WEFT_E_CANCELLED, and it still waits for all; a cancel that its answer does not tell of, and
 * further ones, are for its next wait.
 * WEFT_E_STALE when it was waited for before, WEFT_E_BUSY while another task does; WEFT_E_NOTASK. */
WEFT_API weft_status weft_group_wait(weft_group *group);
/* WEFT_E_BUSY, and nothing is freed, while it has tasks or somebody waits for it: so before its runtime is destroyed. NULL is nothing. */
WEFT_API weft_status weft_group_free(weft_group *group);

/* --- Deadlines and shields: scopes of the running task ------------------------------------------- */

/* Lies in the caller's frame, and stays where it is from begin to end. Its task ends it, before it ends itself. */
typedef struct weft_scope {
  uint64_t reserved[6];
} weft_scope;

/* From here to the end every wait of the task answers WEFT_E_CANCELLED as soon as weft_now has reached `deadline_ns` (WEFT_NEVER for
 * none), also the wait that is on: each of them, after others had their turn, so a loop that takes no notice does not end. A result that is there already is
 * answered first. weft_cancelled is true meanwhile, but of a task that only computes: timers are looked at between runs. What a wait in it was
 * given as its own deadline stays as it is. WEFT_E_NOMEM, WEFT_E_NOTASK, WEFT_E_INVAL when the scope is open already; then nothing has begun. */
WEFT_API weft_status weft_deadline_begin(weft_scope *scope, uint64_t deadline_ns);
/* WEFT_OK; WEFT_E_TIMEOUT when it passed, or one around it did (up to the next shield). A weft_cancel that came meanwhile, and was not
 * answered, is for the next wait. WEFT_E_INVAL when it is not an open deadline of the running task. */
WEFT_API weft_status weft_deadline_end(weft_scope *scope);

/* From here to the end no cancel, and no deadline that was begun before, interrupts a wait of the task. They are delivered by the
 * first wait after the outermost shield's end. A deadline that is begun inside holds inside. May nest. WEFT_E_NOTASK; WEFT_E_INVAL when the
 * scope is open already. */
WEFT_API weft_status weft_shield_begin(weft_scope *scope);
WEFT_API weft_status weft_shield_end(weft_scope *scope); /* WEFT_E_INVAL as above */

#ifdef __cplusplus
}
#endif
#endif
