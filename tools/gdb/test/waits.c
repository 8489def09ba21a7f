// Tasks that wait for all there is, each at a depth of its own, in a process that then stops: at `stopped` with nobody running,
// or inside of a task with `run`. What gdb's commands show of it is known to commands-show.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/markers.h>
#include <weft/sync.h>

static weft_chan *channel;
static weft_mutex mutex;
static weft_token token;
static weft_cont generator;
WEFT_TAG(yields, "i64->");
WEFT_ON1(on_yields, yields);

__attribute__((noinline)) void stopped(const char *why) { __asm__ volatile("" ::"r"(why) : "memory"); }

__attribute__((noinline)) static long deep(long depth, const char *what) {
  long local = depth * 10;
  if (depth)
    local += deep(depth - 1, what);
  else if (!strcmp(what, "receiver"))
    weft_chan_recv(channel, 0);
  else if (!strcmp(what, "sleeper"))
    weft_sleep(7000000000u);
  else if (!strcmp(what, "locker"))
    weft_mutex_lock(&mutex);
  else if (!strcmp(what, "holder")) {
    weft_mutex_lock(&mutex);
    weft_park();
  } else if (!strcmp(what, "awaiter"))
    weft_await(token, 0);
  else
    weft_park();
  __asm__ volatile("" : "+r"(local), "+r"(what));
  return local;
}
static void waits(void *what) { deep(3, what); }

// Parked inside of a generator that a task resumes.
__attribute__((noinline)) static void yield_one(long n) {
  weft_payload io = {.i = {n}};
  weft_suspend(&yields, &io, &io);
}
static void inside(void *env, weft_payload *io) {
  (void)io;
  yield_one(1);
  deep(1, env);
}
static void resumes(void *what) {
  weft_payload io = {{0}};
  weft_cont k = weft_cont_new(inside, what, WEFT_STACK_64K);
  weft_resume(k, &on_yields, &io, &io, &k);
  weft_resume(k, &on_yields, &io, &io, &k);
}
static void runs_in_generator(void *env, weft_payload *io) {
  (void)io;
  stopped(env);
}
static void runs(void *what) {
  weft_payload io = {{0}};
  weft_cont k = weft_cont_new(runs_in_generator, what, WEFT_STACK_64K);
  weft_resume(k, &on_yields, &io, &io, &k);
}
static void faults(void *null) { *(volatile int *)null = 1; }
static void overflows(void *env) {
  volatile char room[512];
  room[0] = 0;
  overflows(env);
  room[1] = 0;
}
static void nothing(void *arg) { (void)arg; }

static void spawn(weft_runtime *rt, weft_task_fn fn, const char *name, weft_domain *domain) {
  weft_spawn_attr attr = {.size = sizeof attr, .name = name, .domain = domain, .stack = WEFT_STACK_64K, .flags = WEFT_SPAWN_DETACHED};
  if (weft_spawn(rt, fn, (void *)name, &attr, 0))
    abort();
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  int many = argc > 2 ? atoi(argv[2]) : 0;
  if (!strcmp(how, "none")) {
    stopped("no runtime");
    return 0;
  }
  char error[256];
  weft_runtime *rt, *other = 0;
  if (!strcmp(how, "two")) {
    if (weft_runtime_create(0, &other, error, sizeof error))
      abort();
    spawn(other, waits, "parker", 0);
    weft_turn(other, 0);
  }
  if (weft_runtime_create(0, &rt, error, sizeof error))
    return fprintf(stderr, "%s\n", error), 1;
  weft_domain_attr attr = {.size = sizeof attr, .name = "side"};
  weft_domain *side;
  weft_domain_create(0, &attr, &side, 0, 0);
  channel = weft_chan_new(8, 2);
  token = weft_token_new(rt);
  weft_payload io = {{0}};
  generator = weft_cont_new(inside, "parker", WEFT_STACK_16K);
  weft_resume(generator, &on_yields, &io, &io, &generator);
  const char *names[] = {"receiver", "sleeper", "holder", "locker", "awaiter", "parker"};
  for (int i = 0; i < 6; ++i)
    spawn(rt, waits, names[i], i == 0 ? side : 0);
  spawn(rt, resumes, "resumer", 0);
  for (int i = 0; i < many; ++i)
    spawn(rt, waits, "parker", 0);
  weft_turn(rt, 0);
  spawn(rt, nothing, "queued", 0);
  if (!strcmp(how, "run"))
    spawn(rt, runs, "runner", 0);
  if (!strcmp(how, "fault"))
    spawn(rt, faults, 0, 0);
  if (!strcmp(how, "overflow"))
    spawn(rt, overflows, "deep", 0);
  if (*how && strcmp(how, "two"))
    weft_turn(rt, 0);
  else
    stopped("idle");
  return 0;
}
