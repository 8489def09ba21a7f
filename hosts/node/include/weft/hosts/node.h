/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host for Node.js: an addon's tasks run in the loop that JavaScript runs in, wait for promises, and are waited for.
 *
 * Node refuses calls on other stacks than its own, and a task has its own: so a task asks for JavaScript by weft_node_call, whose
 * function runs on the thread's stack with napi_env, handle scope and async context, and returns. Everything else here that
 * takes or gives a napi_value or has a napi_env is called there, or in a function that JavaScript has called: on another stack functions
 * of this file answer WEFT_E_INVAL, where napi's own end the process. So they do when they get NULL where nothing says that it may be.
 *
 * One runtime for each addon and napi_env: worker_threads have their own, and so has each of two addons (each has a copy of this).
 * Thread: the env's, from JavaScript or a task, if nothing else is said. A runtime with several workers is possible: weft_node_spawn's
 * tasks are bound to the env's thread (WEFT_BIND_HOST) then, in a domain of their own. A task in a domain that says otherwise may compute,
 * and its promise is told; but it may call none of these but weft_node_answer.
 * When the env ends, tasks are cancelled and get turns until they have ended, but no JavaScript (WEFT_E_CLOSED); those
 * that never wait are left behind after a second. process.exit ends the process as ever: nothing of the tasks runs any more.
 */
#ifndef WEFT_HOSTS_NODE_H
#define WEFT_HOSTS_NODE_H

#include "weft/hosts/libuv.h"
#include "weft/task.h"

#include <node_api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_node weft_node;           /* an env's runtime and what it is to JavaScript */
typedef struct weft_node_wait weft_node_wait; /* a promise that tasks wait for */
typedef struct weft_node_run weft_node_run;   /* a task that JavaScript waits for */

/* What a task gets whose promise was rejected: the reason is with the wait. */
#define WEFT_NODE_E_REJECTED WEFT_E_REJECTED

/* The env's runtime of this addon, made at its first call. config (may be NULL): all but its host; one worker if it says none. On an
 * error *out is NULL and `error` holds a line. *out is there till weft_node_on_end's function has returned. */
WEFT_API weft_status weft_node_open(napi_env env, const weft_runtime_config *config, weft_node **out, char *error, size_t error_size);
WEFT_API weft_runtime *weft_node_runtime(const weft_node *node);
WEFT_API weft_uv_host *weft_node_host(const weft_node *node); /* for its budget */
/* Called when the env has ended its tasks: weft_shutdown's `abandoned`, or UINT64_MAX when it did not come to that. NULL: nobody. */
WEFT_API void weft_node_on_end(weft_node *node, void (*fn)(void *arg, uint64_t abandoned), void *arg);

/* --- A task, to JavaScript ------------------------------------------------------------------------ */

/* fn(env, arg) where JavaScript may be called; then what it has queued, microtasks too. Answers fn's status; when an exception is
 * pending after fn, WEFT_NODE_E_REJECTED (or its errno), and the exception is the reason; of a task that JavaScript does not wait for
 * it is an uncaught one. fn does not wait: it is not on the task's stack, and a wait there is WEFT_E_NOTASK. WEFT_E_CLOSED when the env ends;
 * WEFT_E_NOTASK; WEFT_E_INVAL on another thread. */
WEFT_API weft_status weft_node_call(weft_node *node, weft_status (*fn)(napi_env env, void *arg), void *arg);

/* From now on the promise's end is noted (anything else counts as resolved). Ends by weft_node_forget. */
WEFT_API weft_status weft_node_listen(weft_node *node, napi_value promise, weft_node_wait **out);
/* A task waits for it: WEFT_OK when it was resolved; WEFT_NODE_E_REJECTED, or the reason's errno where it is a system's error;
 * WEFT_E_CANCELLED, WEFT_E_TIMEOUT: it may wait again; WEFT_E_BUSY: another one waits. */
WEFT_API weft_status weft_node_await(weft_node_wait *wait, uint64_t deadline_ns);
/* The value or the reason. WEFT_E_AGAIN before there is one. */
WEFT_API weft_status weft_node_result(weft_node_wait *wait, napi_value *out);
/* The promise may end as it likes: nobody is told. Not while a task waits for it. NULL: nothing. Also when the env has ended, by a
 * finalizer, say: a wait that outlives it answers WEFT_E_CLOSED to all else. */
WEFT_API void weft_node_forget(weft_node_wait *wait);

/* --- JavaScript, to a task ------------------------------------------------------------------------ */

/* body(run, arg) in a new task; *promise is what JavaScript gets, and ends after the turn in which body has returned: resolved for
 * WEFT_OK, by weft_node_answer's value; else rejected. With the reason that the task saw last, if body returns the status that came with
 * it; with an AbortError for WEFT_E_CANCELLED; with an Error otherwise, whose `code` is the status's name and `status` its number.
 * In C++ body may throw a std::exception: what() is the message.
 * attr->domain NULL: with several workers one that is bound to the env's thread; else as weft_spawn.
 * signal: an AbortSignal, or NULL: its abort cancels the task, and its reason is what the promise is rejected with if
 * body does not return WEFT_OK all the same. Aborted already: WEFT_E_CANCELLED, *promise is rejected, and body never runs.
 * After any other error than that *promise is as it was. */
typedef weft_status (*weft_node_body)(weft_node_run *run, void *arg);
WEFT_API weft_status weft_node_spawn(weft_node *node, weft_node_body body, void *arg, const weft_spawn_attr *attr, napi_value signal,
                                     napi_value *promise);
/* What the promise is resolved with: fn(env, arg), called where JavaScript may be; once, also when the task failed, and then its value is
 * not used, and when the env has ended, with a NULL env: whatever arg is can be freed there. By the task itself. */
WEFT_API void weft_node_answer(weft_node_run *run, napi_value (*fn)(napi_env env, void *arg), void *arg);

/* How many waits there are, and tasks that JavaScript waits for: for tests of programs. */
WEFT_API void weft_node_count(const weft_node *node, uint64_t *waits, uint64_t *runs);

#ifdef __cplusplus
}
#endif
#endif
