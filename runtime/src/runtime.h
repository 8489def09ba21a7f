// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A runtime and its domains: the state that the task level's files share, and who may touch it.
//
// Everything here belongs to the loop's thread, or with several workers to who holds `lock` (hold.h; parallel.h has what
// needs no lock), but for `inbox`, `pins` and the host's post. A runtime's memory is recycled and never freed, because a foreign thread pins it (Pin) before it
// knows whether the task or token that led here is still alive.
#pragma once

#include "cont.h"
#include "counters.h"
#include "hold.h"
#include "inbox.h"
#include "task.h"
#include "timer.h"
#include "weft/scheduler.h"
#include "weft/task.h"

#include <atomic>
#include <cstddef>
#include <ctime>
#include <mutex>

namespace weft {
struct TokenSlot;
struct Trace;
struct Carriers;
struct HomeCall;
struct PoolWorker;
struct BlockingPool;
} // namespace weft

namespace weft {
// Entities picked at once; the more, the later one is that a fairer policy would have picked
// instead.
constexpr uint32_t kLine = 16;
} // namespace weft

namespace weft {
// What a worker did without the lock (parallel.h), to be added to the runtime's own counts. Written by it alone.
struct Tally {
  std::atomic<uint64_t> spawned{0}, done{0}, bound{0}; // bound: took a stack
  std::atomic<uint64_t> parked{0}, woken{0};           // in objects, tasks of the root
};
} // namespace weft

// A thread that runs tasks, and the state of its runs. Worker 0 is the host's thread, inside of its turns; the others
// are the pool's (worker.cpp). Only its own thread touches one, but for what says otherwise.
struct weft_worker {
  // The hot half: what a pick reads.
  weft::Task *running;
  weft_runtime *rt;
  int *errno_at;
  uint64_t now;       // cached; read at the turn's start and at its checks
  uint32_t countdown; // picks till the next check
  bool turn_over;
  bool in_turn;       // the pool's always are
  bool holds;         // it has the runtime's lock (hold.h)
  std::atomic<bool> inside, runs; // parallel.h: in the runtime without its lock; a task of the root runs on it
  bool draining;      // it serves the inbox: who woke is a foreign thread
  bool times_run;     // the running task was picked with a limit of time, at run_began
  uint32_t attention; // kWoken, kParking, kForked: what a run left to look at
  uint32_t index;
  // Yields that come straight back, as nobody else of its domain is ready and no check is due: at the pick, and left.
  uint32_t may_stay, alone;
  uint32_t not_only; // kNotOnly: some domain's `only` ended while it was run (only.h); 0
  bool in_only;      // in a slice that stands for several, or for those of several domains (only.h)
  // What may run next without coming back to the dispatch loop, and who yielded so: a task that
  // yields hands over itself (weft_yield). Equal: nobody.
  weft_ent **ahead, **ahead_end;
  weft_ent *yielded_head, *yielded_tail; // the head valid when the tail is not &yielded_head
  weft::Task *woken_head, *woken_tail;   // not yet handed to their schedulers

  // The turn (turn.cpp).
  uint32_t interval; // picks between checks
  uint32_t granted;  // of countdown, when it was set
  uint64_t checked_at;
  uint64_t turn_end;   // WEFT_NEVER: no limit
  uint64_t picks_left; // UINT64_MAX: no limit
  uint64_t slice_end;  // of the slices that it is in the first that ends by the clock; WEFT_NEVER
  uint64_t run_began;

  uint64_t lots;            // choose.cpp
  weft::Carriers *carriers; // WEFT_MIGRATE (migrate.cpp); null: its tasks run on its own thread
  weft::WorkerCounts counts;

  weft::Task *free_tasks; // records for its spawns
  uint32_t free_count;    // of those at least so many; of tasks that ended inside (parallel.h)
  uint64_t next_task_id, last_task_id; // the numbers that it gives
  uint64_t objects;       // stripes that the running task has locked (object_hold.h)
  weft_ent *found;        // picked while it looked for work, and to be run next (parallel.h)
  weft_slice found_slice; // its slice
  bool sent_some;         // since it last looked for work: what it picked lives on the other side (binding.h)
  weft::Tally tally;
};

struct weft_domain {
  weft_ent ent; // as an entity of the parent's scheduler
  weft_runtime *rt;
  weft_domain *parent; // null: the root
  weft_sched_ops ops;  // a copy: absent optional functions are null whatever the plug-in's size
  void *self;
  uint32_t ready;   // entities Ready, running ones included
  uint32_t running; // of those: picked, and not back yet; counted where there are several workers
  uint32_t picks; // in one slice, where the parent's scheduler sets none
  uint32_t held;  // WEFT_HOLD_* of its last pick, which gave nothing (held.h); 0
  int32_t priority;  // as an entity of its parent's, with
  uint32_t weight;   //
  uint64_t deadline; //
  uint64_t slice_ns, slice_took; // of its present or last slice: the limit, 0 for none; how long it was, 0 where that was not measured
  bool in_slice;  // on the path that is being run: re-readied at the end of its slice
  bool settled;   // pick_many and no ran: who is alone there is picked next, and its policy need not hear of it (only.h)
  bool closed;
  uint32_t left;           // of its slice, while that of a child is run
  uint32_t unit, given_up; // picks of one slice, while the present one stands for several (only.h), and that it gave up; else 0
  bool begins_only;        // with it the worker went into such slices (only.h)
  weft_domain *entered_as; // who was picked, whose only one, and so on down, this is; while its slice is run, else null
  weft_domain *only; // its one entity that is ready, of which its policy is not told each time (only.h); null
  uint64_t tasks; // not done
  // Picked by pick_many and not yet run: line[line_at] to line[line_end - 1].
  uint32_t line_at, line_end;
  weft_ent *line[weft::kLine];
  weft_domain *first_child, *next_sibling;
  uint32_t bind;   // WEFT_BIND_*; its parent's too (binding.h)
  bool hollow;     // binding.h
  uint32_t sent_picks; // its slice, when it was sent
  weft_domain *sent_next;
  weft::Task *closer;    // stands in its close; nobody else destroys it or a domain around it
  bool close_unattended; // was closed by one of its own tasks: the last one's end destroys it
  char name[weft::kNameSize];
  weft_sched_services services;
  weft::DomainCounts counts;
  weft::Watched watched; // as an entity of its parent's
  weft::WatchedPolicy watched_policy;
  weft::Timer held_timer;     // WEFT_HOLD_NS
  weft_domain *next_held;     // WEFT_HOLD_TURN: in rt->held_for_turn
};

namespace weft {

// Domains that were picked by who may not run them, in that order (binding.h).
struct SentLine {
  uint32_t count; // also read without the lock
  weft_domain *head, *tail;
};

// From create to destroy. The loop's thread, but for host.post under a Pin.
struct RuntimeLife {
  weft_worker home; // the host's thread
  // Several workers (worker.cpp).
  alignas(64) uint32_t workers; // home included
  bool parallel; // the root's tasks need no lock (parallel.h); what it is when the first is spawned it stays
  std::atomic<bool> halted; // nobody may be inside
  uint32_t halts;           // under the lock
  weft::PoolWorker *pool;   // workers - 1 of them
  // Written under the lock: pool workers that sleep, those and the host's thread where it waits for a turn, and
  // those that were woken and look.
  uint32_t idle;
  bool home_sleeps;
  uint32_t home_naps; // in a row
  uint64_t nap_until; // the next turn is wanted then, though nobody asks
  alignas(64) std::atomic<uint32_t> sleepers, searching;
  alignas(64) std::atomic<uint64_t> keeper_deadline; // the earliest at which an idle worker looks after timers
  weft::HomeCall *home_calls, **home_calls_end;
  // By WEFT_BIND_*: the root's children that are queued in it, and those that were sent (binding.h).
  uint32_t queued_for[3];
  uint32_t ready_children; // of the root's entities that are Ready: domains
  SentLine sent[3];
  std::atomic<bool> stopping;
  weft::Trace *trace;
  weft_domain *root;
  uint64_t armed;      // what the host's timer was last told
  uint64_t trim_at;     // no look at idle stacks before
  uint64_t trim_wanted; // the turn that shall do it; WEFT_NEVER
  bool turn_wanted;    // posted, and no turn has begun since
  int loop_thread_number; // in the system
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
  std::atomic<uint64_t> records; // tasks' that its workers have: there is room for so many timers
  weft::Task *stackless; // parked for want of a stack
  weft::TimerHeap timers;
  size_t token_timers, domain_timers; // the first: tokens', and scopes'
  weft_domain *held_for_turn; // by next_held
  weft::TokenSlot *free_tokens;
  uint32_t default_stack;
  bool print_stats;
  bool deadlock_is_fatal; // WEFT_DEADLOCK
  weft::BlockingPool *blocking; // blocking.cpp; null: not wanted yet
  weft_stats stats;
  Watch watch;
};

} // namespace weft

// What foreign threads may look at before they know whether the runtime they were led to still
// lives: it is not reset when the memory is used for another.
struct weft_runtime : weft::RuntimeLife {
  weft::RuntimeLock lock;
  std::atomic<void *> loop_thread{nullptr};
  weft::Inbox inbox;
  std::atomic<bool> home_busy{false}; // in a turn: written where there are other workers to know
  std::atomic<uint64_t> pins{0};
  std::atomic<uint64_t> stale{0};
  std::atomic<bool> open_to_dumps{false}, dump_wanted{false}; // dump_signal.cpp
  bool may_open_to_dumps = false, has_dump_timer = false;     // by the list's lock
  timer_t dump_timer = {};
  bool created = false;  // by the list's lock
  bool complete = false; // likewise: it was built, and other threads may look at what does not change till it goes
  weft_runtime *next_runtime = nullptr;
  // Odd from create to destroy, another number each time: what outlives its runtime knows it by that.
  std::atomic<uint64_t> life{0};
};

namespace weft {

enum : uint32_t {
  kWoken = 1,   // woken_head is not null
  kParking = 2, // the suspension that comes is a park, whatever its tag says
  kForked = 4,  // this is a child of fork, and the runtime its parent's
};

} // namespace weft

// The worker whose task or turn is running on this thread, else the thread's last created runtime's home; null.
extern "C" __thread weft_worker *weft_tls_worker
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

namespace weft {

// Asked anew every time, since a task may go on in another thread after a switch; a compiler, which does
// not know of that, would keep a thread-local's address over it.
#if defined(__x86_64__) && !defined(WEFT_PORT_PORTABLE)
inline weft_worker *this_worker() {
  weft_worker *w;
  asm volatile("movq weft_tls_worker@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" : "=r"(w));
  return w;
}
#else
weft_worker *this_worker(); // task.cpp
#endif
inline weft_runtime *runtime_here() {
  weft_worker *w = this_worker();
  return w ? w->rt : nullptr;
}

// Tasks of some runtime may run on other threads than its loop's.
extern constinit std::atomic<bool> any_threads;
// The system has no fence for all threads at once (parallel.h).
extern constinit std::atomic<bool> plain_fences;
bool is_worker_of(const weft_runtime *rt, void *loop_thread);
// May the caller touch what is the runtime's? The loop's thread, and its workers'.
inline bool on_loop(const weft_runtime *rt) {
  void *loop = rt->loop_thread.load(std::memory_order_relaxed);
  return __builtin_expect(loop == __builtin_thread_pointer(), 1) ||
         (any_threads.load(std::memory_order_relaxed) && is_worker_of(rt, loop));
}
// Only there may turns be given: the loop's thread.
bool at_home(const weft_runtime *rt);
// The caller's worker of a runtime that it is on the loop of.
inline weft_worker *worker_here(weft_runtime *rt) {
  if (__builtin_expect(!any_parallel.load(std::memory_order_relaxed), 1))
    return &rt->home;
  weft_worker *w = this_worker();
  return w && w->rt == rt ? w : &rt->home;
}

// The runtime's lock, for a worker's loop; calls have Hold (hold.h).
inline void take_lock(weft_worker *w) {
  w->rt->lock.lock();
  w->holds = true;
}
inline void let_go(weft_worker *w) {
  w->holds = false;
  w->rt->lock.unlock();
}

// For a foreign thread only under a Pin does the answer stay true.
inline bool is_alive(const weft_runtime *rt) { return rt->life.load(std::memory_order_seq_cst) % 2 != 0; }

// While one lives the runtime is not torn down under a foreign thread's hands.
class Pin {
public:
  explicit Pin(weft_runtime *rt) : rt_(rt) { rt_->pins.fetch_add(1); }
  ~Pin() { rt_->pins.fetch_sub(1, std::memory_order_release); }
  Pin(const Pin &) = delete;

private:
  weft_runtime *rt_;
};

// --- Teardown (runtime.cpp)

// A task that would not end, of a runtime that is being destroyed: it is unwound and Done.
void abandon(weft_runtime *rt, Task *task);

// --- Ready (domain.cpp)

// Who was made ready on w waits in a list by ent.next, which is the runtime's until it hands them over.
inline Task *woken_after(const Task *task) { return reinterpret_cast<Task *>(task->ent.next); }
inline weft_why why_of(const Task *task) { return static_cast<weft_why>(task->why); }
// Marks the task Ready and puts it where the next flush finds it.
inline void ready_later(weft_worker *w, Task *task, weft_why why) {
  __atomic_store_n(&task->ent.reserved, kEntReady, __ATOMIC_RELAXED);
  task->why = why;
  task->since = w->now;
  task->ent.next = nullptr;
  if (w->woken_head)
    w->woken_tail->ent.next = &task->ent;
  else
    w->woken_head = task;
  w->woken_tail = task;
  w->attention |= kWoken;
  if (__builtin_expect(--w->counts.wakes_to_sample == 0, 0))
    sample_wake(w, task);
}
// Hands what ready_later gathered to the schedulers, and makes domains that were empty ready in
// their parents; asks for a turn when the root was empty and no turn is on, and wakes idle workers. `from` as in `ready`.
// The worker's native stack.
void flush_ready(weft_worker *w, weft_worker *from);
// The same from any stack: a task of another runtime of this thread may be running.
void flush_now(weft_worker *w);
// Outside of a turn's task there is no later: the flush is now. So it is where another worker may be idle.
inline void flush_unless_running(weft_runtime *rt) {
  weft_worker *w = worker_here(rt);
  if ((!w->running && !w->in_turn) || (rt->workers > 1 && !rt->stopping))
    flush_now(w);
}
void request_turn(weft_runtime *rt);
// d, which was not queued in its parent, is from now on, and so are those above; or the host is asked for a turn.
void ready_in_parent(weft_worker *w, weft_domain *d, weft_worker *from, weft_why why);
// The last task of a domain has ended: whoever closes it or an ancestor is woken.
void domain_emptied(weft_domain *domain);
// It has nothing ready and left the path that runs: it goes if it was closed from within.
void slice_ended(weft_domain *domain);
weft_status make_domain(weft_runtime *rt, weft_domain *parent, const weft_domain_attr *attr,
                        weft_domain **out, char *error, size_t error_size);
void destroy_domain(weft_domain *domain);

// --- Dispatch (dispatch.cpp)

// Where a worker's lots begin; the same in every run.
constexpr uint64_t kFirstLots = 0x9e3779b97f4a7c15;

// The slice of a child domain is over, and what it was picked for.
void give_back(weft_worker *w, weft_domain *child);
// Somebody waits for its end: tasks that are not daemons, or a shutdown. With the lock.
bool has_work(const weft_runtime *rt);
// Keeps the host's loop alive exactly while there is work: told at a turn's end, and by what changes it outside of turns, on the loop's
// thread. The second one from any stack.
void tell_hold(weft_runtime *rt);
void tell_hold_outside(weft_runtime *rt);
// Runs the root until nothing is ready or the turn is over. Without a lock of its own in between where it is parallel.
void run_slice(weft_worker *w, weft_domain *domain, uint32_t picks);
extern const weft_tag park_tag;
struct DispatchTable {
  uint32_t count, flags;
  weft_handler entry[3];
};
extern const DispatchTable dispatch_on;
inline const weft_handlers *dispatch_handlers() {
  return reinterpret_cast<const weft_handlers *>(&dispatch_on);
}
// It is the thread's own stack: nobody is suspended from it. A task that runs has called weft_call_native, and does not wait in
// there but answers as outside of tasks.
inline bool on_native_stack() { return weft_tls.current == &weft_root_cb; }
// The running continuation is a task's own and was resumed by the dispatch loop: no handler of the
// language stands between.
inline bool only_dispatch_above() {
  return (reinterpret_cast<uintptr_t>(weft_tls.current->on) & ~uintptr_t{1}) ==
         reinterpret_cast<uintptr_t>(&dispatch_on);
}

// The host's clock, read on the native stack: tasks have small ones (park.cpp).
uint64_t read_clock(weft_runtime *rt);

// --- Turn (turn.cpp)

// Called when countdown reaches 0: clock, inbox, timers. True: the turn is over.
bool check_turn(weft_worker *w);
// Begins to count picks.
void grant(weft_worker *w);
// Timers that are due and what foreign threads left. True: there was something.
bool serve_events(weft_worker *w);
bool drain_inbox(weft_worker *w);
// Nothing is left that could run, now or ever: the loop's thread shall see it.
bool is_over(weft_runtime *rt);

// --- Tokens (token.cpp, cq.cpp)

// The dispatch loop got the running task's await. True: it waits; false: it has its answer.
bool await_parked(Task *task, weft_token token, uint64_t deadline_ns);
// Takes the token from a task that waits for it. False: its completion was first.
bool abandon_token(Task *task);
// It waits for a token, and that is kept from cancels (token.h).
bool waits_whoever_cancels(const Task *task);
void token_due(TokenSlot *slot);   // its timer fired
void serve_token(TokenSlot *slot); // it was in the inbox
void drop_tokens_of(weft_runtime *rt);

// --- Schedulers (plugin.cpp, builtins.cpp)

// Finds the scheduler that `spec` names and makes an instance for domain.
weft_status make_scheduler(const char *spec, weft_domain *domain, char *error, size_t error_size);
const weft_sched_ops *const *builtin_schedulers(size_t *count);

// --- Across a fork (fork.cpp)

std::mutex &runtimes_lock(); // of the list of first_runtime
weft_runtime *first_runtime();
std::mutex &schedulers_lock();
[[noreturn, gnu::cold]] void refuse_after_fork(weft_worker *w, Task *task);

weft_status make_default_host(bool virtual_time, const weft_host_ops **ops, void **self, char *error, size_t size);
void attach_default_host(void *self, weft_runtime *rt);
void free_default_host(void *self);
void close_default_host(void *self); // for a child of fork

// --- Configuration (config.cpp)

// WEFT_MIGRATE (migrate.h).
struct Migration {
  bool wanted;
  bool always; // each run on another thread than the one before; else drawn by `seed`
  uint64_t seed;
};

struct Config {
  char sched[512];
  bool sched_from_env;
  uint32_t workers;
  uint32_t stack_class;
  os::Guard guard;
  Migration migrate;
  const char *trace_file; // null: none
  bool stats;
  bool virtual_time; // of a host that the runtime makes
  bool deadlock_is_fatal;
};
// What weft_run answers; with WEFT_DEADLOCK=fatal it does not come back. With the lock.
weft_status found_deadlock(weft_runtime *rt);
weft_status read_config(const weft_runtime_config *given, Config *out, char *error, size_t size);
// Writes one line to error, which may be null; returns status.
weft_status refuse(weft_status status, char *error, size_t size, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void print_stats(weft_runtime *rt);
// What a parked task waits for, as dumps say it; "" for others.
const char *waits_of(const Task &task);

} // namespace weft
