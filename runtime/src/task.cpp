// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A task's life: spawn, its body, its end, and who learns of it.
//
// The record outlives the task until somebody joins it or nobody will (detached), so that a join
// after the end is not stale. Its stack does not: the continuation is gone when the dispatch loop
// sees the body return. Spawning touches neither stack nor host; it pops a record and queues it.
#include "task.h"

#include "arch/switch.h"
#include "cont.h"
#include "fatal.h"
#include "runtime.h"
#include "trace.h"

#include <cstdio>
#include <cstring>
#include <cxxabi.h>
#include <exception>

namespace weft {

constinit thread_local weft_runtime *tls_runtime = nullptr;

TaskTable &task_table() {
  // Never destroyed: threads may hold handles while the process ends.
  static TaskTable &table = *new TaskTable;
  return table;
}

Task *find_task(weft_task handle) {
  Task *task = task_table().at(slot_of(handle));
  return task && task->handle == handle && handle != 0 ? task : nullptr;
}

void release_task(Task *task) {
  task->handle = 0;
  uint64_t note = task->note.load(std::memory_order_acquire);
  if (note & kNoteQueued) {
    task->flags |= kTaskReleaseLater;
    return;
  }
  task->flags = 0;
  task->ent.reserved = kEntFree;
  task->domain = nullptr;
  uint64_t generation = generation_of(note) + 1;
  if (generation > kGenerationLimit)
    return; // used up: the record stays Done for ever
  task->note.store(generation << WEFT_SLOT_BITS, std::memory_order_release);
  weft_runtime *rt = task->rt;
  task->free_next = rt->free_tasks;
  rt->free_tasks = task;
}

namespace {

// In a frame of its own: the body's is abandoned, and must hold nothing.
[[gnu::noinline]] void run_function(Task *task) {
  try {
    task->fn(task->arg);
  } catch (abi::__forced_unwind &) {
    throw; // it is being dropped
  } catch (const std::exception &e) {
    fatal("weft: an exception left task '%s' #%llu: %s (TASK-04)", task->name,
          (unsigned long long)task->ent.id, e.what());
  } catch (...) {
    fatal("weft: an exception left task '%s' #%llu (TASK-04)", task->name,
          (unsigned long long)task->ent.id);
  }
}

} // namespace

void task_body(void *task) {
  run_function(static_cast<Task *>(task));
  arch::end_body();
}

void finish_task(Task *task) {
  weft_runtime *rt = task->rt;
  weft_domain *domain = task->domain;
  if (rt->trace)
    event::done(task);
  task->ent.reserved = kEntDone;
  task->note.fetch_or(kNoteDone, std::memory_order_acq_rel);
  rt->stats.tasks_done++;
  rt->live--;
  if (task->flags & kTaskDaemon)
    rt->daemons--;
  rt->stacks_bound--;
  if (domain->ops.retire)
    domain->ops.retire(domain->self, &task->ent);
  if (--domain->tasks == 0 && __builtin_expect(domain->closed, 0))
    domain_emptied(domain);
  if (__builtin_expect(rt->stackless != nullptr, 0)) {
    Task *waiting = rt->stackless;
    rt->stackless = waiting->woken_next;
    unpark(waiting, WEFT_OK, WEFT_WHY_WAKE);
  }
  if (Task *joiner = task->joiner) {
    unpark_if(joiner, WaitKind::Join);
    flush_unless_running(joiner->rt); // it may be another of this thread's
  } else if (task->flags & kTaskDetached) {
    release_task(task);
  }
  if (rt->woken_head)
    flush_ready(rt, &rt->worker);
}

namespace {

Task *take_record(weft_runtime *rt) {
  Task *task = rt->free_tasks;
  if (__builtin_expect(!task, 0)) {
    task = task_table().take(256);
    if (!task)
      return nullptr;
  }
  rt->free_tasks = task->free_next;
  return task;
}

void give_back(weft_runtime *rt, Task *task) {
  task->ent.reserved = kEntFree;
  task->free_next = rt->free_tasks;
  rt->free_tasks = task;
}

struct AdmitCall {
  weft_domain *domain;
  weft_ent *ent;
  weft_ent_attr attr;
  weft_status status;
};

weft_status admit(weft_domain *domain, Task *task, const weft_spawn_attr &attr) {
  AdmitCall call = {};
  call.domain = domain;
  call.ent = &task->ent;
  call.attr.size = sizeof call.attr;
  call.attr.priority = attr.priority;
  call.attr.deadline_ns = attr.deadline_ns ? attr.deadline_ns : WEFT_NEVER;
  call.attr.weight = 1;
  call.attr.name = task->name;
  call_native(
      [](void *arg) {
        auto *c = static_cast<AdmitCall *>(arg);
        c->status = c->domain->ops.admit(c->domain->self, c->ent, &c->attr);
      },
      &call);
  return call.status;
}

// What was compiled against an older header lacks the last fields: they are zero. False: no such size.
inline bool full_attr(const weft_spawn_attr *given, weft_spawn_attr *attr) {
  if (given && __builtin_expect(given->size >= sizeof *given, 1)) {
    memcpy(attr, given, sizeof *attr);
    return true;
  }
  memset(attr, 0, sizeof *attr);
  if (!given)
    return true;
  if (given->size < 16)
    return false;
  memcpy(attr, given, given->size);
  return true;
}

// Joins and detaches belong to the loop's thread, as the record's plain fields do.
bool is_afar(Task *task) { return !on_loop(__atomic_load_n(&task->rt, __ATOMIC_RELAXED)); }

} // namespace

void copy_name(char (&to)[kNameSize], const char *name) {
  size_t n = strnlen(name, kNameSize - 1);
  // A cut never leaves a part of a character; three bytes at most follow its first.
  for (int i = 0; i < 3 && n && (name[n] & 0xc0) == 0x80; ++i)
    --n;
  memcpy(to, name, n);
  to[n] = '\0';
}

} // namespace weft

using namespace weft;

extern "C" {

weft_status weft_spawn(weft_runtime *rt, weft_task_fn fn, void *arg, const weft_spawn_attr *given,
                       weft_task *out) {
  if (!rt)
    rt = tls_runtime;
  weft_spawn_attr attr;
  if (__builtin_expect(!full_attr(given, &attr) || !rt || !fn || !on_loop(rt) ||
                           attr.stack >= WEFT_STACK_CLASSES ||
                           (attr.domain && attr.domain->rt != rt),
                       0))
    return WEFT_E_INVAL;
  weft_domain *domain = attr.domain ? attr.domain : rt->running ? rt->running->domain : rt->root;
  if (rt->closing || domain->closed)
    return WEFT_E_CLOSED;
  Task *task = take_record(rt);
  if (!task)
    return WEFT_E_NOMEM;
  if (!rt->timers.reserve(rt->live + rt->token_timers + 1)) {
    give_back(rt, task);
    return WEFT_E_NOMEM;
  }
  task->ent = {};
  task->ent.id = ++rt->next_task_id;
  task->ent.kind = WEFT_ENT_TASK;
  task->cb = nullptr;
  task->answer0 = task->answer1 = 0;
  task->domain = domain;
  task->errno_value = 0;
  task->flags = attr.flags & (WEFT_SPAWN_DETACHED | WEFT_SPAWN_DAEMON);
  if (!out)
    task->flags |= kTaskDetached; // nobody could join it
  task->handle = make_handle(task->slot, generation_of(task->note.load(std::memory_order_relaxed)));
  task->word = attr.word;
  task->waits = nullptr;
  task->wait = WaitKind::None;
  task->cancels = 0;
  task->token = 0;
  task->joiner = nullptr;
  __atomic_store_n(&task->rt, rt, __ATOMIC_RELAXED);
  task->stack_class = attr.stack ? attr.stack : rt->default_stack;
  task->fn = fn;
  task->arg = arg;
  task->name[0] = '\0';
  if (attr.name)
    copy_name(task->name, attr.name);
  if (domain->ops.admit) {
    weft_status status = admit(domain, task, attr);
    if (status != WEFT_OK) {
      task->handle = 0;
      give_back(rt, task);
      return status;
    }
  }
  domain->tasks++;
  rt->live++;
  rt->stats.tasks_spawned++;
  if (task->flags & kTaskDaemon)
    rt->daemons++;
  if (out)
    *out = task->handle;
  if (__builtin_expect(rt->trace != nullptr, 0))
    event::spawn(task);
  ready_later(rt, task, WEFT_WHY_NEW);
  flush_unless_running(rt);
  return WEFT_OK;
}

// The task, if the caller may join or detach it.
static weft_status joinable(weft_task handle, Task **out) {
  Task *task = find_task(handle);
  if (!task)
    return WEFT_E_STALE;
  if (is_afar(task))
    return WEFT_E_INVAL;
  if (task->flags & kTaskDetached)
    return WEFT_E_STALE;
  if (task->joiner)
    return WEFT_E_BUSY;
  *out = task;
  return WEFT_OK;
}

weft_status weft_join(weft_task handle) {
  Task *task;
  if (weft_status status = joinable(handle, &task); status != WEFT_OK)
    return status;
  if (task->ent.reserved != kEntDone) {
    Task *self = running_task();
    if (!self)
      return WEFT_E_NOTASK;
    if (self == task)
      return WEFT_E_DEADLOCK;
    task->joiner = self;
    weft_status status = park_running(self, WaitKind::Join, WEFT_NEVER);
    task->joiner = nullptr;
    if (status != WEFT_OK)
      return status;
  }
  release_task(task);
  return WEFT_OK;
}

weft_status weft_detach(weft_task handle) {
  Task *task;
  if (weft_status status = joinable(handle, &task); status != WEFT_OK)
    return status;
  task->flags |= kTaskDetached;
  if (task->ent.reserved == kEntDone)
    release_task(task);
  return WEFT_OK;
}

weft_task weft_self(void) {
  Task *self = running_task();
  return self ? self->handle : 0;
}

uint64_t weft_task_id(weft_task handle) {
  Task *task = find_task(handle);
  return task ? task->ent.id : 0;
}

uint64_t *weft_task_word(void) {
  Task *self = running_task();
  return self ? &self->word : nullptr;
}

weft_status weft_task_set_name(const char *name) {
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  copy_name(self->name, name ? name : "");
  return WEFT_OK;
}

const char *weft_task_name(weft_task handle) {
  Task *task = find_task(handle);
  return task ? task->name : "";
}

void weft_set_waits(const char *what) {
  if (Task *self = running_task())
    self->waits = what;
}

void weft_call_native(void (*fn)(void *), void *arg) { call_native(fn, arg); }
}
