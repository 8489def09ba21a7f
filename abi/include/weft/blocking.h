/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Calls that block a thread, made by threads of their own while the task waits: files, the resolver, a library's.
 *
 * Each runtime has up to eight such threads, which are started when they are wanted and end when it is destroyed; what finds none free
 * stands in line. They run no tasks, signals are blocked in them, and of Weft's functions they may call those for any thread.
 */
#ifndef WEFT_BLOCKING_H
#define WEFT_BLOCKING_H

#include "weft/task.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs fn(arg) on such a thread; the calling task waits for it, by an ordinary await. WEFT_OK: it has returned, *result (may be NULL) is
 * what it answered. WEFT_E_INVAL when fn is NULL, WEFT_E_NOTASK, WEFT_E_NOMEM, and -EAGAIN when the system gives no thread: fn is not
 * called, and arg is the caller's.
 *
 * A cancel or a deadline ends the wait with WEFT_E_CANCELLED or WEFT_E_TIMEOUT as long as fn has not begun: then it is never called. Once
 * it has, `abandoned` decides:
 *   NULL: the call waits till fn has returned, and answers WEFT_OK; a cancel is for the task's next wait. So what arg points to may lie in
 *     the caller's frame, and nothing that fn did is lost.
 *   else: the wait ends at once, and abandoned(arg) is called once, by the thread when fn has returned, or by the caller when fn
 *     was not begun. So arg is not the caller's any more, and must not lie in its frame. What has returned already answers WEFT_OK.
 * A task that is unwound while it waits (weft_runtime_destroy, a dropped continuation) abandons as a cancel does; with NULL its thread blocks
 * till fn has returned. weft_runtime_destroy waits for all calls that have begun.
 * A handler of weft_await_tag inside the task may take the wait, and go on with it in another task. WEFT_E_CANCELLED and WEFT_E_TIMEOUT are
 * from it what they are from the runtime; other answers do not end the call's wait. */
WEFT_API weft_status weft_blocking(uint64_t (*fn)(void *arg), void *arg,
                                   void (*abandoned)(void *arg), uint64_t deadline_ns,
                                   uint64_t *result);

#ifdef __cplusplus
}
#endif
#endif
