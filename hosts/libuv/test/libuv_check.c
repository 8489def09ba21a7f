/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of libuv.h for weft-host-check: a program with a loop of libuv's, and timers of its own on it. In Node the loop is the
 * process's, and others' handles are on it (hosts/node/test/check_addon.c). */
#include "weft/host_check.h"
#include "weft/hosts/libuv.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

typedef struct own_timer own_timer;
typedef struct program {
  uv_loop_t *loop;
  uv_prepare_t prepare; /* before each wait */
  weft_uv_host *host;
  int (*until)(void *arg);
  void *arg;
  int reached;
  int closed;
  own_timer *timers;
  struct program *next;
} program;

/* The one that there is already, if so. */
extern uv_loop_t *weft_uv_check_loop;
uv_loop_t *weft_uv_check_loop;

/* What the ops get is the host, whose program is found by it. A checked process has a few. */
static _Thread_local program *programs;
static program **program_of(void *host) {
  program **p = &programs;
  while ((*p)->host != host)
    p = &(*p)->next;
  return p;
}

static void about_to_wait(uv_prepare_t *prepare) {
  program *p = prepare->data;
  if (p->until && !p->reached && p->until(p->arg)) {
    p->reached = 1;
    uv_stop(p->loop);
  }
}

static weft_status make(const char *params, void **host, char *error, size_t error_size) {
  if (params[0]) {
    snprintf(error, error_size, "'%s': it takes no parameters", params);
    return WEFT_E_INVAL;
  }
  program *p = calloc(1, sizeof *p);
  if (!p)
    return WEFT_E_NOMEM;
  weft_status status = WEFT_OK;
  p->loop = weft_uv_check_loop;
  if (!p->loop) {
    p->loop = malloc(sizeof *p->loop);
    status = p->loop ? uv_loop_init(p->loop) : WEFT_E_NOMEM;
  }
  if (status == WEFT_OK)
    status = weft_uv_host_new(p->loop, &p->host);
  if (status != WEFT_OK) { /* and with it the process */
    free(p);
    return status;
  }
  uv_prepare_init(p->loop, &p->prepare);
  uv_prepare_start(&p->prepare, about_to_wait);
  uv_unref((uv_handle_t *)&p->prepare);
  p->prepare.data = p;
  p->next = programs;
  programs = p;
  *host = p->host;
  return WEFT_OK;
}

static void attach(void *host, weft_runtime *rt) { weft_uv_host_attach(host, rt); }

static int run(void *host, int (*until)(void *arg), void *arg) {
  program *p = *program_of(host);
  p->until = until;
  p->arg = arg;
  p->reached = 0;
  uv_run(p->loop, UV_RUN_DEFAULT);
  p->until = NULL;
  return p->reached || until(arg);
}

struct own_timer {
  uv_timer_t timer;
  program *of;
  void (*fn)(void *arg);
  void *arg;
  own_timer *next;
};

static void gone(uv_handle_t *handle) { free(handle->data); }

static void end_timer(own_timer *t) {
  own_timer **at = &t->of->timers;
  while (*at != t)
    at = &(*at)->next;
  *at = t->next;
  uv_close((uv_handle_t *)&t->timer, gone);
}

static void fired(uv_timer_t *timer) {
  own_timer *t = timer->data;
  void (*fn)(void *arg) = t->fn;
  void *arg = t->arg;
  end_timer(t);
  fn(arg);
}

static weft_status timer(void *host, uint64_t ns, void (*fn)(void *arg), void *arg) {
  program *p = *program_of(host);
  own_timer *t = malloc(sizeof *t);
  if (!t)
    return WEFT_E_NOMEM;
  uv_timer_init(p->loop, &t->timer);
  t->timer.data = t;
  t->of = p;
  t->fn = fn;
  t->arg = arg;
  t->next = p->timers;
  p->timers = t;
  uv_timer_start(&t->timer, fired, (uv_hrtime() + ns + 999999) / 1000000 - uv_now(p->loop), 0);
  return WEFT_OK;
}

static void closed(void *arg, uint64_t abandoned) {
  (void)abandoned;
  ((program *)arg)->closed = 1;
}
static void prepare_closed(uv_handle_t *handle) { ((program *)handle->data)->closed = 2; }

static void destroy(void *host) {
  program **at = program_of(host), *p = *at;
  *at = p->next;
  while (p->timers)
    end_timer(p->timers);
  weft_uv_host_close(p->host, WEFT_SHUTDOWN_WAIT, closed, p);
  while (p->closed == 0)
    uv_run(p->loop, UV_RUN_NOWAIT);
  uv_close((uv_handle_t *)&p->prepare, prepare_closed);
  while (p->closed == 1)
    uv_run(p->loop, UV_RUN_NOWAIT);
  if (!weft_uv_check_loop) {
    if (uv_loop_close(p->loop) != 0)
      abort();
    free(p->loop);
  }
  free(p);
}

const weft_host_check_adapter *weft_host_check_plugin(void) {
  static weft_host_check_adapter adapter = {.size = sizeof adapter,
                                            .abi = WEFT_ABI,
                                            .name = "libuv",
                                            .flags = WEFT_HOST_CHECK_SIGNALS | WEFT_HOST_CHECK_ENDS,
                                            .make = make,
                                            .attach = attach,
                                            .run = run,
                                            .destroy = destroy,
                                            .timer = timer};
  adapter.ops = weft_uv_host_ops();
  if (weft_uv_check_loop)
    adapter.flags |= WEFT_HOST_CHECK_ONE_LOOP;
  return &adapter;
}
