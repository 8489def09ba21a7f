// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A task's life: spawn, its body, its end, and who learns of it.
//
// The record outlives the task until somebody joins it or nobody will (detached), so that a join
// after the end is not stale. Its stack does not: the continuation is gone when the dispatch loop
// sees the body return. Spawning touches neither stack nor host; it pops a record and queues it.
#include "task.h"

#include "arch/switch.h"
#include "attributes.h"
#include "cont.h"
#include "count.h"
#include "fatal.h"
#include "parallel.h"
#include "runtime.h"
#include "scope.h"
#include "trace.h"

#include <cstdio>
#include <cstring>
#include <cxxabi.h>
#include <exception>
#include <type_traits>

__thread weft_worker *weft_tls_worker __attribute__((tls_model("initial-exec"), visibility("hidden"))) = nullptr;

namespace weft {

#if !defined(__x86_64__) || defined(WEFT_PORT_PORTABLE)
[[gnu::noinline]] weft_worker *this_worker() {
  asm volatile("");
  return weft_tls_worker;
}
#endif

// Never destroyed: threads may hold handles while the process ends.
constinit TaskTable the_task_table;
static_assert(std::is_trivially_destructible_v<TaskTable>);

Task *find_task(weft_task handle) {
  Task *task = task_table().at(slot_of(handle));
  if (!task || reinterpret_cast<uintptr_t>(__atomic_load_n(&task->rt, __ATOMIC_ACQUIRE)) & kTaskFree)
    return nullptr;
  return has_handle(task, handle) ? task : nullptr;
}

void release_task(Task *task) {
  mark_free(task);
  uint64_t note = task->note.load(std::memory_order_acquire);
  if (note & kNoteQueued) {
    task->flags |= kTaskReleaseLater;
    return;
  }
  clean_record(task);
  task->flags = 0;
  set_state(&task->ent, kEntFree);
  task->domain = nullptr;
  uint64_t generation = generation_of(note) + 1;
  if (generation > kGenerationLimit)
    return; // used up: the record stays Done for ever
  task->note.store(generation << WEFT_SLOT_BITS, std::memory_order_release);
  weft_worker *w = worker_here(runtime_of(task));
  task->set_next_free(w->free_tasks);
  w->free_tasks = task;
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
  if (static_cast<Task *>(task)->sampled)
    sample_run(static_cast<Task *>(task));
  run_function(static_cast<Task *>(task));
  arch::end_body();
}

void finish_task(Task *task) {
  weft_runtime *rt = task->rt;
  weft_worker *w = worker_here(rt);
  weft_domain *domain = task->domain;
  if (rt->trace)
    event::done(task);
  set_state(&task->ent, kEntDone);
  if (!is_unknown(task))
    task->note.fetch_or(kNoteDone, std::memory_order_acq_rel);
  count(w, domain, kDone);
  rt->live--;
  if (__builtin_expect(task->flags & (kTaskDaemon | kTaskScoped), 0)) {
    if (task->flags & kTaskScoped)
      refuse_open_scopes(task);
    rt->daemons--;
  }
  rt->stacks_bound--;
  if (w != &rt->home && live_tasks(rt) == rt->daemons)
    request_turn(rt); // weft_run ends, though daemons may be running
  if (domain->ops.retire)
    domain->ops.retire(domain->self, &task->ent);
  if (--domain->tasks == 0 && __builtin_expect(domain->closed, 0))
    domain_emptied(domain);
  if (__builtin_expect(rt->stackless != nullptr, 0)) {
    Task *waiting = rt->stackless;
    rt->stackless = waiting->next_stackless;
    unpark(waiting, WEFT_OK, WEFT_WHY_WAKE);
  }
  if (Task *joiner = task->joiner) {
    unpark_if(joiner, WaitKind::Join);
    flush_unless_running(joiner->rt); // it may be another of this thread's
  } else if (task->flags & kTaskDetached) {
    release_task(task);
  }
  if (w->woken_head)
    flush_ready(w, w);
}

namespace {

// With room for as many timers, so that none of its tasks can find none when it goes to sleep.
[[gnu::noinline]] bool take_records(weft_worker *w) {
  weft_runtime *rt = w->rt;
  uint32_t n;
  Task *first = task_table().take_batch(&n);
  uint64_t records = rt->records.fetch_add(n, std::memory_order_relaxed) + n;
  if (n == 0 || !rt->timers.reserve(records + rt->token_timers + rt->domain_timers)) {
    rt->records.fetch_sub(n, std::memory_order_relaxed);
    task_table().give(first);
    return false;
  }
  w->free_tasks = first;
  return true;
}

// Numbers for a worker's tasks: all there are, a few where others number tasks at the same time, or the next one.
[[gnu::noinline]] void take_numbers(weft_worker *w) {
  weft_runtime *rt = w->rt;
  uint64_t n = rt->workers == 1 ? UINT64_MAX : rt->parallel ? 64 : 1;
  w->next_task_id = rt->next_task_id;
  rt->next_task_id += n;
  w->last_task_id = rt->next_task_id;
}

inline Task *take_record(weft_worker *w) {
  Task *task = w->free_tasks;
  Task *next = task->next_free();
  w->free_tasks = next;
  if (__builtin_expect(w->free_count != 0, 0))
    --w->free_count;
  __builtin_prefetch(next, 1);
  __builtin_prefetch(reinterpret_cast<const void *>(reinterpret_cast<uintptr_t>(next) + offsetof(Task, cb)), 1);
  return task;
}

// All but its domain's policy, the counts, and its readiness. In the record's first two lines; what is in the others is as
// clean_record and the ends of waits left it.
[[gnu::always_inline]] inline void fill_record(weft_worker *w, Task *task, weft_domain *domain, weft_task_fn fn, void *arg,
                                               const weft_spawn_attr &attr, bool detached) {
  task->ent = {};
  task->ent.id = ++w->next_task_id;
  task->ent.kind = WEFT_ENT_TASK;
  task->cb = nullptr;
  task->fn = fn;
  task->arg = arg;
  task->domain = domain;
  task->stack_class = attr.stack ? attr.stack : w->rt->default_stack;
  uint32_t flags = attr.flags & (WEFT_SPAWN_DETACHED | WEFT_SPAWN_DAEMON);
  // Nobody could join one whose handle was not asked for.
  if (detached)
    flags |= kTaskDetached;
  task->why = WEFT_WHY_NEW;
  task->in_call = false; // the record's last task may have been unwound in one
  task->sampled = false;
  __atomic_store_n(&task->own, static_cast<uint8_t>(attr.word != 0 ? kOwnWord : 0), __ATOMIC_RELAXED);
  if (__builtin_expect(attr.word != 0, 0))
    task->word = attr.word;
  if (attr.name) {
    copy_name(task->name, attr.name);
    flags |= kTaskUnclean;
  }
  __atomic_store_n(&task->flags, static_cast<uint8_t>(flags), __ATOMIC_RELAXED);
  __atomic_store_n(&task->rt, w->rt, __ATOMIC_RELEASE); // last: who goes over all records may look now
}

void give_back(weft_worker *w, Task *task) {
  clean_record(task);
  task->flags = 0;
  set_state(&task->ent, kEntFree);
  mark_free(task);
  task->set_next_free(w->free_tasks);
  w->free_tasks = task;
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
  call.attr.weight = attr.weight ? attr.weight : 1;
  call.attr.name = task->name;
  call_native(
      [](void *arg) {
        auto *c = static_cast<AdmitCall *>(arg);
        c->status = c->domain->ops.admit(c->domain->self, c->ent, &c->attr);
      },
      &call);
  return call.status;
}

constexpr weft_spawn_attr kNoAttr = {};

bool has_own(const weft_spawn_attr &attr) { return (static_cast<uint32_t>(attr.priority) | attr.deadline_ns | attr.weight) != 0; }

// What was compiled against an older header lacks the last fields: they are zero. Null: no such size. What is given is not
// copied: it was just written field by field, and wider loads would wait for all of these.
inline const weft_spawn_attr *full_attr(const weft_spawn_attr *given, weft_spawn_attr *room) {
  if (!given)
    return &kNoAttr;
  if (__builtin_expect(given->size >= sizeof *given, 1))
    return given;
  if (given->size < 16)
    return nullptr;
  *room = kNoAttr;
  memcpy(room, given, given->size);
  return room;
}

// A task of the root spawns another one, for a policy that needs not be asked. False: that is for who has the lock.
[[gnu::noinline]] bool spawn_inside(weft_runtime *rt, weft_task_fn fn, void *arg, const weft_spawn_attr &attr, weft_task *out) {
  weft_worker *w = parallel_worker(rt);
  weft_domain *root = rt->root;
  if (!w || (attr.domain ? attr.domain : w->running->domain) != root || root->ops.admit ||
      attr.flags & WEFT_SPAWN_DAEMON || !w->free_tasks || w->next_task_id == w->last_task_id ||
      has_own(attr) || __atomic_load_n(&w->running->flags, __ATOMIC_RELAXED) & kTaskDaemon || !enter(w))
    return false; // a daemon's may be the first for which the host's loop is wanted
  if (rt->closing) {
    leave(w);
    return false;
  }
  Task *task = take_record(w);
  fill_record(w, task, root, fn, arg, attr, !out);
  if (out)
    *out = give_handle(task);
  start_inside(w, task);
  return true;
}

// What weft_spawn checked. With the lock, where there is one; alone: there is no other worker in the process.
template <bool alone>
[[gnu::always_inline]] inline weft_status spawn(weft_runtime *rt, weft_task_fn fn, void *arg, const weft_spawn_attr &attr,
                                                weft_task *out) {
  weft_worker *w = alone ? &rt->home : worker_here(rt);
  weft_domain *domain = attr.domain ? attr.domain : w->running ? w->running->domain : rt->root;
  if (rt->closing || domain->closed)
    return WEFT_E_CLOSED;
  if (__builtin_expect(!w->free_tasks, 0) && !take_records(w))
    return WEFT_E_NOMEM;
  if (__builtin_expect(w->next_task_id == w->last_task_id, 0))
    take_numbers(w);
  Task *task = take_record(w);
  fill_record(w, task, domain, fn, arg, attr, !out);
  if (__builtin_expect(has_own(attr), 0) && !keep_attrs(task, attr.priority, attr.deadline_ns, attr.weight)) {
    give_back(w, task);
    return WEFT_E_NOMEM;
  }
  if (__builtin_expect(domain->ops.admit != nullptr, 0)) {
    weft_status status = admit(domain, task, attr);
    if (status != WEFT_OK) {
      give_back(w, task);
      return status;
    }
  }
  domain->tasks++;
  rt->live++;
  rt->stats.tasks_spawned++;
  if (task->flags & kTaskDaemon)
    rt->daemons++;
  if (out)
    *out = give_handle(task);
  if (__builtin_expect(rt->trace != nullptr, 0))
    event::spawn(task);
  ready_later(w, task, WEFT_WHY_NEW);
  // The host is told at once that its loop is wanted: a post does not keep one from ending, and the pool may run the task.
  if (!alone) {
    flush_unless_running(rt);
    if (__builtin_expect(!rt->held && !rt->home.in_turn, 0)) {
      if (at_home(rt))
        tell_hold_outside(rt);
      else
        request_turn(rt); // at whose end it is told; the loop may be over by then (HOST-16)
    }
  } else if (__builtin_expect(!w->running && !w->in_turn, 0)) {
    flush_now(w);
    if (__builtin_expect(!rt->held, 0))
      tell_hold_outside(rt);
  }
  return WEFT_OK;
}

[[gnu::noinline]] weft_status spawn_beside_others(weft_runtime *rt, weft_task_fn fn, void *arg, const weft_spawn_attr &attr,
                                                  weft_task *out) {
  if (spawn_inside(rt, fn, arg, attr, out))
    return WEFT_OK;
  Hold hold(rt);
  return spawn<false>(rt, fn, arg, attr, out);
}

// Also where the joiner is unwound: a free record has no joiner.
class Joining {
public:
  Joining(Task *task, Task *self) : task_(task), generation_(generation_of(task->note.load(std::memory_order_relaxed))) {
    task->joiner = self;
  }
  ~Joining() {
    if (generation_of(task_->note.load(std::memory_order_acquire)) == generation_)
      task_->joiner = nullptr;
  }
  Joining(const Joining &) = delete;

private:
  Task *task_;
  uint64_t generation_;
};

// Joins and detaches belong to the loop's thread, as the record's plain fields do.
bool is_afar(Task *task) {
  weft_runtime *rt = runtime_of(task);
  weft_runtime *here = runtime_here();
  return !on_loop(rt) || (rt != here && (rt->workers > 1 || (here && here->workers > 1)));
}

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
    rt = runtime_here();
  weft_spawn_attr room;
  const weft_spawn_attr *attr = full_attr(given, &room);
  if (__builtin_expect(!attr || !rt || !fn || !on_loop(rt) || attr->stack >= WEFT_STACK_CLASSES ||
                           (attr->reserved | (attr->flags & ~(WEFT_SPAWN_DETACHED | WEFT_SPAWN_DAEMON))) != 0 ||
                           (attr->domain && attr->domain->rt != rt),
                       0))
    return WEFT_E_INVAL;
  if (__builtin_expect(any_parallel.load(std::memory_order_relaxed), 0))
    return spawn_beside_others(rt, fn, arg, *attr, out);
  return spawn<true>(rt, fn, arg, *attr, out);
}

// With the lock.
static void leave_unclean(Task *task) {
  __atomic_store_n(&task->flags, static_cast<uint8_t>(task->flags | kTaskUnclean), __ATOMIC_RELAXED);
}

// The task, if the caller may join or detach it.
static weft_status joinable(weft_task handle, Task **out) {
  Task *task = find_task(handle);
  if (!task)
    return WEFT_E_STALE;
  if (is_afar(task))
    return WEFT_E_INVAL;
  if (__atomic_load_n(&task->flags, __ATOMIC_ACQUIRE) & kTaskDetached)
    return WEFT_E_STALE;
  if (!find_task(handle)) // a detached one, whose record was given away in between
    return WEFT_E_STALE;
  if (task->joiner)
    return WEFT_E_BUSY;
  *out = task;
  return WEFT_OK;
}

weft_status weft_join(weft_task handle) {
  Hold hold;
  Task *task;
  if (weft_status status = joinable(handle, &task); status != WEFT_OK)
    return status;
  if (state_of(&task->ent) != kEntDone) {
    Task *self = running_task();
    if (!self)
      return WEFT_E_NOTASK;
    if (self == task)
      return WEFT_E_DEADLOCK;
    Joining joining(task, self);
    self->joins = task;
    weft_status status = park_running(self, WaitKind::Join, WEFT_NEVER);
    if (status != WEFT_OK)
      return status;
  }
  release_task(task);
  return WEFT_OK;
}

weft_status weft_detach(weft_task handle) {
  Hold hold;
  Task *task;
  if (weft_status status = joinable(handle, &task); status != WEFT_OK)
    return status;
  // A task that is not joined ends with the lock held, so it is not doing so now.
  bool done = state_of(&task->ent) == kEntDone;
  __atomic_store_n(&task->flags, static_cast<uint8_t>(task->flags | kTaskDetached), __ATOMIC_RELAXED);
  if (done)
    release_task(task);
  return WEFT_OK;
}

weft_task weft_self(void) {
  Task *self = running_task();
  return self ? give_handle(self) : 0;
}

uint64_t weft_task_id(weft_task handle) {
  if (Task *self = running_task(); self && handle_of(self) == handle)
    return self->ent.id;
  Halt halt(runtime_here());
  Task *task = find_task(handle);
  return task ? task->ent.id : 0;
}

uint64_t *weft_task_word(void) {
  Task *self = running_task();
  if (!self)
    return nullptr;
  if (!(self->own & kOwnWord)) {
    self->word = 0;
    say_own(self, kOwnWord);
  }
  return &self->word;
}

weft_status weft_task_set_name(const char *name) {
  Task *self = running_task();
  if (!self)
    return WEFT_E_NOTASK;
  Hold hold;
  copy_name(self->name, name ? name : "");
  leave_unclean(self);
  return WEFT_OK;
}

const char *weft_task_name(weft_task handle) {
  if (Task *self = running_task(); self && handle_of(self) == handle)
    return self->name;
  Halt halt(runtime_here());
  Task *task = find_task(handle);
  return task ? task->name : "";
}

void weft_set_waits(const char *what) {
  Hold hold;
  if (Task *self = running_task()) {
    self->waits = what;
    leave_unclean(self);
  }
}

void weft_call_native(void (*fn)(void *), void *arg) { call_native(fn, arg); }
}
