// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// A task's record, and what the task level's files ask of each other about one task.
//
// The idea: a task belongs to its loop's thread. Everything about it is plain memory that only this
// thread touches, so that yield, park and wake cost no atomic instruction; all but `note`. There
// foreign threads leave what they want (a wake, a cancel), one CAS decides who puts the record into
// the runtime's inbox, and the loop's thread acts on it before its next pick. So a wake that races
// with a park is not a race at all: it is looked at before or after the park, never during.
//
// States: Ready covers running too (the running task is runtime->running), so that a yield writes
// nothing here. A task becomes Parked on the dispatch loop's stack, after its switch has saved it,
// and Ready by `unpark` alone.
//
// Rejected: an atomic state word with a CAS at each transition (two of them per channel operation
// cost as much as the switch itself: see FINDINGS on the spinlock in `ready`); it comes when tasks
// may move between workers.
#pragma once

#include "inbox.h"
#include "record_table.h"
#include "timer.h"
#include "weft/task.h"

#include <atomic>

namespace weft {

// In weft_ent::reserved, so that the check at a pick reads the line it has just loaded.
enum EntState : uint32_t {
  kEntFree = 0,
  kEntReady = 1, // queued, or picked and not parked since
  kEntParked = 2,
  kEntDone = 3,
  kEntAhead = 4 // ready, and picked ahead of its run (weft_domain::line)
};

inline bool is_ready(const weft_ent &ent) {
  return ent.reserved == kEntReady || ent.reserved == kEntAhead;
}
// Begun or to begin, and not done.
inline bool is_alive(const weft_ent &ent) { return is_ready(ent) || ent.reserved == kEntParked; }

enum class WaitKind : uint32_t {
  None,
  Wake,   // weft_park: for weft_wake
  Object, // task_park: for task_wake of a channel, a lock, ...
  Sleep,
  Join,
  Close, // for a domain to empty
  Stack, // its first pick found no memory for a stack
  Token
};

enum TaskFlags : uint32_t {
  kTaskDetached = 1,
  kTaskDaemon = 2,
  kTaskPermit = 8,        // a weft_wake came before its weft_park
  kTaskCancelled = 16,    // weft_cancelled
  kTaskReleaseLater = 32, // in the inbox: the record goes back when it has been taken out
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

struct alignas(128) Task {
  weft_ent ent;

  // One cache line, all that a yield touches.
  weft_cb *cb = nullptr;             // null before the first pick
  uint64_t answer0 = 0, answer1 = 0; // what the next resume hands over
  weft_domain *domain = nullptr;
  int errno_value = 0;
  uint32_t flags = 0;
  weft_task handle = 0;
  uint64_t word = 0;
  const char *waits = nullptr;

  // Parks and wakes.
  WaitKind wait = WaitKind::None;
  weft_status result = WEFT_OK; // why its park ended
  uint32_t cancels = 0;         // not yet answered
  weft_why why = WEFT_WHY_NEW;
  Timer timer{0, TimerKind::Task};
  weft_token token = 0; // what it awaits
  Task *woken_next = nullptr;
  Task *joiner = nullptr;
  weft_runtime *rt = nullptr;

  // Foreign threads.
  std::atomic<uint64_t> note{UINT64_C(1) << WEFT_SLOT_BITS};
  InboxNode inbox{nullptr, InboxKind::Task};
  uint32_t slot = 0;
  uint32_t stack_class = 0;
  Task *free_next = nullptr;
  weft_task_fn fn = nullptr;
  void *arg = nullptr;

  char name[kNameSize] = {};
};
static_assert(offsetof(Task, cb) == 64);

using TaskTable = RecordTable<Task>;
TaskTable &task_table();

// The record of a live or joinable task; null when the handle is stale. The loop's thread of its
// runtime, or a thread that checks the note before it touches anything else.
Task *find_task(weft_task handle);

// The running task of this thread; null outside.
Task *running_task();

// Parks the running task. WEFT_OK by unpark(.., WEFT_OK), else what unpark said: WEFT_E_CANCELLED,
// WEFT_E_TIMEOUT. A cancel that is pending answers at once.
weft_status park_running(Task *task, WaitKind kind, uint64_t deadline_ns);
// Ends the park of a Parked task. The loop's thread.
void unpark(Task *task, weft_status result, weft_why why);
// The same with WEFT_OK, if it still waits so: a cancel may have been first.
inline void unpark_if(Task *task, WaitKind kind) {
  if (task->ent.reserved == kEntParked && task->wait == kind)
    unpark(task, WEFT_OK, WEFT_WHY_WAKE);
}
// weft_wake and weft_cancel on the loop's thread, for a task that is not done.
void wake_here(Task *task);
void cancel_here(Task *task);
// What the inbox holds for a task.
void serve_note(Task *task);

// Makes the record free for another task; the handle is stale from now on.
void release_task(Task *task);
// The body of every task.
[[noreturn]] void task_body(void *task);
// The dispatch loop saw its body return.
void finish_task(Task *task);

} // namespace weft
