/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* Signals as events of the loop: a task waits for them as for bytes, on every host that has `watch`.
 *
 * While somebody listens to a signal, libweft has a handler for it, which notes it and then calls the one that the program had installed
 * before, with the same arguments, mask and flags. So that one goes on to be called; a default action (SIGTERM's, say) or SIG_IGN does not happen.
 * With the last listener's close all is as before. A handler that the program installs meanwhile takes the signal away from the listeners, unless
 * it calls the one that it found; it stays where it is.
 *
 * No thread's mask is changed: a signal that all threads block is not heard. In a child of fork nobody listens any more, and handlers
 * are as they were before.
 */
#ifndef WEFT_SIGNALS_H
#define WEFT_SIGNALS_H

#include "weft/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_signals weft_signals;

/* Listens to the signal from now on. Several may listen to one, and each hears every arrival. It belongs to the current runtime, and is to be
 * closed before that is destroyed. Thread: any; a task or not. WEFT_E_INVAL for signals that tell of errors of the code that runs
 * (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS) and for NULL; -EINVAL for those that cannot be caught; WEFT_E_LIMIT beyond 64 listeners;
 * WEFT_E_BUSY as long as a handler that the program installed while somebody listened lies over libweft's. */
WEFT_API weft_status weft_signals_open(int number, weft_signals **out);
/* How many came since the last answer, at least 1; waits for one. The system may make one of several that come close together. One
 * waits at a time (WEFT_E_BUSY); WEFT_E_CANCELLED, WEFT_E_TIMEOUT, after which none is lost; WEFT_E_CLOSED by weft_signals_close;
 * WEFT_E_NOTASK outside of tasks when there is none. */
WEFT_API int64_t weft_signals_wait(weft_signals *signals, uint64_t deadline_ns);
/* Wakes who waits with WEFT_E_CLOSED. NULL: nothing. The runtime's loop's thread or a task, which it may suspend; on
 * another thread nothing is done while somebody waits, or has waited. */
WEFT_API void weft_signals_close(weft_signals *signals);

#ifdef __cplusplus
}
#endif
#endif
