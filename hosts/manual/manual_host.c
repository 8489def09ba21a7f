/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* The host of manual.h: counters instead of a loop. With weft_run its clock jumps to the next
 * deadline, and when there is none and no post, nothing can ever happen. */
#include "weft/hosts/manual.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct weft_manual_host {
  pthread_t thread;
  atomic_uint_fast64_t posts;
  atomic_int posted;
  atomic_uint_fast64_t now; /* read by the workers of a pool, too */
  uint64_t armed;
  int holds;
  void (*on_fatal)(const char *text);
};

static void manual_post(void *self) {
  weft_manual_host *h = self;
  atomic_fetch_add(&h->posts, 1);
  atomic_store(&h->posted, 1);
}

static void manual_arm(void *self, uint64_t deadline_ns) {
  ((weft_manual_host *)self)->armed = deadline_ns;
}
static uint64_t manual_now(void *self) { return ((weft_manual_host *)self)->now; }
static int manual_on_loop(void *self) {
  return pthread_equal(((weft_manual_host *)self)->thread, pthread_self());
}
static void manual_hold(void *self, int delta) { ((weft_manual_host *)self)->holds += delta; }

static int manual_block(void *self, uint64_t deadline_ns) {
  weft_manual_host *h = self;
  if (atomic_exchange(&h->posted, 0))
    return 0;
  if (deadline_ns == WEFT_NEVER)
    return 1;
  if (deadline_ns > h->now)
    h->now = deadline_ns;
  return 0;
}

static void manual_fatal(void *self, const char *text) {
  weft_manual_host *h = self;
  if (h->on_fatal)
    h->on_fatal(text);
  else
    fprintf(stderr, "%s%s", text, text[0] && text[strlen(text) - 1] == '\n' ? "" : "\n");
}

static const weft_host_ops manual_ops = {
    .size = sizeof(weft_host_ops),
    .abi = WEFT_ABI,
    .name = "manual",
    .post = manual_post,
    .arm = manual_arm,
    .now = manual_now,
    .on_loop = manual_on_loop,
    .hold = manual_hold,
    .block = manual_block,
    .fatal = manual_fatal,
};

const weft_host_ops *weft_manual_host_ops(void) { return &manual_ops; }

weft_manual_host *weft_manual_host_new(void) {
  weft_manual_host *h = calloc(1, sizeof *h);
  if (!h)
    return NULL;
  h->thread = pthread_self();
  h->now = 1000000000;
  h->armed = WEFT_NEVER;
  return h;
}

void weft_manual_host_free(weft_manual_host *h) { free(h); }

weft_status weft_manual_runtime(weft_manual_host *h, const char *sched, weft_runtime **out,
                                char *error, size_t error_size) {
  weft_runtime_config config = {
      .size = sizeof config, .host = &manual_ops, .host_self = h, .sched = sched};
  return weft_runtime_create(&config, out, error, error_size);
}

uint64_t weft_manual_now(const weft_manual_host *h) { return h->now; }
void weft_manual_advance(weft_manual_host *h, uint64_t ns) { h->now += ns; }
uint64_t weft_manual_posts(const weft_manual_host *h) {
  return atomic_load(&((weft_manual_host *)(uintptr_t)h)->posts);
}
int weft_manual_take_post(weft_manual_host *h) { return atomic_exchange(&h->posted, 0); }
uint64_t weft_manual_armed(const weft_manual_host *h) { return h->armed; }
int weft_manual_holds(const weft_manual_host *h) { return h->holds; }
void weft_manual_on_fatal(weft_manual_host *h, void (*fn)(const char *text)) { h->on_fatal = fn; }

uint32_t weft_manual_run(weft_manual_host *h, weft_runtime *rt, const weft_budget *budget) {
  uint32_t turns = 0;
  int more = 0;
  while (atomic_exchange(&h->posted, 0) || more || h->armed <= h->now) {
    weft_turn_result r = weft_turn(rt, budget);
    turns++;
    if (r.status != WEFT_OK)
      break;
    more = r.more != 0;
  }
  return turns;
}
