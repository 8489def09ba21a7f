// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A task's record, and what the task level's files ask of each other about one task.
//
// The idea: a task belongs to its loop's thread, or with several workers to who has the runtime's lock. Everything about it
// is plain memory, so that with one worker yield, park and wake cost no atomic instruction; all but `note`. There
// foreign threads leave what they want (a wake, a cancel), one CAS decides who puts the record into
// the runtime's inbox, and the loop's thread acts on it before its next pick. So a wake that races
// with a park is not a race at all: it is looked at before or after the park, never during.
//
// States: Ready covers running too (the running task is its worker's `running`), so that a yield writes
// nothing here. A task becomes Parked on the dispatch loop's stack, after its switch has saved it,
// and Ready by `unpark`; in a parallel runtime (parallel.h) also by who finds it in an object, and one exchange says who
// of them did it (claim_parked).
//
// Rejected: an atomic state word with a CAS at each transition for everybody (two of them per channel operation
// cost as much as the switch itself: see FINDINGS on the spinlock in `ready`).
#pragma once

#include "inbox.h"
#include "record_table.h"
#include "timer.h"
#include "watch.h"
#include "weft/lowered.h"
#include "weft/task.h"

#include <atomic>

struct weft_select_case;
struct weft_group;

namespace weft {

// In weft_ent::reserved, so that the check at a pick reads the line it has just loaded.
enum EntState : uint32_t {
  kEntFree = 0,
  kEntReady = 1, // queued, or picked and not parked since
  kEntParked = 2,
  kEntDone = 3,
  kEntAhead = 4, // ready, and picked ahead of its run (weft_domain::line)
  kEntWatched = 5 // as kEntReady, and not picked since it was made this (watch.h)
};

inline bool is_ready(const weft_ent &ent) {
  return ent.reserved == kEntReady || ent.reserved == kEntAhead || ent.reserved == kEntWatched;
}
// Begun or to begin, and not done.
inline bool is_alive(const weft_ent &ent) { return is_ready(ent) || ent.reserved == kEntParked; }

enum class WaitKind : uint32_t {
  None,
  Wake, // weft_park: for weft_wake
  Sleep,
  Join,
  Close, // for a domain to empty
  Stack, // its first pick found no memory for a stack
  Token,
  Group, // for a group's children to end
  Host, // for the host's thread to do something (worker.h)
  // task_park: for task_wake of an object. From here on, so that one comparison tells them.
  Send,
  Receive,
  Select,
  Mutex,
  Condition,
  Semaphore,
  WaitGroup
};
inline bool waits_in_object(WaitKind kind) { return kind >= WaitKind::Send; }

enum TaskFlags : uint32_t {
  kTaskDetached = 1,
  kTaskDaemon = 2,
  kTaskPermit = 8,        // a weft_wake came before its weft_park
  kTaskCancelled = 16,    // weft_cancelled
  kTaskShown = 4,         // its handle was, by weft_visit_tasks
  kTaskReleaseLater = 32, // in the inbox: the record goes back when it has been taken out
  kTaskUnclean = 64,      // it has a name or attributes, said what it waits for, or was told of as lost
  kTaskScoped = 128,      // it has open scopes (scope.h)
};

// What the task itself says, and who spawns it: no lock is needed for these.
enum TaskOwn : uint8_t {
  kOwnWord = 1,   // `word` was written
  kOwnHandle = 2, // its handle was given away: others may wake, cancel or join it
};

// The note: generation in the upper 40 bits, then what foreign threads ask for.
enum : uint64_t {
  kNoteQueued = 1, // in the inbox
  kNoteWake = 2,
  kNoteDone = 4, // has ended: all asks are stale
  kNoteCancelOne = 1 << 8,
  kNoteCancelMask = 0xffff00,
  kNoteMask = 0xffffff
};

constexpr size_t kNameSize = 32; // of tasks and domains
// The part of name that fits, in whole characters.
void copy_name(char (&to)[kNameSize], const char *name);

struct Task;
struct Scope;

// In bit 0 of Task::rt: the record is free, and may be another runtime's next, so nobody looks at it without its handle
// (watch.h).
constexpr uintptr_t kTaskFree = 1;
inline weft_runtime *as_free(weft_runtime *rt) {
  return reinterpret_cast<weft_runtime *>(reinterpret_cast<uintptr_t>(rt) | kTaskFree);
}

// Four cache lines, by when they are touched. A yield touches the first two, and so do a spawn, the first run and the
// end of a task that does not wait: what lies in the others is clean when a record is free (clean_record).
// Dumps and debug_tasks.cpp know its fields.
struct alignas(128) Task {
  weft_ent ent; // its `next` links those made ready and not yet handed over (ready_later), and free records

  weft_cb *cb = nullptr; // null before the first pick
  union {
    uint64_t answer0; // what the next resume hands over
    weft_task_fn fn = nullptr; // before the first
  };
  union {
    uint64_t answer1;
    void *arg = nullptr;
  };
  weft_domain *domain = nullptr;
  weft_runtime *rt = as_free(nullptr); // runtime_of
  // Foreign threads'.
  std::atomic<uint64_t> note{UINT64_C(1) << WEFT_SLOT_BITS};
  uint64_t since = 0; // when it was last parked, or ready after that: the turn's clock, for dumps; its own of who is `sampled`
  union {
    int errno_value = 0;
    uint32_t stack_class; // while cb is null
  };
  uint8_t own = 0;   // kOwn
  uint8_t flags = 0; // kTask
  // Together: of who runs it, or makes it ready.
  uint16_t why : 3 = WEFT_WHY_NEW;
  uint16_t in_call : 1 = 0; // parked while it held the runtime's lock
  uint16_t sampled : 1 = 0; // counters.h
  uint16_t readied_by : 11 = 0; // the worker, where there are several; kNobody

  // Parks and wakes.
  union { // what it waits for, as `wait` says; others leave it as it was
    weft_token token = 0;
    const void *object; // a weft_chan, null for none; a Selecting; a weft_mutex, ...
    Task *joins;
    weft_domain *closes;
    weft_group *group;
    Task *next_stackless; // weft_runtime::stackless
  };
  Task *joiner = nullptr;
  const char *waits = nullptr;
  uint64_t word = 0; // task_word
  Timer timer{0, TimerKind::Task};
  WaitKind wait = WaitKind::None;
  uint32_t cancels = 0;         // not yet answered; kCancel
  weft_status result = WEFT_OK; // why its park ended
  uint32_t slot = 0;
  Scope *scopes = nullptr; // the innermost one that is open (scope.h)

  // Little used.
  InboxNode inbox{nullptr, InboxKind::Task}; // its half: whose thread ran it last (migrate.cpp); its word: attributes.h, 0: those that everybody has
  Watched watched;
  char name[kNameSize] = {};

  // At a distance that is a power of two the first two lines of all records would share half of the cache sets.
  static constexpr size_t kGap = 128;
  Task *next_free() const { return reinterpret_cast<Task *>(ent.next); }
  void set_next_free(Task *next) { ent.next = reinterpret_cast<weft_ent *>(next); }
};
static_assert(sizeof(Task) == 256 && offsetof(Task, cb) == 64 && offsetof(Task, token) == 128 && offsetof(Task, inbox) == 192);

// Which runtime's it is, or was while it is free. For any thread; of a task that is not free `rt` is it.
inline weft_runtime *runtime_of(const Task *task) {
  auto word = reinterpret_cast<uintptr_t>(__atomic_load_n(&task->rt, __ATOMIC_ACQUIRE));
  return reinterpret_cast<weft_runtime *>(word & ~kTaskFree);
}
inline void mark_free(Task *task) { __atomic_store_n(&task->rt, as_free(task->rt), __ATOMIC_RELAXED); }

inline weft_task handle_of(const Task *task) {
  return make_handle(task->slot, generation_of(task->note.load(std::memory_order_relaxed)));
}
// Of a task that is not free. The handle is from any time.
inline bool has_handle(const Task *task, weft_task handle) {
  return generation_of(task->note.load(std::memory_order_acquire)) == generation_of(handle);
}
inline void say_own(Task *task, TaskOwn what) {
  __atomic_store_n(&task->own, static_cast<uint8_t>(task->own | what), __ATOMIC_RELAXED);
}
// For whoever asked for it.
inline weft_task give_handle(Task *task) {
  if (!(task->own & kOwnHandle))
    say_own(task, kOwnHandle);
  return handle_of(task);
}
// Nobody has its handle, so nobody's note can come: its own needs no exchange. The task has ended.
inline bool is_unknown(const Task *task) {
  return !(task->own & kOwnHandle) && !(__atomic_load_n(&task->flags, __ATOMIC_RELAXED) & kTaskShown);
}
inline uint64_t task_word(const Task &task) { return __atomic_load_n(&task.own, __ATOMIC_RELAXED) & kOwnWord ? task.word : 0; }
inline uint32_t stack_class_of(const Task &task) { return task.cb ? task.cb->stack_class : task.stack_class; }

using TaskTable = RecordTable<Task>;
extern constinit TaskTable the_task_table;
inline TaskTable &task_table() { return the_task_table; }

// What a task in a select waits for (WaitKind::Select), in its frame.
struct Selecting {
  const weft_select_case *cases;
  uint32_t count;
};

// The record of a live or joinable task; null when the handle is stale. The loop's thread of its
// runtime, or a thread that checks the note before it touches anything else.
Task *find_task(weft_task handle);

// The running task of this thread; null outside.
Task *running_task();

// Parks the running task. WEFT_OK by unpark(.., WEFT_OK), else what unpark said: WEFT_E_CANCELLED,
// WEFT_E_TIMEOUT. A cancel that is pending answers at once.
weft_status park_running(Task *task, WaitKind kind, uint64_t deadline_ns);
// In a loop over all records, which are others' too, and may become theirs meanwhile.
inline bool is_of(const Task &task, const weft_runtime *rt) { return __atomic_load_n(&task.rt, __ATOMIC_ACQUIRE) == rt; }

// Who cancels looks at the state while others pick, so it is written as it is read. The same instruction.
inline void set_state(weft_ent *ent, uint32_t state) { __atomic_store_n(&ent->reserved, state, __ATOMIC_RELAXED); }

inline uint32_t state_of(const weft_ent *ent) { return __atomic_load_n(&ent->reserved, __ATOMIC_ACQUIRE); }

// From Parked to Ready: of those who race to end the park of a task that waits in an object of a parallel runtime, one
// succeeds. For all others nobody races.
inline bool claim_parked(Task *task) {
  uint32_t parked = kEntParked;
  return __atomic_compare_exchange_n(&task->ent.reserved, &parked, uint32_t{kEntReady}, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_RELAXED);
}
// In Task::cancels, above the count of cancels that wait for their answer: a deadline that the task is in has passed, which
// answers all waits as long as it is set; and it was that which answered the last one.
enum : uint32_t { kCancelPassed = UINT32_C(1) << 31, kCancelWasPassed = UINT32_C(1) << 30, kCancelCount = kCancelWasPassed - 1 };
enum class Took { Nothing, Cancel, Deadline };
// A cancel that is not answered yet is answered by who takes it. Nothing: there is none left.
inline Took take_cancel(Task *task) {
  uint32_t n = __atomic_load_n(&task->cancels, __ATOMIC_RELAXED);
  while (n != 0) {
    uint32_t left = n & kCancelPassed ? n | kCancelWasPassed : n - 1;
    if (__atomic_compare_exchange_n(&task->cancels, &n, left, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
      return left < n ? Took::Cancel : Took::Deadline;
  }
  return Took::Nothing;
}
inline void give_cancel(Task *task) { __atomic_fetch_add(&task->cancels, 1, __ATOMIC_SEQ_CST); }
// What take_cancel took was not told to anybody. A deadline's stays as it is. (The bit that it set does not say which it was: the task
// may have put that aside meanwhile.)
inline void return_cancel(Task *task, Took took) {
  if (took == Took::Cancel)
    give_cancel(task);
}
// How it waits, for who has the runtime's lock and not the object's: what is not in an object does not change meanwhile.
inline WaitKind wait_of(const Task *task) {
  return std::atomic_ref(const_cast<Task *>(task)->wait).load(std::memory_order_relaxed);
}
inline void set_wait(Task *task, WaitKind kind) { std::atomic_ref(task->wait).store(kind, std::memory_order_relaxed); }
inline bool is_parked(const Task *task) { return __atomic_load_n(&task->ent.reserved, __ATOMIC_ACQUIRE) == kEntParked; }
// Ends the park of a Parked task. The loop's thread.
void unpark(Task *task, weft_status result, weft_why why);
// The same with WEFT_OK, if it still waits so: a cancel may have been first.
inline void unpark_if(Task *task, WaitKind kind) {
  if (is_parked(task) && wait_of(task) == kind)
    unpark(task, WEFT_OK, WEFT_WHY_WAKE);
}
// weft_wake and weft_cancel on the loop's thread, for a task that is not done.
void wake_here(Task *task);
void cancel_here(Task *task);
// Ends its present wait, if one can be, and else the next: `cancels` says so already.
void interrupt_here(Task *task);
// What the inbox holds for a task.
void serve_note(Task *task);

void forget_attrs(Task *task); // attributes.cpp
// What the next task in its record relies on. Of one that has ended or never was; flags go back to none by the caller.
inline void clean_record(Task *task) {
  if (__builtin_expect((task->flags & (kTaskUnclean | kTaskCancelled | kTaskScoped)) == 0, 1))
    return;
  task->cancels = 0;
  task->scopes = nullptr;
  task->waits = nullptr;
  if (task->inbox.word != 0)
    forget_attrs(task);
  task->watched.told = false;
  task->name[0] = '\0';
}
// Makes the record free for another task; the handle is stale from now on.
void release_task(Task *task);
// The body of every task.
[[noreturn]] void task_body(void *task);
// The dispatch loop saw its body return.
void finish_task(Task *task);

} // namespace weft
