/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host for programs whose loop is libuv's: the loop stays theirs, and runs Weft's turns between their callbacks.
 *
 *   weft_uv_host_new(loop, &host);                        the program's own loop
 *   config.host = weft_uv_host_ops(), config.host_self = host;
 *   weft_runtime_create(&config, &rt, error, sizeof error);
 *   weft_uv_host_attach(host, rt);
 *   weft_spawn(rt, ...);
 *   uv_run(loop, UV_RUN_DEFAULT);                         as before
 *
 * All functions are called on the thread that runs the loop, which is the one that made the host (HOST-02). uv_run ends when
 * nothing of the program's is active and no task lives, as if tasks were handles. In a child of fork nothing of it runs
 * (PROC-02): it lets go of the loop, which the child may take on by uv_loop_fork.
 */
#ifndef WEFT_HOSTS_LIBUV_H
#define WEFT_HOSTS_LIBUV_H

#include "weft/host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct uv_loop_s;   /* uv_loop_t */
struct uv_handle_s; /* uv_handle_t */
typedef struct weft_uv_host weft_uv_host;

/* Borrows the loop until weft_uv_host_close has said `closed`; uv_loop_close answers UV_EBUSY till then. WEFT_OK; WEFT_E_NOMEM, or
 * an errno's status when the system has no descriptor left; WEFT_E_INVAL for NULL, which uv_default_loop answers then. *out is as it was. */
WEFT_API weft_status weft_uv_host_new(struct uv_loop_s *loop, weft_uv_host **out);
/* Whose turns the loop gives: after weft_runtime_create. NULL: nobody's, for a program that destroys its runtime itself. Without it no task
 * runs, and uv_run waits for them as for any: a line on standard error says so, once, when the loop runs and nobody ever was attached. */
WEFT_API void weft_uv_host_attach(weft_uv_host *host, weft_runtime *rt);
/* How much one turn may do. 1 ms to begin with, and never beyond the loop's next timer; budget->until, where it is set, is one
 * more bound. NULL: no limit but that timer. A timer that is due already gets its turn within 0.1 ms. */
WEFT_API void weft_uv_host_budget(weft_uv_host *host, const weft_budget *budget);
/* Called after each turn, on the loop's thread's native stack, outside of the turn: for what tasks left to be done there. */
WEFT_API void weft_uv_host_after_turns(weft_uv_host *host, void (*fn)(void *arg), void *arg);
/* Ends what is attached and then lets go of the loop: weft_shutdown(mode), unless the program did it before; turns until that is over;
 * weft_runtime_destroy; the handles' closing. Then the host is gone, and closed(arg, abandoned) is called by the loop, with the
 * number that weft_shutdown's done is told, 0 when nothing is attached. All of that happens while the loop runs: at once returns only
 * the request, which may come from a task, too. WEFT_E_CLOSED when it was requested before. `closed` may be NULL. */
WEFT_API weft_status weft_uv_host_close(weft_uv_host *host, weft_shutdown_mode mode, void (*closed)(void *arg, uint64_t abandoned),
                                        void *arg);
/* Gives the loop back without ending what is attached, for a thread or process that ends and has tasks that do not: they stay as they are,
 * get no turn any more, and keep their memory and the host's. `closed` of a request before is called, with 0. Outside of turns, once. */
WEFT_API void weft_uv_host_leave(weft_uv_host *host);
/* Is it one of the host's? For uv_walk: a program that closes all handles at its end leaves these to weft_uv_host_close. Closed by
 * another way they end the turns, and nobody is told. */
WEFT_API int weft_uv_host_owns(const weft_uv_host *host, const struct uv_handle_s *handle);
/* Its functions; a weft_uv_host is their `host`. Static storage. */
WEFT_API const weft_host_ops *weft_uv_host_ops(void);

#ifdef __cplusplus
}
#endif
#endif
