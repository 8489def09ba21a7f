// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A runtime and its domains: the state that the task level's files share, and who may touch it.
//
// Everything here belongs to the loop's thread but for `inbox`, `pins` and the host's post. A
// runtime's memory is recycled and never freed, because a foreign thread pins it (Pin) before it
// knows whether the task or token that led here is still alive.
#pragma once

#include "cont.h"
#include "inbox.h"
#include "task.h"
#include "timer.h"
#include "weft/scheduler.h"
#include "weft/task.h"

#include <atomic>
#include <cstddef>

namespace weft {
struct TokenSlot;
struct Trace;
} // namespace weft

namespace weft {
// Entities picked at once; the more, the later one is that a fairer policy would have picked
// instead.
constexpr uint32_t kLine = 16;
} // namespace weft

struct weft_worker {
  uint32_t index;
  weft_runtime *rt;
};

struct weft_domain {
  weft_ent ent; // as an entity of the parent's scheduler
  weft_runtime *rt;
  weft_domain *parent; // null: the root
  weft_sched_ops ops;  // a copy: absent optional functions are null whatever the plug-in's size
  void *self;
  uint32_t ready; // entities Ready, the running one included
  uint32_t picks; // in one slice, where the parent's scheduler sets none
  bool in_slice;  // on the path that is being run: re-readied at the end of its slice
  bool closed;
  uint64_t tasks; // not done
  // Picked by pick_many and not yet run: line[line_at] to line[line_end - 1].
  uint32_t line_at, line_end;
  weft_ent *line[weft::kLine];
  weft_domain *first_child, *next_sibling;
  weft::Task *closer;    // stands in its close; nobody else destroys it or a domain around it
  bool close_unattended; // was closed by one of its own tasks: the last one's end destroys it
  char name[weft::kNameSize];
  weft_sched_services services;
};

namespace weft {

// From create to destroy. The loop's thread, but for host.post under a Pin.
struct RuntimeLife {
  // The hot half: what a pick reads.
  weft::Task *running;
  int *errno_at;
  uint64_t now;       // cached; read at the turn's start and at its checks
  uint32_t countdown; // picks till the next check
  bool turn_over;
  bool in_turn;
  uint32_t attention; // kWoken | kParking: what a run left to look at
  // What may run next without coming back to the dispatch loop, and who yielded so: a task that
  // yields hands over itself (weft_yield). Equal: nobody.
  weft_ent **ahead, **ahead_end;
  weft_ent *yielded_head, *yielded_tail; // the head valid when the tail is not &yielded_head
  weft::Task *woken_head, *woken_tail;   // not yet handed to their schedulers
  weft_worker worker;
  weft::Trace *trace;
  weft_domain *root;

  // The turn (turn.cpp).
  uint32_t interval; // picks between checks
  uint32_t granted;  // of countdown, when it was set
  uint64_t checked_at;
  uint64_t turn_end;   // WEFT_NEVER: no limit
  uint64_t picks_left; // UINT64_MAX: no limit
  uint64_t armed;      // what the host's timer was last told
  uint64_t trim_at;     // no look at idle stacks before
  uint64_t trim_wanted; // the turn that shall do it; WEFT_NEVER
  bool draining;       // the inbox is being served: who woke is a foreign thread
  bool turn_wanted;    // posted, and no turn has begun since
  bool held;           // the host was told to stay alive
  bool owns_host;

  weft_host_ops host;
  void *host_self;

  // Shutdown.
  bool closing;
  bool cancelling;
  bool shutdown_done;
  void (*done)(void *arg, uint64_t abandoned);
  void *done_arg;

  // Tasks.
  uint64_t live, daemons;
  uint64_t parked_for_wake, awaiting; // what only the outside may bring
  uint64_t stacks_bound;
  uint64_t next_task_id, next_domain_id;
  weft::Task *free_tasks;
  weft::Task *stackless; // parked for want of a stack, by woken_next
  weft::TimerHeap timers;
  size_t token_timers;
  weft::TokenSlot *free_tokens;
  uint32_t default_stack;
  bool print_stats;
  weft_stats stats;
};

} // namespace weft

// What foreign threads may look at before they know whether the runtime they were led to still
// lives: it is not reset when the memory is used for another.
struct weft_runtime : weft::RuntimeLife {
  std::atomic<void *> loop_thread{nullptr};
  weft::Inbox inbox;
  std::atomic<uint64_t> pins{0};
  std::atomic<uint64_t> stale{0};
  bool created = false; // by the list's lock
  weft_runtime *next_runtime = nullptr;
};

namespace weft {

enum : uint32_t {
  kWoken = 1,   // woken_head is not null
  kParking = 2, // the suspension that comes is a park, whatever its tag says
};

extern constinit thread_local weft_runtime *tls_runtime;

inline bool on_loop(const weft_runtime *rt) {
  return rt->loop_thread.load(std::memory_order_relaxed) == __builtin_thread_pointer();
}

// While one lives the runtime is not torn down under a foreign thread's hands.
class Pin {
public:
  explicit Pin(weft_runtime *rt) : rt_(rt) { rt_->pins.fetch_add(1); }
  ~Pin() { rt_->pins.fetch_sub(1, std::memory_order_release); }
  Pin(const Pin &) = delete;

private:
  weft_runtime *rt_;
};

// --- Ready (domain.cpp)

// Marks the task Ready and puts it where the next flush finds it.
inline void ready_later(weft_runtime *rt, Task *task, weft_why why) {
  task->ent.reserved = kEntReady;
  task->why = why;
  task->woken_next = nullptr;
  if (rt->woken_head)
    rt->woken_tail->woken_next = task;
  else
    rt->woken_head = task;
  rt->woken_tail = task;
  rt->attention |= kWoken;
}
// Hands what ready_later gathered to the schedulers, and makes domains that were empty ready in
// their parents; asks for a turn when the root was empty and no turn is on. `from` as in `ready`.
// The worker's native stack.
void flush_ready(weft_runtime *rt, weft_worker *from);
// The same from any stack: a task of another runtime of this thread may be running.
void flush_now(weft_runtime *rt);
// Outside of a turn's task there is no later: the flush is now.
inline void flush_unless_running(weft_runtime *rt) {
  if (!rt->running && !rt->in_turn)
    flush_now(rt);
}
void request_turn(weft_runtime *rt);
// The last task of a domain has ended: whoever closes it or an ancestor is woken.
void domain_emptied(weft_domain *domain);
// It has nothing ready and left the path that runs: it goes if it was closed from within.
void slice_ended(weft_domain *domain);
weft_status make_domain(weft_runtime *rt, weft_domain *parent, const weft_domain_attr *attr,
                        weft_domain **out, char *error, size_t error_size);
void destroy_domain(weft_domain *domain);

// --- Dispatch (dispatch.cpp)

// Runs the root until nothing is ready or the turn is over.
void run_slice(weft_runtime *rt, weft_domain *domain, uint32_t picks);
extern const weft_tag park_tag;
struct DispatchTable {
  uint32_t count, flags;
  weft_handler entry[3];
};
extern const DispatchTable dispatch_on;
inline const weft_handlers *dispatch_handlers() {
  return reinterpret_cast<const weft_handlers *>(&dispatch_on);
}
// The running continuation is a task's own and was resumed by the dispatch loop: no handler of the
// language stands between.
inline bool only_dispatch_above() {
  return (reinterpret_cast<uintptr_t>(weft_tls.current->on) & ~uintptr_t{1}) ==
         reinterpret_cast<uintptr_t>(&dispatch_on);
}

// --- Turn (turn.cpp)

// Called when countdown reaches 0: clock, inbox, timers. True: the turn is over.
bool check_turn(weft_runtime *rt);
// Timers that are due and what foreign threads left. True: there was something.
bool serve_events(weft_runtime *rt);
bool drain_inbox(weft_runtime *rt);

// --- Tokens (token.cpp, cq.cpp)

// The dispatch loop got the running task's await. True: it waits; false: it has its answer.
bool await_parked(Task *task, weft_token token, uint64_t deadline_ns);
// Takes the token from a task that waits for it. False: its completion was first.
bool abandon_token(Task *task);
void token_due(TokenSlot *slot);   // its timer fired
void serve_token(TokenSlot *slot); // it was in the inbox
void drop_tokens_of(weft_runtime *rt);

// --- Schedulers (plugin.cpp, builtins.cpp)

// Finds the scheduler that `spec` names and makes an instance for domain.
weft_status make_scheduler(const char *spec, weft_domain *domain, char *error, size_t error_size);
const weft_sched_ops *const *builtin_schedulers(size_t *count);
weft_status make_default_host(const weft_host_ops **ops, void **self, char *error, size_t size);
void attach_default_host(void *self, weft_runtime *rt);
void free_default_host(void *self);

// --- Configuration (config.cpp)

struct Config {
  char sched[512];
  bool sched_from_env;
  uint32_t workers;
  uint32_t stack_class;
  const char *trace_file; // null: none
  bool stats;
};
weft_status read_config(const weft_runtime_config *given, Config *out, char *error, size_t size);
// Writes one line to error, which may be null; returns status.
weft_status refuse(weft_status status, char *error, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void print_stats(weft_runtime *rt);
// What a parked task waits for, as dumps say it; "" for others.
const char *waits_of(const Task &task);

} // namespace weft
