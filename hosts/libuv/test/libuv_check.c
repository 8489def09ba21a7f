/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of libuv.h for weft-host-check: a program with a loop of libuv's, and timers of its own on it. */
#include "weft/host_check.h"
#include "weft/hosts/libuv.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

typedef struct program {
  uv_loop_t loop;
  uv_prepare_t prepare; /* before each wait */
  weft_uv_host *host;
  int (*until)(void *arg);
  void *arg;
  int reached;
  struct program *next;
} program;

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
    uv_stop(&p->loop);
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
  weft_status status = uv_loop_init(&p->loop);
  if (status == 0) {
    status = weft_uv_host_new(&p->loop, &p->host);
    if (status != WEFT_OK)
      uv_loop_close(&p->loop);
  }
  if (status != WEFT_OK) {
    free(p);
    return status;
  }
  uv_prepare_init(&p->loop, &p->prepare);
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
  uv_run(&p->loop, UV_RUN_DEFAULT);
  p->until = NULL;
  return p->reached || until(arg);
}

typedef struct own_timer {
  uv_timer_t timer;
  void (*fn)(void *arg);
  void *arg;
} own_timer;

static void gone(uv_handle_t *handle) { free(handle->data); }

static void fired(uv_timer_t *timer) {
  own_timer *t = timer->data;
  void (*fn)(void *arg) = t->fn;
  void *arg = t->arg;
  uv_close((uv_handle_t *)timer, gone);
  fn(arg);
}

static weft_status timer(void *host, uint64_t ns, void (*fn)(void *arg), void *arg) {
  program *p = *program_of(host);
  own_timer *t = malloc(sizeof *t);
  if (!t)
    return WEFT_E_NOMEM;
  uv_timer_init(&p->loop, &t->timer);
  t->timer.data = t;
  t->fn = fn;
  t->arg = arg;
  uv_timer_start(&t->timer, fired, (uv_hrtime() + ns + 999999) / 1000000 - uv_now(&p->loop), 0);
  return WEFT_OK;
}

static void close_one(uv_handle_t *handle, void *arg) {
  (void)arg;
  if (handle->type == UV_TIMER && !uv_is_closing(handle))
    uv_close(handle, gone);
}

static void destroy(void *host) {
  program **at = program_of(host), *p = *at;
  *at = p->next;
  weft_uv_host_close(p->host, WEFT_SHUTDOWN_WAIT, NULL, NULL);
  uv_run(&p->loop, UV_RUN_NOWAIT); /* its own handles are gone, and a program's timer may be far away */
  uv_walk(&p->loop, close_one, NULL);
  uv_close((uv_handle_t *)&p->prepare, NULL);
  uv_run(&p->loop, UV_RUN_DEFAULT);
  if (uv_loop_close(&p->loop) != 0)
    abort();
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
  return &adapter;
}
