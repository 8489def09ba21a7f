/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The scheduler contract: a table of C functions that picks the next ready entity of one domain.
 *
 * A scheduler sees only what is ready. It never resumes anything: the runtime pulls (`pick`), so no
 * plug-in can bypass the hierarchy. An entity is a task or a child domain; a scheduler treats both
 * alike. The runtime owns parking of workers, the inbox that foreign threads wake through, and the
 * count of ready minus picked; so a policy for one worker needs no lock.
 *
 * Many workers: without WEFT_SCHED_PARALLEL the runtime holds the domain's lock around each call, so
 * that policy serves many workers too, one call at a time. With it they come in at once:
 *   - What has one worker (pick, pick_many, ran; ready with that `from`; worker_leave) comes from one
 *     thread at a time, and calls with different workers overlap. So do admit, retire, remove, attr, choose
 *     and ready with `from` NULL, each of these with itself too. create, destroy, stop, worker_enter
 *     and worker_leave never overlap one another; snapshot overlaps nothing. With config->workers 1
 *     nothing overlaps.
 *   - The calls about one entity are ordered by the runtime, but for remove, which may meet a pick.
 *   - What was written before `ready` is visible after the `pick` that gives the entity: the policy
 *     sees to it.
 *   - `pick` and NULL: SCHED-09. The runtime looks whether a worker sleeps after each ready, pick
 *     that gave something, and worker_leave; a worker sleeps when a pick gave NULL after it had
 *     announced that it will.
 *
 * A plug-in exports WEFT_SCHED_SYMBOL, a function that returns its table. `schedulers/fifo` is the
 * smallest correct one: read it first. Rules SCHED-nn are in rules.md; weft-sched-check tries a plug-in against them.
 */
#ifndef WEFT_SCHEDULER_H
#define WEFT_SCHEDULER_H

#include "weft/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_worker weft_worker; /* opaque: compare for identity, ask weft_worker_index */

enum { WEFT_ENT_TASK = 0, WEFT_ENT_DOMAIN = 1 };

/* An entity. next, prev and word belong to the scheduler from admit to retire; the runtime reads
 * next only inside the lists it hands over. */
typedef struct weft_ent {
  struct weft_ent *next;
  struct weft_ent *prev;
  uint64_t word[4];
  uint64_t id;        /* task or domain number, never reused; read only */
  uint32_t kind;      /* WEFT_ENT_*; read only */
  uint32_t reserved;  /* the runtime's */
} weft_ent;

/* Singly linked by next, NULL-terminated; head and tail are NULL when count is 0. */
typedef struct weft_ent_list {
  weft_ent *head;
  weft_ent *tail;
  size_t count;
} weft_ent_list;

typedef struct weft_ent_attr {
  uint32_t size;
  int32_t priority;     /* higher is more urgent; 0 the default */
  uint64_t deadline_ns; /* on the host's clock; UINT64_MAX for none */
  uint32_t weight;      /* share among siblings; 1 the default */
  uint32_t home;        /* preferred worker + 1; 0 for any */
  const char *name;     /* borrowed during the call; may be NULL */
} weft_ent_attr;

/* How long the picked entity may run; 0 means no limit of that kind. A child domain makes at most `picks` picks of its own (with
 * no limit at all weft_domain_attr.picks), and comes back at the first one after which its ns are over, whatever runs below
 * it. A task is not stopped by either. With ns set the clock is read, and `ran` says how long it took. */
typedef struct weft_slice {
  uint64_t ns;
  uint32_t picks;
  uint32_t hold; /* WEFT_HOLD_*, of a pick that answers NULL though it has entities; else 0 */
} weft_slice;

/* Until when a pick that holds back need not be asked again (SCHED-18). The runtime may ask before, and does when something
 * became ready meanwhile. */
enum {
  WEFT_HOLD_NS = 1,  /* for slice->ns from `now` on: 1 at least, 2^62 at most */
  WEFT_HOLD_RAN = 2, /* until the `ran` of an entity that runs now; with several workers, since with one none does then */
  WEFT_HOLD_TURN = 3 /* until the host's next turn: services->turn answers more then */
};

typedef enum weft_why {
  WEFT_WHY_NEW = 0,
  WEFT_WHY_WAKE = 1,
  WEFT_WHY_YIELD = 2,
  WEFT_WHY_PREEMPT = 3,
  WEFT_WHY_TIMER = 4,
  WEFT_WHY_CANCEL = 5,
  WEFT_WHY_CHILD = 6 /* a child domain turned from empty to non-empty, or still has work */
} weft_why;

typedef enum weft_outcome {
  WEFT_RAN_YIELDED = 0,
  WEFT_RAN_PARKED = 1,
  WEFT_RAN_DONE = 2,
  WEFT_RAN_PREEMPTED = 3,
  WEFT_RAN_EMPTY = 4 /* a child domain with nothing more to pick */
} weft_outcome;

/* "key=val,key=val" already split. Borrowed during create. */
typedef struct weft_sched_param {
  const char *key;
  const char *value;
} weft_sched_param;

struct weft_sched_ops;

/* What the runtime gives a scheduler at create; lives as long as the scheduler. */
typedef struct weft_sched_services {
  uint32_t size;
  uint32_t abi;
  void *runtime; /* first argument of the functions below */
  void (*log)(void *runtime, const char *text); /* one line to the trace and, with WEFT_STATS, to stderr */
  uint32_t (*worker_index)(const weft_worker *worker);
  /* Which of the host's turns this is, or the last one was: grows by one with each. From pick, ready and ran. */
  uint64_t (*turn)(void *runtime);
  /* The table of another policy, by its name or path as in WEFT_SCHED; lives as long as the process. From create alone.
   * WEFT_E_NOTFOUND, WEFT_E_ABI, with error filled: config's, mostly. */
  weft_status (*find)(void *runtime, const char *name, const struct weft_sched_ops **table, char *error, size_t error_size);
} weft_sched_services;

typedef struct weft_sched_config {
  uint32_t size;
  uint32_t workers; /* how many may enter; their worker_index is below it */
  const weft_sched_services *services;
  const weft_sched_param *params;
  size_t param_count;
  /* Where create explains a failure, in one line without "\n". */
  char *error;
  size_t error_size;
  /* This instance's own copy of the table, which create may change: what it sets to NULL, of the optional functions, it has not,
   * and it may clear flags. For who wraps another policy. */
  struct weft_sched_ops *table;
} weft_sched_config;

/* weft_sched_ops.flags: what a policy allows the runtime; it ignores those that it does not know. */
enum {
  WEFT_SCHED_PARALLEL = 1 /* workers may be in its functions at once; see the top of this file */
};

/* Functions marked optional may be NULL; then what the comment says happens. Unless said otherwise a
 * function runs on a worker of this scheduler, on its native stack, and must not block, allocate,
 * throw, suspend, or call back into the runtime except through services. */
typedef struct weft_sched_ops {
  uint32_t size; /* sizeof(weft_sched_ops) of the header it was compiled with */
  uint32_t abi;  /* WEFT_ABI */
  const char *name;

  /* Serialised; may allocate and block. Unknown keys are WEFT_E_INVAL with config->error filled. */
  weft_status (*create)(const weft_sched_config *config, void **self);
  void (*destroy)(void *self);
  void (*stop)(void *self); /* optional: no pick comes after it */

  /* Optional: once for each worker, before its first call and after its last; it may enter again.
   * leave re-homes its queue, so that the others find what was in it. */
  weft_status (*worker_enter)(void *self, weft_worker *worker);
  void (*worker_leave)(void *self, weft_worker *worker);

  /* Birth and death of an entity. admit may refuse (its status reaches the spawner); may allocate. */
  weft_status (*admit)(void *self, weft_ent *ent, const weft_ent_attr *attr); /* optional */
  void (*retire)(void *self, weft_ent *ent); /* optional; the entity is not queued then */

  /* Takes all of list, which is in the order in which its entities became ready: one, or all that did
   * while one task ran. `from` is the waking worker, one that
   * has entered, and whose thread this is; NULL for a batch of the foreign inbox. */
  void (*ready)(void *self, weft_ent_list *list, weft_worker *from, weft_why why);
  /* The next entity, taken out of the queue; NULL when there is none (SCHED-02, with several workers at
   * once SCHED-09). `now` is cached per turn; *slice comes zeroed. A policy that has entities of which none may run now holds back:
   * it answers NULL with slice->hold set (SCHED-18); not one with WEFT_SCHED_PARALLEL or pick_many. The runtime waits for it:
   * a child domain is not queued in its parent meanwhile, and the root gives the turn back to the host. */
  weft_ent *(*pick)(void *self, weft_worker *worker, uint64_t now, weft_slice *slice);

  /* Optional: what happened to an entity that was picked. ns: how long it took, at least 1, where its slice had a limit of ns
   * (of a child domain: its slice); else 0, since clock reads are rationed. Comes before the `ready` of an entity that yielded. */
  void (*ran)(void *self, weft_worker *worker, weft_ent *ent, weft_outcome outcome, uint64_t ns);
  /* Optional: take a queued entity out: WEFT_OK, and no pick gives it. With any other status nothing was
   * changed, and removal takes effect when it is next unqueued (SCHED-13). */
  weft_status (*remove)(void *self, weft_ent *ent);
  /* Optional: priority, deadline, weight or home changed, queued or not; the name is NULL (SCHED-14, SCHED-15). */
  void (*attr)(void *self, weft_ent *ent, const weft_ent_attr *attr);
  /* Optional: takes every choice of the runtime in tasks of its domain: 0 <= result < n (SCHED-17). Sites: "select", which of n cases that can go
   * on is taken; "preempt", where a call that may wait (sync.h) begins, with n 2: 1 lets others run before, as weft_yield does. */
  uint32_t (*choose)(void *self, const char *site, uint32_t n);
  /* Optional: visits what is queued, in pick order if it can; workers are halted. */
  void (*snapshot)(void *self, void (*visit)(void *arg, const weft_ent *ent), void *arg);
  /* Optional, beside pick: the next entities in pick order, at most n, taken out of the queue; answers how
   * many. For a policy whose next n picks are settled whatever becomes ready meanwhile, as fifo's are (or that
   * takes it so: what comes, comes after them), and that sets no slices: a child domain picked so runs as one
   * whose slice is zero. The runtime may ask so when `ran` is NULL and nothing is traced: tasks that yield then
   * go on to the next one without a call in between, and come back to `ready` as one list, in the order in which
   * they ran; an only entity, also a child domain, is run again without either call (SCHED-06). */
  size_t (*pick_many)(void *self, weft_worker *worker, uint64_t now, weft_ent **ents, size_t n);
  uint64_t flags; /* WEFT_SCHED_*; 0 in a table that ends before it */
} weft_sched_ops;

/* What a plug-in exports: const weft_sched_ops *weft_scheduler_plugin(void); */
#define WEFT_SCHED_SYMBOL "weft_scheduler_plugin"
typedef const weft_sched_ops *(*weft_sched_plugin_fn)(void);

/* Makes a table known by its name, beside the built-in ones. The table must outlive the process.
 * Any thread, before the domain that uses it is created. WEFT_E_ABI, WEFT_E_INVAL (name taken). */
WEFT_API weft_status weft_sched_register(const weft_sched_ops *ops);

#ifdef __cplusplus
}
#endif
#endif
