/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What weft-host-check is told of a host's adapter: the adapter's table (host.h), and how to make a loop, run it, and use it as
 * a program does that owns it. The suite makes runtimes and tasks of its own on it and holds what happens against the rules
 * HOST-nn of rules.md.
 *
 * A plug-in exports `const weft_host_check_adapter *weft_host_check_plugin(void)`. A loop that only lives inside of another
 * program (Node's) calls weft_host_check_run of libweft-host-check.a there, one case in a process.
 */
#ifndef WEFT_HOST_CHECK_H
#define WEFT_HOST_CHECK_H

#include "weft/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an adapter claims. What it does not is skipped, by name. `watch`, `hold` and `block` are claimed by the ops themselves. */
enum {
  /* post may be called by a signal's handler (HOST-09). */
  WEFT_HOST_CHECK_SIGNALS = 1,
  /* Time stands still while something runs, and moves to the next deadline when nothing can: nothing is measured. */
  WEFT_HOST_CHECK_VIRTUAL_TIME = 2,
  /* run returns 0 by itself when nothing keeps the loop alive: no hold, no timer of the host, no watched descriptor. */
  WEFT_HOST_CHECK_ENDS = 4,
  /* block answers 1 although other threads may post: it is for programs in which nobody else does (HOST-08 is skipped). */
  WEFT_HOST_CHECK_ALONE = 8,
  /* There is one loop in a process: it is not made on a second thread, and destroy leaves it. */
  WEFT_HOST_CHECK_ONE_LOOP = 16
};

typedef struct weft_host_check_adapter {
  uint32_t size; /* sizeof(weft_host_check_adapter) of the header it was compiled with */
  uint32_t abi;  /* WEFT_ABI */
  const char *name;
  uint32_t flags; /* WEFT_HOST_CHECK_* */
  uint32_t reserved;
  const weft_host_ops *ops; /* static storage; the suite puts functions of its own before them */

  /* A loop of the calling thread, and the adapter on it: *host is what the ops get. `params` is what stood behind the colon, ""
   * if nothing. WEFT_OK, or a status with one line in `error`. */
  weft_status (*make)(const char *params, void **host, char *error, size_t error_size);
  /* Whom turns go to: after weft_runtime_create, or again after NULL. NULL: nobody from now on, whatever was asked for before; always after
   * weft_runtime_destroy, and in a case before it. What is asked for meanwhile need not be kept. */
  void (*attach)(void *host, weft_runtime *rt);
  /* The program's own loop: waits, serves timers, descriptors and posts, gives turns when they are asked for, and so on, until
   * until(arg) answers something else than 0: then 1. It is asked whenever the loop is about to wait, so before the first wait and after
   * each turn, never inside of one. 0: the loop ended by itself (HOST-16). It may be called again. */
  int (*run)(void *host, int (*until)(void *arg), void *arg);
  /* After its runtime was destroyed, and attach with NULL. All that it took it gives back. */
  void (*destroy)(void *host);
  /* Optional: the program's own timer, once, by the loop's means and not by arm: fn(arg) in `ns` from now, on the loop's thread,
   * between turns. From the loop's thread; fn may call it. Without it, what stands on it is skipped. */
  weft_status (*timer)(void *host, uint64_t ns, void (*fn)(void *arg), void *arg);
} weft_host_check_adapter;

WEFT_API const weft_host_check_adapter *weft_host_check_plugin(void);

/* --- In a process that has the loop already ----------------------------------------------------- */

enum { WEFT_HOST_CHECK_PASSED = 0, WEFT_HOST_CHECK_FAILED = 1, WEFT_HOST_CHECK_SKIPPED = 2 };

typedef struct weft_host_check_case {
  const char *rule;  /* "HOST-05" */
  const char *name;  /* "foreign"; RULE/name is what weft_host_check_run takes */
  const char *shows; /* in a line */
} weft_host_check_case;

/* How many there are, and which: in the order in which each stands on those before it. NULL: no such. */
size_t weft_host_check_cases(void);
const weft_host_check_case *weft_host_check_case_at(size_t index);

typedef struct weft_host_check_result {
  uint32_t size;    /* set before */
  uint32_t verdict; /* WEFT_HOST_CHECK_* */
  char rule[16];    /* that was broken, which may be another one than the case's */
  char text[1000];  /* what was expected and seen, or why it was skipped */
} weft_host_check_result;

/* Runs one case, "HOST-05/foreign", on the calling thread, which is the loop's. `rounds`: of what is repeated; 0: the usual. After
 * `seconds` without an end the process ends with exit code 1 and a line on standard error, FAILED with the rule, what was expected and
 * that it was not seen; 0: never. WEFT_E_NOTFOUND: no such case; WEFT_E_INVAL: an adapter with another size or ABI. One runtime at a time: nothing else
 * of the process uses Weft meanwhile. */
weft_status weft_host_check_run(const weft_host_check_adapter *adapter, const char *params, const char *which, uint64_t seed, uint64_t rounds, unsigned seconds,
                                weft_host_check_result *result);

#ifdef __cplusplus
}
#endif
#endif
