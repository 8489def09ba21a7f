// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// WEFT_TRACE=file: events as JSON lines, through a buffer that is written when it is full, at exit
// and before an abort.
//
// A disk that is full must not change what the program does: the first error is told once, and
// tracing stops. The second runtime of a process writes to FILE.2, and so on: turns of two runtimes
// would not make one story. Times are CLOCK_MONOTONIC whatever the host's clock says, because a
// timeline of virtual time shows nothing, and because a host's function may not run on a task's
// stack.
#include "trace.h"

#include "binding.h"
#include "held.h"
#include "utf8.h"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <mutex>
#include <unistd.h>

namespace weft {

struct Trace {
  weft_runtime *rt = nullptr;
  int fd = -1;
  bool stopped = false;
  char file[512];
  Trace *next = nullptr;
  size_t used = 0;
  char buffer[1 << 16];
};

namespace {

constexpr size_t kLongestLine = 768;

struct Traces {
  std::mutex lock;
  Trace *first = nullptr;
  uint32_t opened = 0;
};
constinit Traces all_traces;
Traces &traces() { return all_traces; }

void flush(Trace *trace) {
  size_t done = 0;
  while (!trace->stopped && done < trace->used) {
    ssize_t n = write(trace->fd, trace->buffer + done, trace->used - done);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      trace->stopped = true;
      char text[640];
      int length = snprintf(text, sizeof text, "weft: trace %s: %s; tracing stops\n", trace->file,
                            strerrordesc_np(errno));
      (void)!write(STDERR_FILENO, text, static_cast<size_t>(length));
    }
  }
  trace->used = 0;
}

// Workers go on writing while the process ends. Not for ever: who has the lock may be the one that ends it.
bool hold_for_flush(weft_runtime *rt) {
  weft_worker *w = this_worker();
  if (rt->workers <= 1 || (w && w->rt == rt && w->holds))
    return false;
  const timespec pause = {0, 1000000};
  for (int i = 0; i < 200; ++i) {
    if (rt->lock.try_lock())
      return true;
    nanosleep(&pause, nullptr);
  }
  return false;
}

// abort() by anybody, or the signal alone: what is in the buffer is what one wants to see then. The
// signal is held until the return, and ends the process there.
void on_abort(int) {
  flush_traces();
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
}

void catch_abort() {
  struct sigaction old;
  if (sigaction(SIGABRT, nullptr, &old) == 0 && old.sa_handler == SIG_DFL) {
    struct sigaction ours = {};
    ours.sa_handler = on_abort;
    ours.sa_flags = SA_ONSTACK;
    sigaction(SIGABRT, &ours, nullptr);
  }
}

// One line, put together in the buffer itself.
class Line {
public:
  Line(weft_runtime *rt, const char *ev) : trace_(rt->trace) {
    if (trace_->used + kLongestLine > sizeof trace_->buffer)
      flush(trace_);
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    at_ = trace_->buffer + trace_->used;
    text("{\"t\":");
    number(static_cast<uint64_t>(now.tv_sec) * 1000000000 + static_cast<uint64_t>(now.tv_nsec));
    text(",\"ev\":\"");
    text(ev);
    *at_++ = '"';
    if (rt->workers > 1)
      add("w", worker_here(rt)->index);
  }
  ~Line() {
    *at_++ = '}';
    *at_++ = '\n';
    if (trace_->stopped)
      return;
    trace_->used = static_cast<size_t>(at_ - trace_->buffer);
  }
  Line(const Line &) = delete;

  Line &add(const char *key, uint64_t value) {
    begin(key);
    number(value);
    return *this;
  }
  Line &add(const char *key, const char *value, size_t most = 64) {
    begin(key);
    *at_++ = '"';
    // A line has room for its longest: a name of 31 bytes and a text of 64, or one of 100, all escaped.
    auto *from = reinterpret_cast<const unsigned char *>(value);
    for (size_t left = most; *from && left;) {
      size_t n = character(from);
      if (n > left)
        break;
      if (n == 0) {
        text("\\ufffd");
        n = 1;
      } else if (*from < 0x20) {
        at_ += sprintf(at_, "\\u%04x", *from);
      } else {
        if (*from == '"' || *from == '\\')
          *at_++ = '\\';
        memcpy(at_, from, n);
        at_ += n;
      }
      from += n;
      left -= n;
    }
    *at_++ = '"';
    return *this;
  }
  Line &ent(const weft_ent *ent) {
    return add(ent->kind == WEFT_ENT_TASK ? "task" : "child", ent->id);
  }

private:
  void text(const char *s) {
    size_t n = strlen(s);
    memcpy(at_, s, n);
    at_ += n;
  }
  void begin(const char *key) {
    text(",\"");
    text(key);
    text("\":");
  }
  void number(uint64_t v) {
    char digits[20];
    int n = 0;
    do
      digits[n++] = static_cast<char>('0' + v % 10);
    while (v /= 10);
    while (n)
      *at_++ = digits[--n];
  }

  Trace *trace_;
  char *at_;
};

const char *name_of(weft_why why) {
  static const char *const names[] = {"new",   "wake",   "yield", "preempt",
                                      "timer", "cancel", "child"};
  return names[why];
}

// "#3": task 3; "host": its loop, outside of tasks.
struct By {
  char text[24];
  By(weft_runtime *rt, const char *what) {
    const weft_worker *w = worker_here(rt);
    if (w->running)
      snprintf(text, sizeof text, "#%llu", (unsigned long long)w->running->ent.id);
    else
      snprintf(text, sizeof text, "%s",
               w->draining                 ? "thread"
               : strcmp(what, "timer") == 0 ? "timer"
                                            : "host");
  }
};

} // namespace

weft_status open_trace(const char *file, weft_runtime *rt, char *error, size_t size) {
  Traces &all = traces();
  std::lock_guard<std::mutex> hold(all.lock);
  auto *trace = new (std::nothrow) Trace;
  if (!trace)
    return refuse(WEFT_E_NOMEM, error, size, "no memory for the trace");
  uint32_t nth = all.opened + 1;
  if (nth == 1)
    snprintf(trace->file, sizeof trace->file, "%s", file);
  else
    snprintf(trace->file, sizeof trace->file, "%s.%u", file, nth);
  trace->fd = open(trace->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (trace->fd < 0) {
    int failed = errno;
    refuse(-failed, error, size, "WEFT_TRACE=%s: %s; accepted: a file that can be written",
           trace->file, strerrordesc_np(failed));
    delete trace;
    return -failed;
  }
  if (nth == 1)
    catch_abort();
  all.opened = nth;
  trace->next = all.first;
  all.first = trace;
  trace->rt = rt;
  rt->trace = trace;
  return WEFT_OK;
}

void close_trace(Trace *trace) {
  Traces &all = traces();
  std::lock_guard<std::mutex> hold(all.lock);
  Trace **link = &all.first;
  while (*link != trace)
    link = &(*link)->next;
  *link = trace->next;
  flush(trace);
  close(trace->fd);
  delete trace;
}

std::mutex &traces_lock() { return traces().lock; }

void leave_traces() {
  for (Trace *trace = traces().first; trace; trace = trace->next) {
    trace->stopped = true;
    trace->used = 0;
    close(trace->fd);
    trace->fd = -1;
  }
}

namespace {

void flush_all(const char *why) {
  // The list without its lock: before an abort whoever holds it may be gone for good.
  for (Trace *trace = traces().first; trace; trace = trace->next) {
    bool held = hold_for_flush(trace->rt);
    if (why && trace->rt->trace == trace) {
      constexpr size_t kMost = 100;
      char line[kMost + 1]; // without its begin, which is the library's name, and its end
      snprintf(line, sizeof line, "%s", strncmp(why, "weft: ", 6) == 0 ? why + 6 : why);
      line[strcspn(line, "\n")] = '\0';
      Line(trace->rt, "fatal").add("text", line, kMost);
    }
    flush(trace);
    if (held)
      trace->rt->lock.unlock();
  }
}

} // namespace

void flush_traces() { flush_all(nullptr); }
void end_traces(const char *why) { flush_all(why); }

namespace event {

void turn_begin(weft_runtime *rt) { Line(rt, "turn").add("turn", rt->stats.turns); }

void turn_end(weft_runtime *rt, bool more) {
  Line(rt, "turn_end").add("turn", rt->stats.turns).add("more", uint64_t{more});
}

void domain_made(weft_domain *d, const char *sched) {
  Line line(d->rt, "domain");
  line.add("domain", d->ent.id)
      .add("parent", d->parent ? d->parent->ent.id : 0)
      .add("name", d->name)
      .add("sched", sched);
  if (d->bind != WEFT_BIND_ANY)
    line.add("bind", binding_name(d->bind));
}

void domain_gone(weft_domain *d) { Line(d->rt, "domain_end").add("domain", d->ent.id); }

void spawn(Task *task) {
  Line(task->rt, "spawn")
      .add("task", task->ent.id)
      .add("domain", task->domain->ent.id)
      .add("by", By(task->rt, "spawn").text)
      .add("name", task->name);
}

void ready(weft_domain *d, weft_ent *ent, weft_why why) {
  Line(d->rt, "ready").ent(ent).add("domain", d->ent.id).add("why", name_of(why));
}

void pick(weft_domain *d, weft_ent *ent) {
  Line(d->rt, "pick").ent(ent).add("domain", d->ent.id);
}

void sent(weft_domain *child) {
  Line(child->rt, "send").add("child", child->ent.id).add("domain", child->parent->ent.id).add("to", binding_name(child->bind));
}

void taken(weft_domain *child) { Line(child->rt, "take").add("child", child->ent.id).add("domain", child->parent->ent.id); }

void run(Task *task) {
  Line(task->rt, "run")
      .add("task", task->ent.id)
      .add("domain", task->domain->ent.id)
      .add("name", task->name);
}

void yielded(Task *task) {
  Line(task->rt, "yield").add("task", task->ent.id).add("domain", task->domain->ent.id);
}

void parked(Task *task, const char *waits) {
  Line(task->rt, "park")
      .add("task", task->ent.id)
      .add("domain", task->domain->ent.id)
      .add("waits", waits);
}

void done(Task *task) {
  Line(task->rt, "done").add("task", task->ent.id).add("domain", task->domain->ent.id);
}

void wake(Task *task, const char *what) {
  Line(task->rt, "wake")
      .add("task", task->ent.id)
      .add("domain", task->domain->ent.id)
      .add("by", By(task->rt, what).text)
      .add("what", what);
}

void slice_end(weft_domain *d, bool more) {
  Line(d->rt, "slice_end").add("child", d->ent.id).add("more", uint64_t{more});
}

void held(weft_domain *d) { Line(d->rt, "hold").add("domain", d->ent.id).add("until", hold_name(d->held)); }

void log(weft_runtime *rt, const char *text) { Line(rt, "log").add("text", text); }

} // namespace event

} // namespace weft
