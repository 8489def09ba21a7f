/* A Go program that minigo compiled, as a guest in a process that owns its runtime, its loop and its domains. C11 and C++.
 *
 *     minigo build --guest work.go -o work.o                  link libminigo_rt.a and libweft.a, as C++
 *
 *     weft_runtime_create(...); weft_domain_create(...);      the embedder's
 *     minigo_start(rt, domain, NULL, NULL);
 *     weft_run(rt);
 *
 * main is goroutine 1, a task in the domain, and the goroutines that it starts live there too, under the domain's own policy. When main returns the
 * others go on: to close the domain cancels them. os.Exit and a panic that nobody recovers end the process, as in Go.
 *
 * What Go calls of the embedder: `func ask(n int) int` without a body is `int64_t mg_main_ask(int64_t n)`, a C function: int is int64_t,
 * bool is bool, other numbers are their C types, and a string is a pointer to { const char *bytes; int64_t length; }. It runs on
 * the goroutine's stack, of which 48 KiB are its own (weft_call_native gives more), and may wait, as a task may; it throws nothing.
 *
 * One program in a process, with one worker or several. Memory that it allocates is never freed. */
#ifndef MINIGO_MINIGO_H
#define MINIGO_MINIGO_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Spawns main into `domain`, NULL: the root of `rt`. The loop's thread, or one of its tasks. `returned` (may be NULL) is called in its task when
 * main has returned or ended by runtime.Goexit. WEFT_E_BUSY: it was started before; else weft_spawn's. */
weft_status minigo_start(weft_runtime *rt, weft_domain *domain, void (*returned)(void *arg), void *arg);

#ifdef __cplusplus
}
#endif
#endif
