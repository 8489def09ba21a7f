// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// All tasks of a runtime as they are, as text or one by one. The loop's thread. But for backtraces it
// allocates nothing, so that it can be called when little works any more.
#include "backtrace.h"
#include "exceptions.h"
#include "os/os.h"
#include "runtime.h"
#include "trim.h"
#include "weft/backtrace.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace weft {

namespace {

const char *state_of(const Task &t) {
  if (t.rt->running == &t)
    return "running";
  return t.ent.reserved == kEntParked ? "parked" : "ready";
}

} // namespace

const char *waits_of(const Task &t) {
  if (t.ent.reserved != kEntParked)
    return "";
  if (t.waits)
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
  case WaitKind::Object:
    return "object";
  case WaitKind::None:
    break;
  }
  return "";
}

namespace {

bool alive(const Task &t, const weft_runtime *rt) {
  return t.rt == rt && t.handle != 0 && is_alive(t.ent);
}

// "root/inner": names, or numbers where there is none.
void domain_path(const weft_domain *d, char *out, size_t size) {
  char below[256] = "";
  for (; d; d = d->parent) {
    char with[sizeof below + 64]; // a name is at most 31 bytes
    if (d->name[0])
      snprintf(with, sizeof with, "%s%s%s", d->name, below[0] ? "/" : "", below);
    else
      snprintf(with, sizeof with, "#%llu%s%s", (unsigned long long)d->ent.id, below[0] ? "/" : "",
               below);
    snprintf(below, sizeof below, "%.*s", static_cast<int>(sizeof below - 1), with);
  }
  snprintf(out, size, "%s", below);
}

void write_all(int fd, const char *text, size_t n) {
  while (n) {
    ssize_t w = write(fd, text, n);
    if (w < 0 && errno == EINTR)
      continue;
    if (w <= 0)
      return;
    text += w;
    n -= static_cast<size_t>(w);
  }
}

void write_frame(void *fd, const char *text) {
  write_all(*static_cast<int *>(fd), "  ", 2);
  write_all(*static_cast<int *>(fd), text, strlen(text));
  write_all(*static_cast<int *>(fd), "\n", 1);
}

// With at most `frames` frames of each task that is not running.
void dump(weft_runtime *rt, int fd, size_t frames) {
  if (!rt)
    return;
  static const char *const guards[] = {"none", "mprotect", "MADV_GUARD_INSTALL"};
  char line[512];
  IdleCounts idle = idle_counts();
  int n = snprintf(
      line, sizeof line,
      "weft: %llu tasks; stacks: %llu live, %llu cached, %llu trimmed, guard %s%s\n",
      (unsigned long long)rt->live, (unsigned long long)rt->stacks_bound,
      (unsigned long long)idle.cached, (unsigned long long)idle.trimmed,
      guards[static_cast<uint32_t>(os::guard_kind())],
      exceptions_follow_continuations() ? "" : "; C++ exceptions are the thread's (CONT-13)");
  write_all(fd, line, static_cast<size_t>(n));
  task_table().each([&](Task &t) {
    if (!alive(t, rt))
      return;
    char path[256];
    domain_path(t.domain, path, sizeof path);
    const char *waits = waits_of(t);
    int w = snprintf(line, sizeof line, "  #%llu '%s' %s%s%s in %s\n", (unsigned long long)t.ent.id,
                     t.name, state_of(t), waits[0] ? " for " : "", waits, path);
    size_t length = static_cast<size_t>(w);
    if (length >= sizeof line) { // cut: it ends as a line all the same
      length = sizeof line - 1;
      line[length - 1] = '\n';
    }
    write_all(fd, line, length);
    if (frames && &t != rt->running)
      weft_task_backtrace(t.handle, frames, write_frame, &fd);
  });
}

} // namespace

} // namespace weft

using namespace weft;

extern "C" {

void weft_visit_tasks(weft_runtime *rt, void (*visit)(void *arg, const weft_task_info *),
                      void *arg) {
  if (!rt)
    rt = tls_runtime;
  if (!rt || !visit)
    return;
  task_table().each([&](Task &t) {
    if (!alive(t, rt))
      return;
    weft_task_info info = {t.handle,    t.ent.id,         t.name, state_of(t),
                           waits_of(t), t.domain->ent.id, t.word};
    visit(arg, &info);
  });
}

[[gnu::noinline]] weft_status weft_task_backtrace(weft_task handle, size_t limit,
                                                  weft_backtrace_line line, void *arg) {
  Task *task = find_task(handle);
  if (!task || task->ent.reserved == kEntDone)
    return WEFT_E_STALE;
  if (!line || !on_loop(task->rt))
    return WEFT_E_INVAL;
  if (!limit)
    return WEFT_OK;
  if (task == task->rt->running) {
    backtrace(nullptr, 1, limit, line, arg);
    return WEFT_OK;
  }
  return task->cb ? backtrace_suspended(task->cb, limit, line, arg) : WEFT_OK;
}

void weft_dump(weft_runtime *rt, int fd) { dump(rt ? rt : tls_runtime, fd, 0); }

void weft_dump_stacks(weft_runtime *rt, int fd) { dump(rt ? rt : tls_runtime, fd, 64); }
}
