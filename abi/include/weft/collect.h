/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* What a language's garbage collector asks of Weft: which words on stacks may be references, which
 * continuations anything still refers to, and to free the others.
 *
 * A continuation is an object of the language's heap that Weft keeps: its handle is the reference, the
 * frames on its stacks are its fields. So its stacks are scanned only once its handle was found, and
 * a continuation that only its own frames refer to is garbage. One collection, on one thread:
 *
 *     weft_collect_begin();
 *     weft_collect_roots(scan, me);              each word: an object? weft_collect_mark(word)?
 *     while ((k = next_marked()))
 *       weft_collect_stacks(k, scan, me);        the same for the frames of k
 *     weft_collect_sweep(NULL);
 *
 * What is freed is not unwound: its frames are gone without a clean-up having run, which is right for
 * languages whose frames own nothing but references. A frame that does own something (C++'s with
 * destructors) and is suspended on such a stack leaks it; weft_rt_cont_drop unwinds.
 *
 * Everything here: no other thread may make, resume or end continuations from begin to the last sweep, and
 * those of the collector belong to the thread that collects. Nothing allocates. */
#ifndef WEFT_COLLECT_H
#define WEFT_COLLECT_H

#include "weft/names_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gives k, just made, to the collector: from now on it lives only as long as it is marked in each
 * collection, or runs. One that nobody gave away is its owner's, and a root. Since ABI 1. */
WEFT_API void weft_collect_own(weft_cont k);

/* Begins a collection: nothing is marked. WEFT_E_NOMEM: there is no room for the marks; then nothing
 * else here may be called. Costs a few instructions for each continuation that there is. Since ABI 1. */
WEFT_API weft_status weft_collect_begin(void);

/* A row of words that may hold anything. Both ends are 8-aligned. */
typedef void (*weft_visit_words)(void *arg, const uint64_t *low, const uint64_t *high);

/* The caller's registers, the running stack, those of its resumers, those that wait for a
 * weft_call_native, the thread's native stack, and those of suspended continuations and tasks that are not the
 * collector's. Since ABI 1. */
WEFT_API void weft_collect_roots(weft_visit_words visit, void *arg);

/* 1 if `word` is the handle of a suspended continuation that was not marked yet, and marks it; else 0.
 * For any word. Since ABI 1. */
WEFT_API int weft_collect_mark(uint64_t word);

/* What stands on the stacks of k, which is suspended, and of all that are suspended within it, with what
 * was bound. Since ABI 1. */
WEFT_API void weft_collect_stacks(weft_cont k, weft_visit_words visit, void *arg);

/* Frees the collector's continuations that are suspended and not marked, and answers how many; *pages gets
 * how many pages their frames stood on, by which a collector may judge when to come again; NULL: it does
 * not ask. Their stacks are kept for the next ones; weft_stack_trim gives their pages back. Since ABI 1. */
WEFT_API uint64_t weft_collect_sweep(uint64_t *pages);

#ifdef __cplusplus
}
#endif
#endif
