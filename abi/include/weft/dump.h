/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Looking inside a runtime: all its tasks, what each waits for and since when, its domains, stacks and counts, as text
 * for people or as JSON for programs (docs/reference/dump.md). weft_dump (task.h) and weft_dump_stacks (backtrace.h)
 * are short forms. */
#ifndef WEFT_DUMP_H
#define WEFT_DUMP_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  WEFT_DUMP_TEXT = 0,
  WEFT_DUMP_JSON = 1,  /* one line, ended by "\n" */
  WEFT_DUMP_STACKS = 2 /* with at most 64 frames of each task that has begun, but for those that run on other threads */
};

/* Gets the dump piece by piece; `bytes` live during the call. It may not call the runtime. */
typedef void (*weft_dump_sink)(void *arg, const char *bytes, size_t size);

/* A dump of rt as it is now. "Since when" is by the clock readings that turns made, so up to some 20 us late for waits
 * that began while others ran; what began outside of a turn is as old as the turn before.
 *
 * Thread:  the loop's thread or one of its tasks. Not async-signal-safe: see weft_dump_on_signal.
 * Effects: runs on the thread's native stack; reads the clock once; allocates for backtraces alone. Takes a
 *          microsecond for a task, and one for a frame.
 * Errors:  WEFT_E_INVAL: no runtime, no sink, another thread, other flags. WEFT_E_NOTFOUND: stacks were asked for and
 *          there is no libunwind here; all else was written. Since ABI 1. */
WEFT_API weft_status weft_dump_to(weft_runtime *rt, uint32_t flags, weft_dump_sink sink, void *arg);

/* From now on `signo`, sent to the process or any of its threads, makes each runtime write a dump to the descriptor `fd`;
 * the process goes on. The loop does it in its next turn; one that does not come back within a quarter of a second, because a
 * task computes or blocks, is dumped where it stands, by the signal's handler on its own thread ("does not come back
 * to its loop", `interrupted`), with the frames of what runs there. Tasks that run on the pool's workers are shown without
 * frames: nobody stops them. Signals that come meanwhile coalesce. A handler
 * that was there before is called too. WEFT_DUMP_SIGNAL in the environment does the same, to standard error with stacks.
 *
 * Waits in system calls that no handler restarts (sleep, poll) end with EINTR on the thread that takes the signal, or is
 * dumped where it stands.
 * Thread:  any; once. Again with the same signal: changes flags and fd. A host's post is called by the handler, so it has to be
 *          async-signal-safe (HOST-09).
 * Effects: installs a handler with sigaction, and a timer of the system for each runtime, for the process's life.
 * Errors:  WEFT_E_INVAL: no signal that programs may use so, wrong flags, a negative fd; WEFT_E_BUSY: another signal
 *          was chosen before; or a negated errno. Since ABI 1. */
WEFT_API weft_status weft_dump_on_signal(int signo, uint32_t flags, int fd);

#ifdef __cplusplus
}
#endif
#endif
