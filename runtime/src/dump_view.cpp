// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What is known of one task (dump_view.h).
#include "dump_view.h"

#include "channel.h"
#include "collect.h"
#include "cont.h"
#include "dump_signal.h"
#include "mutex.h"
#include "os/os.h"
#include "parallel.h"
#include "token.h"
#include "trim.h"
#include "worker.h"

#include <cstring>
#include <ucontext.h>

namespace weft {

const char *waits_of(const Task &t) {
  if (t.ent.reserved != kEntParked)
    return "";
  if (t.waits && !waits_in_object(t.wait))
    return t.waits;
  switch (t.wait) {
  case WaitKind::Wake:
    return "wake";
  case WaitKind::Sleep:
    return "sleep";
  case WaitKind::Join:
    return "join";
  case WaitKind::Close:
    return "domain to close";
  case WaitKind::Stack:
    return "memory for a stack";
  case WaitKind::Token:
    return "token";
  case WaitKind::Group:
    return "group";
  case WaitKind::Host:
    return "host";
  case WaitKind::Send:
    return t.object ? "channel send" : "channel send (nil)";
  case WaitKind::Receive:
    return t.object ? "channel receive" : "channel receive (nil)";
  case WaitKind::Select: // in its frame, which is there as long as it is parked
    return static_cast<const Selecting *>(t.object)->count ? "select" : "select (no cases)";
  case WaitKind::Mutex:
    return "mutex";
  case WaitKind::Condition:
    return "condition";
  case WaitKind::Semaphore:
    return "semaphore";
  case WaitKind::WaitGroup:
    return "wait group";
  case WaitKind::None:
    break;
  }
  return "";
}

bool is_shown(const Task &t, const weft_runtime *rt) {
  return is_of(t, rt) && is_alive(t.ent);
}

const char *class_name(uint32_t stack_class) {
  static const char *const names[WEFT_STACK_CLASSES] = {"default", "16K", "64K", "256K",
                                                        "1M",      "8M",  "64M", "1G"};
  return stack_class < WEFT_STACK_CLASSES ? names[stack_class] : "?";
}

namespace {

void take_name(char (&to)[kNameSize], const char *name) {
  size_t n = strnlen(name, kNameSize - 1);
  memcpy(to, name, n);
  to[n] = '\0';
}

Named named(const Task *task) {
  Named n = {};
  if (task) {
    n.id = task->ent.id;
    take_name(n.name, task->name);
  }
  return n;
}

void look_into_object(TaskView &v, const Task &t) {
  v.object = t.object;
  if (!v.object)
    return;
  switch (t.wait) {
  case WaitKind::Send:
  case WaitKind::Receive: {
    weft_chan c = {};
    v.object_read = os::read_memory(v.object, &c, sizeof c);
    v.count = c.count;
    v.capacity = c.capacity;
    v.closed = c.closed;
    break;
  }
  case WaitKind::Select: {
    Selecting s = {};
    v.object_read = os::read_memory(v.object, &s, sizeof s);
    v.count = s.count;
    v.object = s.cases;
    break;
  }
  case WaitKind::Mutex: {
    weft_mutex m;
    v.object_read = os::read_memory(v.object, &m, sizeof m);
    if (!v.object_read)
      break;
    v.loop_holds = m.owner == owner_word(nullptr);
    if (!v.loop_holds)
      v.other = named(find_task(m.owner));
    break;
  }
  default: {
    int64_t count = 0; // of a semaphore or a wait group; a condition has none
    v.object_read =
        t.wait != WaitKind::Condition && os::read_memory(v.object, &count, sizeof count);
    v.count = static_cast<size_t>(count);
  }
  }
  if (!v.object_read)
    v.count = v.capacity = 0;
}

void look_at_token(TaskView &v, const Task &t) {
  v.token = t.token;
  TokenSlot *slot = v.token ? token_table().at(slot_of(v.token)) : nullptr;
  if (slot && slot->fd_token == v.token)
    v.fd = slot->fd;
}

uint64_t deadline_of(const Task &t) {
  const Timer *timer = &t.timer;
  if (t.wait == WaitKind::Token) {
    TokenSlot *slot = t.token ? token_table().at(slot_of(t.token)) : nullptr;
    if (!slot)
      return WEFT_NEVER;
    timer = &slot->timer;
  }
  uint64_t deadline;
  const uint64_t *at = t.rt->timers.deadline_at(timer);
  return at && os::read_memory(at, &deadline, sizeof deadline) ? deadline : WEFT_NEVER;
}

// Down to where it was left, or to where it waits for a continuation of its own.
size_t stack_used(weft_cb *cb) {
  weft_cb *in = innermost(cb);
  const void *low = suspended_low(cb);
  for (int i = 0; in != cb && in && i < 1000000; ++i) {
    low = in->psp;
    in = in->parent;
  }
  auto used = static_cast<size_t>(cold(cb)->stack_top - static_cast<const char *>(low));
  return used < (size_t(1) << 30) ? used : 0;
}

} // namespace

bool can_walk(const Task &t, const DumpCall &call) {
  if (!t.cb || runs_on(call.rt, &t))
    return false;
  if (!call.interrupted)
    return true;
#if defined(WEFT_PORT_PORTABLE) // its walk goes to the frames (backtrace.h)
  return false;
#else
  const weft_cb *running = weft_tls.current;
  while (running != &weft_root_cb && running->parent != &weft_root_cb)
    running = running->parent;
  if (running == t.cb || weft_tls.free_list[t.cb->stack_class % WEFT_STACK_CLASSES] == t.cb)
    return false;
  auto *sp = static_cast<const char *>(os::interrupted_stack_pointer(call.context));
  return sp < cold(t.cb)->stack_low || sp >= cold(t.cb)->stack_top;
#endif
}

void frames_of(const Task &t, const DumpCall &call, FrameVisit visit, void *arg) {
  constexpr size_t kFrames = 64;
  if (&t == worker_here(call.rt)->running) {
    if (call.context && walk_ready()) // else it would be this call's own frames
      each_frame(call.context, call.skip, kFrames, visit, arg, call.symbols, call.interrupted);
  } else if (can_walk(t, call)) {
    // Interrupted in the few instructions in which a task ends, its record still names what was left on its stack.
    sigjmp_buf here;
    if (call.interrupted) {
      if (sigsetjmp(here, 0)) {
        fault_returns_to = nullptr;
        return;
      }
      fault_returns_to = &here;
    }
    each_suspended_frame(t.cb, kFrames, visit, arg, call.symbols);
    fault_returns_to = nullptr;
  }
}

TaskView view_of(const Task &t, const DumpCall &call) {
  TaskView v = {};
  v.id = t.ent.id;
  take_name(v.name, t.name);
  v.since = t.since;
  v.domain = t.domain;
  v.stack_class = stack_class_of(t);
  v.has_stack = t.cb != nullptr;
  v.fd = -1;
  v.deadline = WEFT_NEVER;
  v.waits = "";
  if (can_walk(t, call))
    v.stack_used = stack_used(t.cb);
  v.worker = -1;
  if (const weft_worker *w = runs_on(call.rt, &t)) {
    v.state = "running";
    if (call.rt->workers > 1)
      v.worker = w->index;
    return v;
  }
  if (t.ent.reserved != kEntParked) {
    v.state = "ready";
    return v;
  }
  v.state = "parked";
  v.wait = t.wait;
  v.waits = waits_of(t);
  v.deadline = deadline_of(t);
  if (waits_in_object(t.wait))
    look_into_object(v, t);
  else if (t.wait == WaitKind::Token)
    look_at_token(v, t);
  else if (t.wait == WaitKind::Join)
    v.other = named(t.joins);
  else if (t.wait == WaitKind::Close) {
    v.other.id = t.closes->ent.id;
    take_name(v.other.name, t.closes->name);
  }
  return v;
}

bool select_case_of(const TaskView &v, size_t index, bool *sends, const void **channel) {
  weft_select_case c = {};
  if (!os::read_memory(static_cast<const weft_select_case *>(v.object) + index, &c, sizeof c))
    return false;
  *sends = c.op == WEFT_SELECT_SEND;
  *channel = c.chan;
  return true;
}

ContinuationCounts count_continuations(const DumpCall &call) {
  ContinuationCounts n = {};
  n.made = slot_count() ? slot_count() - 1 : 0;
  n.in_tasks = bound_stacks(call.rt);
  if (!call.interrupted) { // they are counted under a lock
    IdleCounts idle = idle_counts();
    n.idle = idle.cached + idle.trimmed;
  }
  uint64_t known = n.idle + n.in_tasks;
  n.others = n.made > known ? n.made - known : 0;
  return n;
}

void write_path(DumpWriter &out, const weft_domain *d, char quote) {
  const weft_domain *path[64];
  int n = 0;
  for (; d && n < 64; d = d->parent)
    path[n++] = d;
  while (n--) {
    char name[kNameSize];
    take_name(name, path[n]->name);
    if (name[0])
      out.escaped(name, quote);
    else
      out.text("#").number(path[n]->ent.id);
    if (n)
      out.text("/");
  }
}

} // namespace weft
