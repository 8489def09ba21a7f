// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The calls for looking inside a runtime: weft/dump.h, and their short forms in task.h and backtrace.h. dump_view.h
// has what is known of a task. But for backtraces nothing is allocated, so that they can be called when little works
// any more.
#include "dump_view.h"
#include "os/os.h"
#include "parallel.h"
#include "worker.h"
#include "weft/backtrace.h"
#include "weft/dump.h"

#include <cerrno>
#include <ucontext.h>
#include <unistd.h>

namespace weft {
namespace {

void write_to_fd(void *fd, const char *bytes, size_t size) {
  while (size) {
    ssize_t n = write(*static_cast<int *>(fd), bytes, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return;
    bytes += n;
    size -= static_cast<size_t>(n);
  }
}

void dump_native(void *arg) {
  auto *call = static_cast<DumpCall *>(arg);
  os::Symbols symbols;
  call->symbols = &symbols;
  call->now = call->rt->host.now(call->rt->host_self);
  int before = errno;
  if (call->flags & WEFT_DUMP_JSON)
    dump_json(*call);
  else
    dump_text(*call);
  errno = before;
}

} // namespace
} // namespace weft

using namespace weft;

extern "C" {

void weft_visit_tasks(weft_runtime *rt, void (*visit)(void *arg, const weft_task_info *),
                      void *arg) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !visit)
    return;
  Halt halt(rt);
  task_table().each([&](Task &t) {
    if (!is_shown(t, rt))
      return;
    __atomic_store_n(&t.flags, static_cast<uint8_t>(t.flags | kTaskShown), __ATOMIC_RELAXED);
    const char *state = runs_on(rt, &t) ? "running" : t.ent.reserved == kEntParked ? "parked" : "ready";
    weft_task_info info = {handle_of(&t), t.ent.id, t.name, state, waits_of(t), t.domain->ent.id, task_word(t)};
    visit(arg, &info);
  });
}

[[gnu::noinline]] weft_status weft_task_backtrace(weft_task handle, size_t limit,
                                                  weft_backtrace_line line, void *arg) {
  Task *task = find_task(handle);
  if (!task || state_of(&task->ent) == kEntDone)
    return WEFT_E_STALE;
  weft_runtime *rt = runtime_of(task); // it may be ending
  if (!line || !on_loop(rt))
    return WEFT_E_INVAL;
  Halt halt(rt);
  if (find_task(handle) != task || state_of(&task->ent) == kEntDone)
    return WEFT_E_STALE; // it ended meanwhile
  if (!limit)
    return WEFT_OK;
  if (task == worker_here(task->rt)->running) {
    backtrace(nullptr, 1, limit, line, arg);
    return WEFT_OK;
  }
  if (runs_on(task->rt, task))
    return WEFT_E_BUSY;
  return task->cb ? backtrace_suspended(task->cb, limit, line, arg) : WEFT_OK;
}

[[gnu::noinline]] weft_status weft_dump_to(weft_runtime *rt, uint32_t flags, weft_dump_sink sink, void *arg) {
  if (!rt)
    rt = runtime_here();
  if (!rt || !sink || !on_loop(rt) || flags & ~uint32_t{WEFT_DUMP_JSON | WEFT_DUMP_STACKS})
    return WEFT_E_INVAL;
  Halt halt(rt);
  // What the running task shows begins with its call of this function.
  ucontext_t here;
  if (flags & WEFT_DUMP_STACKS)
    getcontext(&here);
  DumpCall call = {};
  call.rt = rt;
  call.flags = flags;
  call.sink = sink;
  call.arg = arg;
  call.context = flags & WEFT_DUMP_STACKS ? &here : nullptr;
  call_native(dump_native, &call);
  return flags & WEFT_DUMP_STACKS && !walk_ready() ? WEFT_E_NOTFOUND : WEFT_OK;
}

void weft_dump(weft_runtime *rt, int fd) { weft_dump_to(rt, WEFT_DUMP_TEXT, write_to_fd, &fd); }

void weft_dump_stacks(weft_runtime *rt, int fd) { weft_dump_to(rt, WEFT_DUMP_STACKS, write_to_fd, &fd); }
}
