// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Two tasks that run at the same time, on the host's thread and on a worker of the pool, in a process that then stops in the
// first. What gdb's commands show of it is known to workers-show.
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/sync.h>

static atomic_int begun, over;

__attribute__((noinline)) void stopped(void) { __asm__ volatile("" ::: "memory"); }

__attribute__((noinline)) static int spins(int depth) {
  int n = depth ? spins(depth - 1) : 0;
  if (!depth) {
    atomic_store(&begun, 1);
    while (!atomic_load(&over))
      ++n;
  }
  __asm__ volatile("" : "+r"(n));
  return n;
}
static void spins_natively(void *arg) { (void)arg, spins(0); }
static void computes(void *native) {
  if (native)
    weft_call_native(spins_natively, 0);
  else
    spins(3);
}
static void nothing(void *arg) { (void)arg; }
static void waits(void *chan) { weft_chan_recv(chan, 0); }

static weft_domain *domain(const char *name, uint32_t bind) {
  weft_domain_attr attr = {.size = sizeof attr, .name = name, .bind = bind};
  weft_domain *d;
  if (weft_domain_create(0, &attr, &d, 0, 0))
    abort();
  return d;
}

static void spawn(weft_task_fn fn, void *arg, const char *name, weft_domain *domain) {
  weft_spawn_attr attr = {.size = sizeof attr, .name = name, .domain = domain, .flags = WEFT_SPAWN_DETACHED};
  if (weft_spawn(0, fn, arg, &attr, 0))
    abort();
}

static void look(void *parked, const weft_task_info *info) { *(int *)parked |= !strcmp(info->name, "waiter") && !strcmp(info->state, "parked"); }

static void draws(void *arg) {
  (void)arg;
  for (int parked = 0; !atomic_load(&begun) || !parked; weft_visit_tasks(0, look, &parked))
    weft_yield();
  spawn(nothing, 0, "queued", 0);
  stopped();
  atomic_store(&over, 1);
}

int main(int argc, char **argv) {
  (void)argv;
  char error[256];
  weft_runtime *rt;
  if (weft_runtime_create(0, &rt, error, sizeof error))
    return fprintf(stderr, "%s\n", error), 1;
  weft_domain *gui = domain("gui", WEFT_BIND_HOST), *pool = domain("pool", WEFT_BIND_POOL);
  weft_chan *never = weft_chan_new(0, 0);
  spawn(waits, never, "waiter", 0);
  spawn(draws, 0, "draws", gui);
  spawn(computes, argc > 1 ? never : 0, "computes", pool);
  return weft_run(rt) == WEFT_E_DEADLOCK ? 0 : 1; // the waiter
}
