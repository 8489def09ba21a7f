// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// One task as dumps show it, put together from its record and from what it waits in. dump_text.cpp and dump_json.cpp
// print the same views.
//
// A view may be made while the loop's thread is interrupted anywhere (dump_signal.cpp). So it reads each record as it
// is, follows no list, and looks into objects, which are the program's memory, by os::read_memory alone.
#pragma once

#include "attributes.h"
#include "backtrace.h"
#include "dump_writer.h"
#include "runtime.h"
#include "task.h"

namespace weft {

struct Named {
  uint64_t id; // 0: none
  char name[kNameSize];
};

struct TaskView {
  uint64_t id;
  char name[kNameSize];
  const char *state; // "running", "ready", "parked"
  const char *waits; // "" unless it is parked
  uint64_t since;    // on the host's clock
  const weft_domain *domain;
  uint32_t stack_class;
  bool has_stack;
  size_t stack_used; // 0 while it runs
  int64_t worker;    // whose number runs it; -1: nobody, or there is only one

  // What else is known of the wait; `wait` says which of them.
  WaitKind wait;
  const void *object; // null: none
  bool object_read;   // what follows of it was there to be read
  size_t count, capacity;
  bool closed;
  Named other;        // a lock's holder, a task that is joined, a domain that is closed
  bool loop_holds;    // the lock is held outside of tasks
  weft_token token;
  int fd;             // -1: none
  uint64_t deadline;  // WEFT_NEVER: none
};

struct DumpCall {
  weft_runtime *rt;
  uint32_t flags; // WEFT_DUMP_*
  DumpWriter::Sink sink;
  void *arg;
  void *context;     // a ucontext_t: what runs; null: none of the tasks does
  size_t skip;       // of its frames
  bool interrupted;  // by a signal, at any instruction: nothing may be allocated, locked or called
  uint64_t now;      // on the host's clock
  os::Symbols *symbols;
};

bool is_shown(const Task &task, const weft_runtime *rt);
TaskView view_of(const Task &task, const DumpCall &call);
// Its cases, of which there are view.count; false when they cannot be read.
bool select_case_of(const TaskView &view, size_t index, bool *sends, const void **channel);
const char *class_name(uint32_t stack_class);
// What keeps the tasks of call's runtime apart from what else exists.
struct ContinuationCounts {
  uint64_t made, idle, in_tasks, others; // others: outside of this runtime's tasks, or another thread's idle ones
};
ContinuationCounts count_continuations(const DumpCall &call);
// A task's frames, where it waits or, with call.context, runs. May a task's stack be walked? One that is being
// switched to or from is not.
bool can_walk(const Task &task, const DumpCall &call);
void frames_of(const Task &task, const DumpCall &call, FrameVisit visit, void *arg);

void dump_text(const DumpCall &call);
void dump_json(const DumpCall &call);
// Lines for each worker and domain, as in the text; each begins with `indent`.
void write_all_counters(DumpWriter &out, const char *indent, weft_runtime *rt, uint64_t now);

// "root/inner": names, or numbers where there is none.
void write_path(DumpWriter &out, const weft_domain *domain, char quote);
// Parents before children.
template <typename F> void each_domain(const weft_domain *d, F &&f, int depth = 0) {
  if (!d || depth == 64)
    return;
  f(*d);
  for (const weft_domain *c = d->first_child; c; c = c->next_sibling)
    each_domain(c, f, depth + 1);
}

} // namespace weft
