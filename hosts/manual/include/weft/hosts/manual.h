/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* A host that does nothing by itself: its owner gives the turns and moves the clock.
 *
 * For tests and simulations, where time is virtual and every turn is wanted; and as the shortest
 * example of a host. All but posting is done on the thread that made it.
 */
#ifndef WEFT_HOSTS_MANUAL_H
#define WEFT_HOSTS_MANUAL_H

#include "weft/host.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_manual_host weft_manual_host;

/* NULL: no memory. Its clock starts at 1 s. */
WEFT_API weft_manual_host *weft_manual_host_new(void);
/* After its runtime was destroyed. */
WEFT_API void weft_manual_host_free(weft_manual_host *host);
WEFT_API const weft_host_ops *weft_manual_host_ops(void);
/* A runtime on this host. */
WEFT_API weft_status weft_manual_runtime(weft_manual_host *host, const char *sched,
                                         weft_runtime **out, char *error, size_t error_size);

WEFT_API uint64_t weft_manual_now(const weft_manual_host *host);
WEFT_API void weft_manual_advance(weft_manual_host *host, uint64_t ns);
/* Posts so far. */
WEFT_API uint64_t weft_manual_posts(const weft_manual_host *host);
/* Was there a post since the last call (or the last turn by weft_manual_run)? */
WEFT_API int weft_manual_take_post(weft_manual_host *host);
/* What the timer was last armed for; WEFT_NEVER. */
WEFT_API uint64_t weft_manual_armed(const weft_manual_host *host);
/* Holds minus releases. */
WEFT_API int weft_manual_holds(const weft_manual_host *host);
/* Takes the text of a fatal error, before the process aborts. NULL: standard error. */
WEFT_API void weft_manual_on_fatal(weft_manual_host *host, void (*fn)(const char *text));

/* Turns as long as there is a post, more to do, or a deadline that has passed; the clock stands
 * still. Returns the number of turns. budget may be NULL. */
WEFT_API uint32_t weft_manual_run(weft_manual_host *host, weft_runtime *rt,
                                  const weft_budget *budget);

#ifdef __cplusplus
}
#endif
#endif
