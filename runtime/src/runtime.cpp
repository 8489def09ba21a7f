// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A runtime's own life: from configuration and host to its root domain, and back.
//
// Teardown's order: tasks that were abandoned are unwound, domains go from the leaves up, tokens
// become stale, foreign threads that still hold a pin leave, and the host goes last. The memory
// stays, on a list that the next runtime is taken from.
#include "runtime.h"

#include "blocking.h"
#include "cont.h"
#include "debug_table.h"
#include "dump_signal.h"
#include "fatal.h"
#include "process.h"
#include "os/os.h"
#include "parallel.h"
#include "scope.h"
#include "stack.h"
#include "token.h"
#include "trace.h"
#include "migrate.h"
#include "worker.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>

namespace weft {

// Created or free, by next_runtime; never shrinks, so that a signal's handler and a debugger may follow it.
constinit std::atomic<weft_runtime *> runtime_list{nullptr};

namespace {

[[gnu::used]] const void *const keep_debug_table = weft_debug_tasks;

std::mutex lock; // of the list below and of `created`

weft_runtime *take_runtime() {
  std::lock_guard<std::mutex> hold(lock);
  for (weft_runtime *rt = runtime_list; rt; rt = rt->next_runtime)
    if (!rt->created) {
      RuntimeLife *life = rt;
      life->~RuntimeLife();
      new (life) RuntimeLife();
      rt->stale.store(0, std::memory_order_relaxed);
      rt->created = true;
      rt->life.fetch_add(1);
      return rt;
    }
  auto *rt = new (std::nothrow) weft_runtime();
  if (!rt)
    return nullptr;
  rt->created = true;
  rt->life.store(1);
  rt->next_runtime = runtime_list;
  runtime_list = rt;
  return rt;
}

void give_runtime(weft_runtime *rt) {
  std::lock_guard<std::mutex> hold(lock);
  rt->created = rt->complete = false;
  rt->loop_thread.store(nullptr, std::memory_order_relaxed);
}

bool describe_task(weft_cb *cb, char *out, size_t size) {
  Task *task = running_task();
  if (!task)
    return false;
  for (; cb; cb = cb->parent)
    if (cb == task->cb) {
      snprintf(out, size, "task '%s' #%llu", task->name, (unsigned long long)task->ent.id);
      return true;
    }
  return false;
}

void print_fatal(void *arg, const char *text) {
  auto *rt = static_cast<weft_runtime *>(arg);
  rt->host.fatal(rt->host_self, text);
}

void at_exit() {
  flush_traces();
  std::lock_guard<std::mutex> hold(lock);
  for (weft_runtime *rt = runtime_list; rt; rt = rt->next_runtime)
    if (rt->complete && rt->print_stats)
      print_stats(rt);
}

// Once per process, when the first runtime is made.
void hook_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    join_process();
    watch_forks_of_runtimes();
    set_describe(describe_task);
    set_before_abort(end_traces);
    atexit(at_exit);
  });
}

weft_status take_host(weft_runtime *rt, const weft_runtime_config *config, bool virtual_time, char *error,
                      size_t error_size) {
  const weft_host_ops *ops = config ? config->host : nullptr;
  rt->host_self = config ? config->host_self : nullptr;
  if (!ops) {
    weft_status status = make_default_host(virtual_time, &ops, &rt->host_self, error, error_size);
    if (status != WEFT_OK)
      return status;
    rt->owns_host = true;
  }
  if (ops->abi != WEFT_ABI)
    return refuse(WEFT_E_ABI, error, error_size,
                  "host '%s' was made for ABI %u; accepted: %d (HOST-01)",
                  ops->name ? ops->name : "", ops->abi, WEFT_ABI);
  if (ops->size < offsetof(weft_host_ops, hold) || !ops->post || !ops->arm || !ops->now ||
      !ops->on_loop)
    return refuse(
        WEFT_E_ABI, error, error_size,
        "host '%s' lacks a required function; required: post, arm, now, on_loop (HOST-01)",
        ops->name ? ops->name : "");
  memcpy(&rt->host, ops, ops->size < sizeof rt->host ? ops->size : sizeof rt->host);
  if (!rt->host.watch != !rt->host.unwatch)
    return refuse(WEFT_E_ABI, error, error_size,
                  "host '%s' lacks %s; required: watch and unwatch both, or neither (HOST-01)",
                  ops->name ? ops->name : "", rt->host.watch ? "unwatch" : "watch");
  if (!rt->host.on_loop(rt->host_self))
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_runtime_create: to be called on the thread of the host's loop (HOST-02)");
  return WEFT_OK;
}

// Known to schedulers before they run.
weft_status make_workers(weft_runtime *rt, uint32_t workers) {
  if (workers == 1)
    return WEFT_OK;
  rt->pool = new (std::nothrow) PoolWorker[workers - 1]{};
  if (!rt->pool)
    return WEFT_E_NOMEM;
  rt->workers = workers;
  for (uint32_t i = 1; i < rt->workers; ++i) {
    weft_worker *w = worker_at(rt, i);
    w->rt = rt;
    w->index = i;
    w->in_turn = true;
    w->turn_end = WEFT_NEVER;
    w->slice_end = WEFT_NEVER;
    w->picks_left = UINT64_MAX;
    w->lots = kFirstLots + i;
  }
  return WEFT_OK;
}

weft_status build(weft_runtime *rt, const weft_runtime_config *config, char *error, size_t size) {
  Config settings;
  weft_status status = read_config(config, &settings, error, size);
  if (status != WEFT_OK)
    return status;
  status = take_host(rt, config, settings.virtual_time, error, size);
  if (status != WEFT_OK)
    return status;
  rt->loop_thread.store(__builtin_thread_pointer(), std::memory_order_relaxed);
  rt->home.now = rt->host.now(rt->host_self); // what tasks made before the first turn are as old as
  rt->loop_thread_number = os::thread_number();
  rt->home.rt = rt;
  rt->home.interval = 8;
  rt->home.lots = kFirstLots;
  rt->keeper_deadline = WEFT_NEVER;
  rt->home_calls_end = &rt->home_calls;
  rt->workers = 1;
  status = make_workers(rt, settings.workers);
  if (status != WEFT_OK)
    return refuse(status, error, size, "no memory for %u workers", settings.workers);
  rt->armed = WEFT_NEVER;
  rt->trim_wanted = rt->nap_until = WEFT_NEVER;
  rt->default_stack = settings.stack_class;
  rt->print_stats = settings.stats;
  rt->deadlock_is_fatal = settings.deadlock_is_fatal;
  set_default_stack_class(settings.stack_class);
  set_guard_kind(settings.guard);
  if (settings.trace_file) {
    status = open_trace(settings.trace_file, rt, error, size);
    if (status != WEFT_OK)
      return status;
  }
  weft_domain_attr root = {};
  root.size = sizeof root;
  root.name = "root";
  root.sched = settings.sched;
  status = make_domain(rt, nullptr, &root, &rt->root, error, size);
  if (status == WEFT_OK && settings.migrate.wanted)
    status = start_carriers(rt, settings.migrate, error, size);
  rt->parallel = status == WEFT_OK && rt->workers > 1 && rt->root->ops.flags & WEFT_SCHED_PARALLEL && !rt->trace &&
                 !settings.migrate.wanted;
  if (rt->workers > 1) {
    rt->home_sleeps = true;
    rt->sleepers = 1;
  }
  if (status == WEFT_OK && rt->workers > 1)
    status = start_pool(rt, error, size);
  if (status != WEFT_OK && settings.sched_from_env && error && size) {
    char why[400];
    snprintf(why, sizeof why, "%s", error);
    refuse(status, error, size, "WEFT_SCHED: %s", why);
  }
  return status;
}

void stop_threads(weft_runtime *rt) {
  stop_pool(rt);
  stop_carriers(rt);
}

// What build made, as far as it got.
void take_apart(weft_runtime *rt) {
  stop_threads(rt);
  if (rt->root)
    destroy_domain(rt->root);
  if (rt->trace)
    close_trace(rt->trace);
  if (rt->owns_host)
    free_default_host(rt->host_self);
  delete[] std::exchange(rt->pool, nullptr);
  rt->life.fetch_add(1);
  give_runtime(rt);
}

constexpr uint32_t kMostHolds = 1000;

// No scheduler holds an entity any more, so that each may be retired.
void empty_queues(weft_domain *d) {
  for (weft_domain *c = d->first_child; c; c = c->next_sibling)
    empty_queues(c);
  for (; d->line_at != d->line_end; ++d->line_at)
    d->ready--;
  // One that holds back is asked as if its time had passed; more often than that no right one says no.
  uint64_t now = d->rt->home.now;
  for (uint32_t holds = 0; d->ready || (d->rt->parallel && !d->parent);) {
    weft_slice slice = {};
    if (weft_ent *ent = d->ops.pick(d->self, &d->rt->home, now, &slice)) {
      if (d->ops.ran)
        d->ops.ran(d->self, &d->rt->home, ent, ent->kind == WEFT_ENT_TASK ? WEFT_RAN_DONE : WEFT_RAN_EMPTY, 0);
      --d->ready;
      holds = 0;
    } else if (slice.hold == 0 || ++holds == kMostHolds) {
      return;
    } else if (slice.hold == WEFT_HOLD_NS) {
      now += slice.ns;
    } else {
      d->rt->stats.turns++;
    }
  }
}

// A task that shutdown gave up: its clean-ups run, as if it were the running task. Those of another one may be at it (group.cpp).
void unwind(weft_runtime *rt, Task &t) {
  int host_errno = errno;
  Task *outer = rt->home.running;
  const bool held = rt->home.holds;
  if (held)
    let_go(rt);
  errno = t.errno_value;
  rt->home.running = &t;
  if (t.in_call) { // its clean-ups let go of it
    rt->lock.lock();
    rt->home.holds = true;
  }
  weft_rt_cont_drop(t.cb->handle);
  if (rt->home.holds)
    let_go(rt);
  if (held) {
    rt->lock.lock();
    rt->home.holds = true;
  }
  rt->home.running = outer;
  errno = host_errno;
}

void unwind_all(weft_runtime *rt) {
  empty_queues(rt->root);
  task_table().each([rt](Task &t) {
    if (!is_of(t, rt))
      return;
    if (is_alive(t.ent))
      abandon(rt, &t);
    t.wait = WaitKind::None;
    release_task(&t);
  });
}

// What the destroyed one was for the process and the thread, another takes over.
void hand_on_to_others() {
  std::lock_guard<std::mutex> hold(lock);
  weft_runtime *prints = nullptr;
  for (weft_runtime *rt = runtime_list; rt; rt = rt->next_runtime) {
    if (rt->complete && rt->host.fatal)
      prints = rt;
    if (rt->complete && !this_worker() && on_loop(rt))
      weft_tls_worker = &rt->home;
  }
  set_fatal_hook(prints ? print_fatal : nullptr, prints);
}

void destroy_domains(weft_domain *d) {
  while (d->first_child)
    destroy_domains(d->first_child);
  destroy_domain(d);
}

} // namespace

void abandon(weft_runtime *rt, Task *task) {
  Task &t = *task;
  rt->timers.disarm(&t.timer);
  forget_scopes(&t);
  if (t.wait == WaitKind::Token)
    abandon_token(&t);
  t.ent.reserved = kEntDone;
  t.note.fetch_or(kNoteDone);
  if (t.cb)
    unwind(rt, t);
  rt->home.woken_head = nullptr; // whom its clean-ups woke: a record is in one list at a time, and they go into that of free ones
  if (t.domain->ops.retire)
    t.domain->ops.retire(t.domain->self, &t.ent);
}

std::mutex &runtimes_lock() { return lock; }
weft_runtime *first_runtime() { return runtime_list; }

weft_status refuse(weft_status status, char *error, size_t size, const char *format, ...) {
  if (error && size) {
    va_list args;
    va_start(args, format);
    vsnprintf(error, size, format, args);
    va_end(args);
  }
  return status;
}

} // namespace weft

using namespace weft;

extern "C" {

weft_status weft_runtime_create(const weft_runtime_config *config, weft_runtime **out, char *error,
                                size_t error_size) {
  if (error && error_size)
    error[0] = '\0';
  if (!out || (config && config->size < sizeof(weft_runtime_config)))
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_runtime_create: needs a place for the runtime and config->size set");
  *out = nullptr;
  hook_process();
  weft_runtime *rt = take_runtime();
  if (!rt)
    return refuse(WEFT_E_NOMEM, error, error_size, "no memory for a runtime");
  weft_status status = build(rt, config, error, error_size);
  if (status != WEFT_OK) {
    take_apart(rt);
    return status;
  }
  if (rt->owns_host)
    attach_default_host(rt->host_self, rt);
  {
    std::lock_guard<std::mutex> hold(lock);
    rt->complete = true;
  }
  if (rt->host.fatal)
    set_fatal_hook(print_fatal, rt);
  if (weft_worker *w = this_worker(); !w || !w->in_turn) // else one is made by a task of another
    weft_tls_worker = &rt->home;
  open_to_dumps(rt);
  *out = rt;
  return WEFT_OK;
}

weft_status weft_runtime_destroy(weft_runtime *rt) {
  if (!rt || !rt->created || !on_loop(rt))
    return WEFT_E_INVAL;
  if (!at_home(rt) || rt->home.in_turn)
    return WEFT_E_BUSY;
  {
    Hold hold(rt);
    if (live_tasks(rt) && !rt->shutdown_done)
      return WEFT_E_BUSY;
  }
  stop_threads(rt);
  if (rt->print_stats)
    print_stats(rt);
  rt->print_stats = false;
  close_to_dumps(rt);
  weft_worker *outer = this_worker();
  weft_tls_worker = &rt->home;
  rt->home.in_turn = true; // clean-ups may wake tasks; nobody is told
  unwind_all(rt);
  stop_blocking(rt);
  rt->life.fetch_add(1); // no more tokens: a foreign thread that makes one looks under its pin
  // The first time for makers, whose tokens may be open still: from then on none is made. Once those are dropped no completion begins
  // that would succeed, and the second time is for those that have.
  for (int i = 0; i < 2; ++i) {
    drop_tokens_of(rt);
    while (rt->pins.load() != 0)
      std::this_thread::yield();
  }
  drain_inbox(&rt->home);
  rt->home.woken_head = nullptr;
  drop_tokens_of(rt);
  destroy_domains(rt->root);
  for (uint32_t i = 0; i < rt->workers; ++i)
    task_table().give(worker_at(rt, i)->free_tasks);
  token_table().give(rt->free_tokens);
  if (rt->armed != WEFT_NEVER) // to trim, or for a timer: nobody is there whom it would turn
    rt->host.arm(rt->host_self, WEFT_NEVER);
  if (rt->held && rt->host.hold)
    rt->host.hold(rt->host_self, -1);
  weft_tls_worker = outer == &rt->home ? nullptr : outer;
  if (rt->trace)
    close_trace(rt->trace);
  if (rt->owns_host)
    free_default_host(rt->host_self);
  rt->workers = 1;
  delete[] std::exchange(rt->pool, nullptr);
  give_runtime(rt);
  hand_on_to_others();
  return WEFT_OK;
}

weft_runtime *weft_runtime_current(void) { return runtime_here(); }
}
