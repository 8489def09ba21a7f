/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Tasks and domains: green threads under pluggable schedulers.
 *
 * A task is Ready, Running, Parked or Done. It is a small record; its stack is bound when it is first
 * picked and given back when it ends. Calls that say "waits" suspend only the calling task: they are
 * ordinary effects (weft_yield_tag, weft_await_tag of host.h), and the pass knows them as may-suspend.
 * The first argument `rt` may be NULL wherever it appears: the current runtime.
 *
 * With several workers (weft_runtime_config.workers, or WEFT_WORKERS, which a program's user sets) tasks run in parallel, and
 * a wait may return on another thread: what they share needs sync.h or atomics; locks and thread-locals of the
 * thread are TASK-07, TLS-01 and TLS-02. errno is the task's own across waits in code compiled with the pass; other C and C++
 * keeps its address, so it touches errno in functions that are not inlined and do not wait (TASK-06).
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
  uint32_t flags;       /* WEFT_SPAWN_*; others: WEFT_E_INVAL */
  uint64_t deadline_ns; /* for the scheduler; 0: none */
  uint64_t word;        /* the language's word, weft_task_word */
  uint32_t weight;      /* its share among its siblings, where the domain's scheduler shares by weight; 0: 1 */
  uint32_t reserved;    /* 0, else WEFT_E_INVAL */
} weft_spawn_attr;
enum {
  WEFT_SPAWN_DETACHED = 1, /* nobody joins: the record goes when it ends */
  WEFT_SPAWN_DAEMON = 2    /* does not keep weft_run going */
};

/* Makes a task that will run fn(arg). attr may be NULL. Without `out` nobody could
 * join it, so it is detached. With several workers it may begin, and end, before weft_spawn returns, and before weft_run.
 * Loop's thread or a task. WEFT_E_INVAL, WEFT_E_NOMEM, WEFT_E_CLOSED, or what the scheduler's admit answered (`fair`: WEFT_E_INVAL for weights above 65536). */
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

/* What its scheduler goes by: priority, deadline_ns (WEFT_NEVER: none) and weight, all three; home and name have to be 0. Of tasks that are queued,
 * running or parked. A policy with `attr` is told at once; for one without, and until it is asked, the task only keeps it.
 * Loop's thread or a task. WEFT_E_STALE when the task is done; WEFT_E_INVAL; WEFT_E_NOMEM, with nothing changed. */
WEFT_API weft_status weft_task_set_attr(weft_task task, const weft_ent_attr *attr);
/* The present ones. out->size is set before. The same threads and errors. */
WEFT_API weft_status weft_task_get_attr(weft_task task, weft_ent_attr *out);

WEFT_API weft_task weft_self(void);             /* 0 outside a task */
WEFT_API uint64_t weft_task_id(weft_task task); /* 0 when gone; never reused */
WEFT_API uint64_t *weft_task_word(void); /* the language's word of the running task; NULL outside */
WEFT_API weft_status weft_task_set_name(const char *name); /* the running task's */
WEFT_API const char *weft_task_name(weft_task task);       /* "" when none or gone */

/* Runs fn(arg) on the worker's native stack and returns. Outside tasks it just calls. For code that needs a big or a "real" stack.
 * fn must not suspend: a wait in it answers as outside of tasks, WEFT_E_NOTASK where it would have to wait (TASK-10). */
WEFT_API void weft_call_native(void (*fn)(void *), void *arg);

/* --- Domains: one scheduler instance and its tasks; a tree ------------------------------------- */

typedef struct weft_domain_attr {
  uint32_t size;
  int32_t priority;
  const char *name;  /* copied */
  const char *sched; /* as WEFT_SCHED: name|path[:key=val,...]; NULL: "fifo" */
  uint32_t weight; /* its share among its siblings, where the parent's scheduler shares by weight; 0: 1 */
  uint32_t picks; /* how many picks one slice may make when the parent sets no limit; 0: 1 */
  uint32_t bind;  /* WEFT_BIND_*: which threads run its tasks, and those of all domains below it */
  uint32_t reserved; /* 0, else WEFT_E_INVAL */
} weft_domain_attr;
enum {
  WEFT_BIND_ANY = 0,  /* as its parent; the root is for all */
  WEFT_BIND_HOST = 1, /* the host's thread, in its turns */
  WEFT_BIND_POOL = 2  /* the pool's workers, never the host's thread; with one worker there is no pool, and it runs there too */
};

WEFT_API weft_domain *weft_root_domain(weft_runtime *rt);
WEFT_API weft_domain *weft_self_domain(void); /* the running task's */
/* A child of `parent` (NULL: root), an entity of its scheduler. Loop's thread or a task. `error` may
 * be NULL. WEFT_E_INVAL when its parent is bound otherwise (TASK-08). */
WEFT_API weft_status weft_domain_create(weft_domain *parent, const weft_domain_attr *attr,
                                        weft_domain **out, char *error, size_t error_size);
/* No new tasks; its tasks are cancelled; waits for them to end when called by a task of another
 * domain. Then tokens that wait for it are stale. WEFT_E_BUSY outside tasks while tasks live in it. */
WEFT_API weft_status weft_domain_close(weft_domain *domain);
WEFT_API uint64_t weft_domain_id(const weft_domain *domain);
/* As weft_task_set_attr, of a domain among its parent's entities. WEFT_E_INVAL of a root. */
WEFT_API weft_status weft_domain_set_attr(weft_domain *domain, const weft_ent_attr *attr);
WEFT_API weft_status weft_domain_get_attr(const weft_domain *domain, weft_ent_attr *out);

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

/* What a domain and a worker have done, always counted. Counts are exact where nothing runs at the same time, and else what had
 * been counted when they were read. Times are sampled or bounds, as said. */
enum {
  /* Of a histogram of times: bucket 0 counts those under 2 ns, bucket n those of 2^n ns to under 2^(n+1) ns, the last one also
   * all that are longer (from 2.1 s). */
  WEFT_TIME_BUCKETS = 32
};
typedef struct weft_domain_stats {
  uint32_t size;
  uint32_t ready;    /* now: entities that wait for a pick, child domains too */
  uint64_t tasks;    /* now: its tasks that are not done */
  uint64_t readied;  /* entities that its scheduler got, those that yielded too */
  uint64_t picked;   /* entities that its scheduler gave */
  uint64_t ran;      /* runs of its tasks; each ends with a yield, a park, or the task's end */
  uint64_t stolen;   /* of those: on another worker than the one that had made the task ready */
  uint64_t yielded, parked, done;
  /* An estimate: the longest time between two clock readings between which nothing but its tasks ran, or a single run did; of a domain
   * without children also the longest of its slices of which one in 64 is timed. As of a worker, several long runs may be
   * one time. Runs between which other domains ran may be missed; 0: not measured. */
  uint64_t longest_slice_ns;
  uint64_t wake_to_run[WEFT_TIME_BUCKETS]; /* ns from a wake, or spawn, to the run; of one in 256, chance says which */
} weft_domain_stats;
typedef struct weft_worker_stats {
  uint32_t size;
  uint32_t worker;  /* its index; 0: the host's thread */
  uint64_t readied; /* entities that it gave to schedulers */
  uint64_t picked;  /* entities that it got from them */
  uint64_t ran;     /* runs of tasks; as above for what follows */
  uint64_t stolen;
  uint64_t yielded, parked, done;
  uint64_t slept;            /* how often it found nothing and waited; 0 of the host's thread, which waits in its host */
  /* The longest time between two of its clock readings: no run that ended before the last one was longer. An estimate: all runs
   * between the two are in it, at most 8 at the begin of a turn that has a limit of time and up to 64 after short ones, so of several long
   * runs in a row the first may be reported as one; also the dispatch loop's work. Then runs of more than 40 us have one each. */
  uint64_t longest_slice_ns;
  uint64_t wake_to_run[WEFT_TIME_BUCKETS]; /* of tasks that ran on it */
} weft_worker_stats;
/* out->size is set before. The loop's thread or a task. WEFT_E_INVAL; WEFT_E_NOTFOUND: no worker of that index. */
WEFT_API weft_status weft_get_domain_stats(const weft_domain *domain, weft_domain_stats *out);
WEFT_API weft_status weft_get_worker_stats(weft_runtime *rt, uint32_t worker, weft_worker_stats *out);

/* All tasks as text: id, name, state, what each waits for and since when, domain path. To a file descriptor. The loop's
 * thread or a task. dump.h has the rest. */
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
