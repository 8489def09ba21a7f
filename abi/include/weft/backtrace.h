/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Backtraces of what runs and of what is suspended, as text, for languages' own error messages and for
 * looking inside. docs/reference/debugging.md has what debuggers and profilers see.
 *
 * A line reads `  #0  name+0x1c (object+0x2f30)`, innermost first, and `-- continuation start --` where a
 * continuation's stack begins. Names are those of the dynamic symbol table and, with libunwind.so.8 on the
 * machine, of the full one. These calls take microseconds a frame, and may allocate; never from a signal's
 * handler. */
#ifndef WEFT_BACKTRACE_H
#define WEFT_BACKTRACE_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gets each line, without "\n"; text lives during the call. */
typedef void (*weft_backtrace_line)(void *arg, const char *text);

/* The caller's own logical stack, from the calling function outwards over all resumers, to a task's start or the
 * thread's: at most `limit` lines. Any thread, any stack of 64 KiB. */
WEFT_API void weft_backtrace(size_t limit, weft_backtrace_line line, void *arg);

/* A suspended continuation's, from its innermost suspension point to its own start; a fresh one has no lines.
 * The thread that may resume it. WEFT_E_STALE: it is consumed, or null; WEFT_E_NOTFOUND: no libunwind here. */
WEFT_API weft_status weft_cont_backtrace(weft_cont k, size_t limit, weft_backtrace_line line, void *arg);

/* A task's, to its start: of a parked or ready one where it waits, of the running one as weft_backtrace. One
 * that has not begun has no lines. The loop's thread or a task. WEFT_E_STALE: it is done; WEFT_E_NOTFOUND. */
WEFT_API weft_status weft_task_backtrace(weft_task task, size_t limit, weft_backtrace_line line, void *arg);

/* weft_dump, with at most 64 lines of backtrace below each task that has begun. The loop's thread or a
 * task. */
WEFT_API void weft_dump_stacks(weft_runtime *rt, int fd);

#ifdef __cplusplus
}
#endif
#endif
