// A host of scheduler.wat: one weft task calls into the module, and promises are tokens. What is here of the
// module's waiting is a token and a completion queue, no continuation; completing a token makes this task ready in
// weft's scheduler, and the module's own decides then which of its tasks goes on.
//
//     wat-embed manual     nothing happens but what main does below, in virtual time; prints every step
//     wat-embed epoll      timers and a pipe, by a thread of the host's that completes tokens from outside
#define _POSIX_C_SOURCE 200809L // clock_gettime
#include "wat/wat.h"
#include "weft/hosts/manual.h"
#include "weft/task.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

WAT_MODULE(scheduler);

enum { PICK, WAITS, GOT, DONE };
enum { MOST = 64 };

struct promise {
  weft_token token;
  uint64_t due; // a timer; 0: a byte
};

static struct host {
  int quiet;
  weft_runtime *rt;
  weft_cq *cq;
  unsigned parks;
  struct { int event, task; int64_t number; } log[MOST];
  unsigned logged;
  // What is promised; shared with the thread of epoll.
  pthread_mutex_t lock;
  struct promise pending[MOST];
  unsigned count;
  int pipe[2], wake[2]; // of that thread
} host = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void fail(const char *what) {
  fprintf(stderr, "wat-embed: %s\n", what);
  exit(1);
}

// --- what the module imports

static const char *promise(uint64_t due, wat_value *result) {
  struct promise p = {weft_token_new(host.rt), due};
  if (!p.token)
    return "out of tokens";
  pthread_mutex_lock(&host.lock);
  int full = host.count == MOST;
  if (!full)
    host.pending[host.count++] = p;
  pthread_mutex_unlock(&host.lock);
  if (full)
    return "too many promises";
  result->i64 = (int64_t)p.token;
  if (host.wake[1] && write(host.wake[1], "", 1) != 1)
    return strerror(errno);
  return NULL;
}

static const char *timer(void *env, const wat_value *args, wat_value *results) {
  (void)env;
  return promise(weft_now() + (uint64_t)args[0].i64, results);
}

static const char *read_byte(void *env, const wat_value *args, wat_value *results) {
  (void)env, (void)args;
  return promise(0, results);
}

static const char *collect(void *env, const wat_value *args, wat_value *results) {
  (void)env, (void)results;
  weft_status status = weft_cq_add(host.cq, (weft_token)args[0].i64, (uint64_t)args[0].i64);
  return status ? weft_status_text(status) : NULL;
}

static const char *poll_queue(void *env, const wat_value *args, wat_value *results) {
  (void)env, (void)args;
  weft_cq_event event = {0};
  weft_cq_poll(host.cq, &event);
  results[0].i64 = (int64_t)event.key;
  results[1].i64 = (int64_t)event.value;
  return NULL;
}

static const char *log_event(void *env, const wat_value *args, wat_value *results) {
  (void)env, (void)results;
  static const char *const words[] = {"picks task %d (%lld)\n", "task %d waits\n", "task %d got %lld\n", "task %d is done\n"};
  if (host.logged == MOST)
    return "the log is full";
  host.log[host.logged].event = args[0].i32;
  host.log[host.logged].task = args[1].i32;
  host.log[host.logged++].number = args[2].i64;
  if (!host.quiet)
    printf(words[args[0].i32], args[1].i32, (long long)args[2].i64);
  return NULL;
}

// The two tags, for what no handler of the module took. Both park the weft task.
static const char *await_one(void *env, const wat_value *args, wat_value *results) {
  (void)env;
  uint64_t value = 0;
  weft_status status = weft_await((weft_token)args[0].i64, &value);
  results[0].i64 = (int64_t)value;
  return status ? weft_status_text(status) : NULL;
}

static const char *next(void *env, const wat_value *args, wat_value *results) {
  (void)env, (void)args;
  weft_cq_event event = {0};
  host.parks++;
  if (!host.quiet)
    printf("all tasks wait: the scheduler parks\n");
  weft_status status = weft_cq_wait(host.cq, WEFT_NEVER, &event);
  results[0].i64 = (int64_t)event.key;
  results[1].i64 = (int64_t)event.value;
  return status ? weft_status_text(status) : NULL;
}

// --- the host's task

static wat_value result[2];

static void guest(void *arg) {
  (void)arg;
  const wat_import imports[] = {
      {"host", "timer", "i64->i64", WAT_FUNCTION, timer, NULL},
      {"host", "read", "->i64", WAT_FUNCTION, read_byte, NULL},
      {"host", "collect", "i64->", WAT_FUNCTION, collect, NULL},
      {"host", "poll", "->i64,i64", WAT_FUNCTION, poll_queue, NULL},
      {"host", "log", "i32,i32,i64->", WAT_FUNCTION, log_event, NULL},
      {"host", "await", "i64->i64", WAT_TAG, await_one, NULL},
      {"host", "next", "->i64,i64", WAT_TAG, next, NULL},
  };
  wat_instance *i;
  wat_error *e = wat_instance_new(WAT_MODULE_OF(scheduler), imports, sizeof imports / sizeof *imports, &i);
  if (!e)
    e = wat_call(i, "run", NULL, 0, result, 2);
  wat_value alone = {0};
  if (!e)
    e = wat_call(i, "alone", NULL, 0, &alone, 1);
  if (e) {
    fprintf(stderr, "wat-embed: %s\n%s", wat_error_text(e), wat_error_backtrace(e));
    exit(1);
  }
  if (alone.i64 != 7 || wat_instance_free(i) != WAT_OK)
    fail("the last call went wrong");
}

// --- main, by hand

static void fulfil(unsigned k) {
  struct promise p = host.pending[k];
  memmove(host.pending + k, host.pending + k + 1, sizeof p * (--host.count - k));
  static int byte = 'a';
  if (weft_complete(p.token, WEFT_OK, p.due ? 7 : (uint64_t)byte++) != WEFT_OK)
    fail("a promise is stale");
}

static void manual(weft_manual_host *h) {
  weft_manual_run(h, host.rt, NULL);
  for (unsigned round = 0; host.count; ++round) {
    weft_stats stats = {.size = sizeof stats};
    weft_get_stats(host.rt, &stats);
    printf("-- weft has %d task, parked %d time(s); ", (int)stats.tasks_live, (int)stats.parked);
    weft_manual_advance(h, 5000000);
    if (!round) { // the last promise alone
      printf("the host fulfils the last promise\n");
      fulfil(host.count - 1);
    } else {
      printf("the host fulfils all %u, the last one first\n", host.count);
      while (host.count)
        fulfil(host.count - 1);
    }
    weft_manual_run(h, host.rt, NULL);
  }
  printf("run answers %lld picks, %lld\n", (long long)result[0].i64, (long long)result[1].i64);
}

// --- the thread that completes tokens, and what must have come of it

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *serve(void *arg) {
  for (;;) {
    char byte;
    struct pollfd fds[2] = {{.fd = host.wake[0], .events = POLLIN}, {.fd = host.pipe[0]}};
    uint64_t soonest = UINT64_MAX;
    pthread_mutex_lock(&host.lock);
    for (unsigned k = 0; k < host.count; ++k)
      if (!host.pending[k].due)
        fds[1].events = POLLIN;
      else if (host.pending[k].due < soonest)
        soonest = host.pending[k].due;
    pthread_mutex_unlock(&host.lock);
    uint64_t t = now();
    poll(fds, 2, soonest == UINT64_MAX ? -1 : soonest <= t ? 0 : (int)((soonest - t) / 1000000 + 1));
    if (fds[0].revents && (read(host.wake[0], &byte, 1) != 1 || byte))
      return arg; // the end
    pthread_mutex_lock(&host.lock);
    t = now();
    for (unsigned k = 0; k < host.count; ++k) {
      struct promise p = host.pending[k];
      uint64_t value = 7;
      if (p.due ? p.due > t : !(fds[1].revents & POLLIN))
        continue;
      if (!p.due) {
        if (read(host.pipe[0], &byte, 1) != 1)
          continue;
        value = (unsigned char)byte;
        fds[1].revents = 0; // one at a time
      }
      memmove(host.pending + k, host.pending + k + 1, sizeof p * (--host.count - k));
      --k;
      weft_complete(p.token, WEFT_OK, value);
    }
    pthread_mutex_unlock(&host.lock);
  }
}

/// Every task's step follows a pick of that task, and nothing else ran in between.
static void check_log(void) {
  int running = -1;
  int64_t picks = 0;
  for (unsigned k = 0; k < host.logged; ++k)
    switch (host.log[k].event) {
    case PICK:
      if (running >= 0 || host.log[k].number != ++picks)
        fail("two picks without a wait between");
      running = host.log[k].task;
      break;
    case GOT:
      if (host.log[k].task != running)
        fail("a task went on without a pick");
      break;
    default:
      if (host.log[k].task != running)
        fail("somebody else waited or ended");
      running = -1;
    }
  if (picks != result[0].i64)
    fail("picks are missing");
}

static void epoll(void) {
  pthread_t thread;
  host.quiet = 1;
  if (pipe(host.pipe) || pipe(host.wake) || write(host.pipe[1], "abc", 3) != 3)
    fail("no pipe");
  if (pthread_create(&thread, NULL, serve, NULL))
    fail("no thread");
  if (weft_run(host.rt) != WEFT_OK || write(host.wake[1], "x", 1) != 1)
    fail("it does not end");
  pthread_join(thread, NULL);
  check_log();
  printf("run answers %lld picks, %lld; every step followed a pick of its task, parks %s\n", (long long)result[0].i64,
         (long long)result[1].i64, host.parks ? "happened" : "did not happen");
}

int main(int argc, char **argv) {
  int by_hand = argc == 2 && !strcmp(argv[1], "manual");
  if (!by_hand && !(argc == 2 && !strcmp(argv[1], "epoll")))
    fail("wat-embed manual or wat-embed epoll");
  char error[256] = "";
  weft_manual_host *h = by_hand ? weft_manual_host_new() : NULL;
  weft_runtime_config config = {.size = sizeof config};
  if (by_hand ? weft_manual_runtime(h, "fifo", &host.rt, error, sizeof error)
              : weft_runtime_create(&config, &host.rt, error, sizeof error))
    fail(error);
  host.cq = weft_cq_new(host.rt);
  if (!host.cq || weft_spawn(host.rt, guest, NULL, NULL, NULL) != WEFT_OK)
    fail("no memory");
  if (by_hand)
    manual(h);
  else
    epoll();
  weft_cq_free(host.cq);
  if (weft_runtime_destroy(host.rt) != WEFT_OK)
    fail("a task is left");
  weft_manual_host_free(h);
  return 0;
}
