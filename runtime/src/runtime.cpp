// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A runtime's own life: from configuration and host to its root domain, and back.
//
// Teardown's order: tasks that were abandoned are unwound, domains go from the leaves up, tokens
// become stale, foreign threads that still hold a pin leave, and the host goes last. The memory
// stays, on a list that the next runtime is taken from.
#include "runtime.h"

#include "cont.h"
#include "fatal.h"
#include "token.h"
#include "trace.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace weft {

namespace {

struct Runtimes {
  std::mutex lock;
  weft_runtime *first = nullptr; // created or free, by next_runtime; never shrinks
};
Runtimes &runtimes() {
  static Runtimes &all = *new Runtimes;
  return all;
}

weft_runtime *take_runtime() {
  Runtimes &all = runtimes();
  std::lock_guard<std::mutex> hold(all.lock);
  for (weft_runtime *rt = all.first; rt; rt = rt->next_runtime)
    if (!rt->created) {
      RuntimeLife *life = rt;
      life->~RuntimeLife();
      new (life) RuntimeLife();
      rt->stale.store(0, std::memory_order_relaxed);
      rt->created = true;
      return rt;
    }
  auto *rt = new (std::nothrow) weft_runtime();
  if (!rt)
    return nullptr;
  rt->created = true;
  rt->next_runtime = all.first;
  all.first = rt;
  return rt;
}

void give_runtime(weft_runtime *rt) {
  std::lock_guard<std::mutex> hold(runtimes().lock);
  rt->created = false;
  rt->loop_thread.store(nullptr, std::memory_order_relaxed);
}

bool describe_task(weft_cb *cb, char *out, size_t size) {
  weft_runtime *rt = tls_runtime;
  Task *task = rt ? rt->running : nullptr;
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
  std::lock_guard<std::mutex> hold(runtimes().lock);
  for (weft_runtime *rt = runtimes().first; rt; rt = rt->next_runtime)
    if (rt->created && rt->print_stats)
      print_stats(rt);
}

// Once per process, when the first runtime is made.
void hook_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    set_describe(describe_task);
    set_before_abort(flush_traces);
    atexit(at_exit);
  });
}

weft_status take_host(weft_runtime *rt, const weft_runtime_config *config, char *error,
                      size_t error_size) {
  const weft_host_ops *ops = config ? config->host : nullptr;
  rt->host_self = config ? config->host_self : nullptr;
  if (!ops) {
    weft_status status = make_default_host(&ops, &rt->host_self, error, error_size);
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
  if (!rt->host.on_loop(rt->host_self))
    return refuse(WEFT_E_INVAL, error, error_size,
                  "weft_runtime_create: to be called on the thread of the host's loop (HOST-02)");
  return WEFT_OK;
}

weft_status build(weft_runtime *rt, const weft_runtime_config *config, char *error, size_t size) {
  Config settings;
  weft_status status = read_config(config, &settings, error, size);
  if (status != WEFT_OK)
    return status;
  status = take_host(rt, config, error, size);
  if (status != WEFT_OK)
    return status;
  rt->loop_thread.store(__builtin_thread_pointer(), std::memory_order_relaxed);
  rt->worker.rt = rt;
  rt->interval = 8;
  rt->armed = WEFT_NEVER;
  rt->trim_wanted = WEFT_NEVER;
  rt->default_stack = settings.stack_class;
  rt->print_stats = settings.stats;
  set_default_stack_class(settings.stack_class);
  if (settings.trace_file) {
    status = open_trace(settings.trace_file, &rt->trace, error, size);
    if (status != WEFT_OK)
      return status;
  }
  weft_domain_attr root = {};
  root.size = sizeof root;
  root.name = "root";
  root.sched = settings.sched;
  status = make_domain(rt, nullptr, &root, &rt->root, error, size);
  if (status != WEFT_OK && settings.sched_from_env && error && size) {
    char why[400];
    snprintf(why, sizeof why, "%s", error);
    refuse(status, error, size, "WEFT_SCHED: %s", why);
  }
  return status;
}

// What build made, as far as it got.
void take_apart(weft_runtime *rt) {
  if (rt->root)
    destroy_domain(rt->root);
  if (rt->trace)
    close_trace(rt->trace);
  if (rt->owns_host)
    free_default_host(rt->host_self);
  give_runtime(rt);
}

// No scheduler holds an entity any more, so that each may be retired.
void empty_queues(weft_domain *d) {
  for (weft_domain *c = d->first_child; c; c = c->next_sibling)
    empty_queues(c);
  weft_slice slice = {};
  for (; d->line_at != d->line_end; ++d->line_at)
    d->ready--;
  for (; d->ready; --d->ready)
    if (!d->ops.pick(d->self, &d->rt->worker, d->rt->now, &slice))
      return;
}

// A task that shutdown gave up: its clean-ups run, as if it were the running task.
void unwind(weft_runtime *rt, Task &t) {
  int host_errno = errno;
  errno = t.errno_value;
  rt->running = &t;
  weft_rt_cont_drop(t.cb->handle);
  rt->running = nullptr;
  errno = host_errno;
}

void unwind_abandoned(weft_runtime *rt) {
  empty_queues(rt->root);
  task_table().each([rt](Task &t) {
    if (t.rt != rt || !t.handle)
      return;
    if (is_alive(t.ent)) {
      rt->timers.disarm(&t.timer);
      if (t.wait == WaitKind::Token)
        abandon_token(&t);
      t.ent.reserved = kEntDone;
      t.note.fetch_or(kNoteDone);
      if (t.cb)
        unwind(rt, t);
      if (t.domain->ops.retire)
        t.domain->ops.retire(t.domain->self, &t.ent);
    }
    release_task(&t);
  });
  rt->woken_head = nullptr;
}

// What the destroyed one was for the process and the thread, another takes over.
void hand_on_to_others() {
  std::lock_guard<std::mutex> hold(runtimes().lock);
  weft_runtime *prints = nullptr;
  for (weft_runtime *rt = runtimes().first; rt; rt = rt->next_runtime) {
    if (rt->created && rt->host.fatal)
      prints = rt;
    if (rt->created && !tls_runtime && on_loop(rt))
      tls_runtime = rt;
  }
  set_fatal_hook(prints ? print_fatal : nullptr, prints);
}

void destroy_domains(weft_domain *d) {
  while (d->first_child)
    destroy_domains(d->first_child);
  destroy_domain(d);
}

} // namespace

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
  if (rt->host.fatal)
    set_fatal_hook(print_fatal, rt);
  tls_runtime = rt;
  *out = rt;
  return WEFT_OK;
}

weft_status weft_runtime_destroy(weft_runtime *rt) {
  if (!rt || !rt->created || !on_loop(rt))
    return WEFT_E_INVAL;
  if (rt->in_turn || (rt->live && !rt->shutdown_done))
    return WEFT_E_BUSY;
  if (rt->print_stats)
    print_stats(rt);
  rt->print_stats = false;
  weft_runtime *outer = tls_runtime;
  tls_runtime = rt;
  rt->in_turn = true; // clean-ups may wake tasks; nobody is told
  unwind_abandoned(rt);
  drop_tokens_of(rt);
  while (rt->pins.load(std::memory_order_acquire) != 0)
    std::this_thread::yield();
  drain_inbox(rt);
  rt->woken_head = nullptr;
  drop_tokens_of(rt);
  destroy_domains(rt->root);
  task_table().give(rt->free_tasks);
  token_table().give(rt->free_tokens);
  if (rt->armed != WEFT_NEVER) // to trim, or for a timer: nobody is there whom it would turn
    rt->host.arm(rt->host_self, WEFT_NEVER);
  if (rt->held && rt->host.hold)
    rt->host.hold(rt->host_self, -1);
  tls_runtime = outer == rt ? nullptr : outer;
  if (rt->trace)
    close_trace(rt->trace);
  if (rt->owns_host)
    free_default_host(rt->host_self);
  give_runtime(rt);
  hand_on_to_others();
  return WEFT_OK;
}

weft_runtime *weft_runtime_current(void) { return tls_runtime; }
}
