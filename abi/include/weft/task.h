/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Tasks and domains: green threads under pluggable schedulers.
 *
 * A task is Ready, Running, Parked or Done. It is a small record; its stack is bound when it is first
 * picked and given back when it ends. Calls that say "waits" suspend only the calling task: they are
 * ordinary effects (weft_yield_tag, weft_await_tag of host.h), and the pass knows them as may-suspend.
 * The first argument `rt` may be NULL wherever it appears: the current runtime.
 */
#ifndef WEFT_TASK_H
#define WEFT_TASK_H

#include "weft/host.h"
#include "weft/scheduler.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A task's handle: generation-checked like a continuation's, so it may outlive the task. 0 is none. */
typedef uint64_t weft_task;
typedef struct weft_domain weft_domain;

typedef void (*weft_task_fn)(void *arg);

typedef struct weft_spawn_attr {
  uint32_t size;
  uint32_t stack;      /* WEFT_STACK_*; 0 the default */
  weft_domain *domain; /* NULL: the spawner's, outside of tasks the root */
  const char *name;    /* copied, at most 31 bytes; NULL: none */
  int32_t priority;
  uint32_t flags;       /* WEFT_SPAWN_* */
  uint64_t deadline_ns; /* for the scheduler; 0: none */
  uint64_t word;        /* the language's word, weft_task_word */
} weft_spawn_attr;
enum {
  WEFT_SPAWN_DETACHED = 1, /* nobody joins: the record goes when it ends */
  WEFT_SPAWN_DAEMON = 2    /* does not keep weft_run going */
};

/* Makes a task that will run fn(arg). attr may be NULL. Without `out` nobody could
 * join it, so it is detached. Loop's thread or a task. WEFT_E_NOMEM, WEFT_E_CLOSED, or what the scheduler's admit answered. */
WEFT_API weft_status weft_spawn(weft_runtime *rt, weft_task_fn fn, void *arg,
                                const weft_spawn_attr *attr, weft_task *out);
/* Waits for its end. WEFT_OK; WEFT_E_STALE when joined or detached before; WEFT_E_CANCELLED;
 * WEFT_E_INVAL when it belongs to another thread's runtime. */
WEFT_API weft_status weft_join(weft_task task);
/* Nobody will join. On the loop's thread, as weft_join. */
WEFT_API weft_status weft_detach(weft_task task);

/* Lets others run; returns when picked again. WEFT_E_NOTASK outside a task. */
WEFT_API weft_status weft_yield(void);
/* Parks until weft_wake. A wake before the park is remembered; further wakes coalesce.
 * WEFT_OK, WEFT_E_CANCELLED; spurious returns do not happen. */
WEFT_API weft_status weft_park(void);
WEFT_API weft_status weft_park_until(uint64_t deadline_ns); /* also WEFT_E_TIMEOUT */
/* Makes the task runnable in its domain. Any thread; never blocks, allocates or runs anything.
 * WEFT_E_STALE when the task is done. Writes before it are visible to the woken task. */
WEFT_API weft_status weft_wake(weft_task task);
/* Parks for that long. WEFT_OK, WEFT_E_CANCELLED. */
WEFT_API weft_status weft_sleep(uint64_t ns);
WEFT_API uint64_t weft_now(void);

/* Cancellation is only a wake: the task's present or next wait answers WEFT_E_CANCELLED, once per
 * call of cancel; weft_cancelled stays true. Any thread. */
WEFT_API weft_status weft_cancel(weft_task task);
WEFT_API int weft_cancelled(void);

WEFT_API weft_task weft_self(void);             /* 0 outside a task */
WEFT_API uint64_t weft_task_id(weft_task task); /* 0 when gone; never reused */
WEFT_API uint64_t *weft_task_word(void); /* the language's word of the running task; NULL outside */
WEFT_API weft_status weft_task_set_name(const char *name); /* the running task's */
WEFT_API const char *weft_task_name(weft_task task);       /* "" when none or gone */

/* Runs fn(arg) on the worker's native stack and returns; fn must not suspend. Outside tasks it just
 * calls. For code that needs a big or a "real" stack. */
WEFT_API void weft_call_native(void (*fn)(void *), void *arg);

/* --- Domains: one scheduler instance and its tasks; a tree ------------------------------------- */

typedef struct weft_domain_attr {
  uint32_t size;
  int32_t priority;
  const char *name;  /* copied */
  const char *sched; /* as WEFT_SCHED: name|path[:key=val,...]; NULL: "fifo" */
  uint32_t weight;
  uint32_t picks; /* how many picks one slice may make when the parent sets none; 0: 1 */
} weft_domain_attr;

WEFT_API weft_domain *weft_root_domain(weft_runtime *rt);
WEFT_API weft_domain *weft_self_domain(void); /* the running task's */
/* A child of `parent` (NULL: root), an entity of its scheduler. Loop's thread or a task. `error` may
 * be NULL. */
WEFT_API weft_status weft_domain_create(weft_domain *parent, const weft_domain_attr *attr,
                                        weft_domain **out, char *error, size_t error_size);
/* No new tasks; its tasks are cancelled; waits for them to end when called by a task of another
 * domain. Then tokens that wait for it are stale. WEFT_E_BUSY outside tasks while tasks live in it. */
WEFT_API weft_status weft_domain_close(weft_domain *domain);
WEFT_API uint64_t weft_domain_id(const weft_domain *domain);

/* --- Looking inside --------------------------------------------------------------------------- */

typedef struct weft_stats {
  uint32_t size;
  uint32_t guard; /* 0 none, 1 mprotect, 2 MADV_GUARD_INSTALL */
  uint64_t tasks_spawned, tasks_done, tasks_live;
  uint64_t readied, picked, parked, yielded, turns;
  uint64_t tokens_completed, tokens_stale, timers_fired;
  uint64_t stacks_made, stacks_reused, stacks_live;
  /* Free for reuse, of this thread and of ended ones: with their pages, and without (weft_stack_trim). */
  uint64_t stacks_cached, stacks_trimmed;
} weft_stats;
/* Counts what is cached by walking it. */
WEFT_API void weft_get_stats(weft_runtime *rt, weft_stats *out);
/* All tasks as text: id, name, state, what each waits for, domain path. To a file descriptor. */
WEFT_API void weft_dump(weft_runtime *rt, int fd);
/* Visits tasks that are not done. The loop's thread or a task. */
typedef struct weft_task_info {
  weft_task task;
  uint64_t id;
  const char *name;
  const char *state; /* "ready", "running", "parked" */
  const char *waits; /* "", "token", "channel receive", ... set by weft_set_waits */
  uint64_t domain;
  uint64_t word;
} weft_task_info;
WEFT_API void weft_visit_tasks(weft_runtime *rt, void (*visit)(void *arg, const weft_task_info *),
                               void *arg);
/* What the running task's next parks are for, shown by dumps; a static string, NULL to clear. */
WEFT_API void weft_set_waits(const char *what);

#ifdef __cplusplus
}
#endif
#endif
