/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What a program may ask about the memory of stacks, whether it has a runtime or only
 * continuations. */
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

#ifdef __cplusplus
}
#endif
#endif
