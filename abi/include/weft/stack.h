/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What a program may ask for its stacks, whether it has a runtime or only continuations: memory back,
 * and a clear death when one is used up. */
#ifndef WEFT_STACK_H
#define WEFT_STACK_H

#include "weft/base.h"

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

#ifdef __cplusplus
}
#endif
#endif
