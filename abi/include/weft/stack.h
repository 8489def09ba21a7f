/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What a program may ask for its stacks, whether it has a runtime or only continuations: memory back,
 * a clear death when one is used up, and how many there are and how deep. */
#ifndef WEFT_STACK_H
#define WEFT_STACK_H

#include "weft/names_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gives the pages of stacks that nobody uses back to the system, as malloc_trim(0) does for the
 * heap: all that the calling thread keeps for reuse, and all that threads which ended have left.
 * Their address space and guards stay; the next use of such a stack touches its pages anew.
 *
 * An idle runtime does this by itself, a little at a time, for stacks that nobody needed for one to
 * two seconds (docs/decisions/0008). So this call is for programs without a runtime, and for "now,
 * all of it".
 *
 * Thread:  any, also a task; other threads' stacks are theirs. Not async-signal-safe.
 * Effects: one system call, 1 to 2 us, for each stack; never waits for another thread for longer
 * than a few instructions. Returns: the number of stacks whose pages were given back. Since ABI 1.
 */
WEFT_API uint64_t weft_stack_trim(void);

/* Prepares the calling thread for running continuations that other threads made: gives it the
 * alternate signal stack on which a stack overflow is reported (STACK-01), unless it has one.
 *
 * Making or ending a continuation, or a runtime, prepares a thread by itself. One that only resumes what
 * was handed to it shows nothing of that to Weft, as a resume is a few instructions that ask nothing;
 * without this call it dies of an overflow by SIGSEGV, with no text. Nothing else depends on it.
 *
 * Thread:  any; any number of calls. Not async-signal-safe.
 * Effects: the first call makes a mapping of 128 KiB, which the thread's end gives back.
 * Since ABI 1. Rule STACK-01. */
WEFT_API void weft_thread_init(void);

/* What lies below each stack of the process (README, WEFT_GUARD). */
enum { WEFT_GUARD_NONE = 0, WEFT_GUARD_MPROTECT = 1, WEFT_GUARD_ADVICE = 2 };

typedef struct weft_stack_class_stats {
  uint64_t bytes; /* of one, the guard's first page included; 0 in the sums */
  /* Ever. None is made while one is free, so this is also the most that were in use at once; when several threads
   * use stacks, at least that. */
  uint64_t made;
  uint64_t in_use; /* made, and neither cached nor trimmed; what other running threads keep for reuse counts too */
  uint64_t cached; /* free for reuse with their pages: of this thread, and left by ended ones */
  uint64_t trimmed;   /* free for reuse, without pages */
  uint64_t unguarded; /* made without a guard, because the system refused one (STACK-02) */
  uint64_t mapped;    /* bytes of address space, for those to come too */
  /* With WEFT_STACK_STATS_DEPTHS, else 0: bytes in memory, and how deep the deepest was touched since
   * it was made or trimmed last: what tells whether the class is the right one. */
  uint64_t resident, deepest;
} weft_stack_class_stats;

typedef struct weft_stack_stats {
  uint32_t size;  /* sizeof(weft_stack_stats), by the caller */
  uint32_t guard; /* WEFT_GUARD_* */
  weft_stack_class_stats of[WEFT_STACK_CLASSES]; /* [0]: the sums, and of `deepest` the greatest */
} weft_stack_stats;

enum { WEFT_STACK_STATS_DEPTHS = 1 /* looks at every page: a system call for each 4 MiB mapped */ };

/* Counts the stacks of the process, by class.
 *
 * Thread: any. Not async-signal-safe. Effects: walks what the calling thread has cached; never allocates.
 * Errors: WEFT_E_INVAL for flags that are none, or a size that is none. Since ABI 1. */
WEFT_API weft_status weft_get_stack_stats(weft_stack_stats *out, uint32_t flags);

#ifdef __cplusplus
}
#endif
#endif
