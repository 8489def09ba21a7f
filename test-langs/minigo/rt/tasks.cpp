// Goroutines are Weft tasks, and channels are Weft's channels. Whose process it is main.cpp and guest.cpp say.
#include "tasks.h"
#include "panic.h"
#include "weft/sync.h"
#include "weft/task.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>

namespace minigo::rt {

void run_all_deferred();

Process process;

namespace {
struct Goexit {};
std::atomic<int64_t> live{1}, last_id{1};

// The task's word is the goroutine's number, tagged, until a record is needed.
uint64_t tagged(int64_t id) { return uint64_t(id) << 1 | 1; }

void end_goroutine() {
  uint64_t w = *weft_task_word();
  if (!(w & 1))
    free(reinterpret_cast<void *>(w));
}

void run_goroutine(void *arg) {
  auto *c = static_cast<Closure *>(arg);
  try {
    c->code(c);
  } catch (Goexit &) {
  }
  live.fetch_sub(1, std::memory_order_relaxed);
  end_goroutine();
}

void run_system(void *arg) {
  auto *c = static_cast<Closure *>(arg);
  c->code(c);
  end_goroutine();
}

void leave_process(void *code) {
  fflush(nullptr);
  exit(int(reinterpret_cast<intptr_t>(code)));
}
} // namespace

void exit_process(int code) {
  out_flush();
  if (weft_self())
    weft_call_native(leave_process, reinterpret_cast<void *>(intptr_t(code)));
  leave_process(reinterpret_cast<void *>(intptr_t(code)));
  abort();
}

Goroutine *current_goroutine() {
  uint64_t *w = weft_task_word();
  if (__builtin_expect(*w & 1, 0)) {
    auto *g = static_cast<Goroutine *>(calloc(1, sizeof(Goroutine)));
    g->id = int64_t(*w >> 1);
    *w = reinterpret_cast<uint64_t>(g);
  }
  return reinterpret_cast<Goroutine *>(*w);
}

int64_t goroutine_id() {
  uint64_t *w = weft_task_word();
  if (!w)
    return 0;
  return *w & 1 ? int64_t(*w >> 1) : reinterpret_cast<Goroutine *>(*w)->id;
}

bool run_program() {
  try {
    mg_program(nullptr);
  } catch (Goexit &) {
    return false;
  }
  return true;
}

void end_main() {
  live.fetch_sub(1, std::memory_order_relaxed);
  end_goroutine();
}

weft_status spawn_main(weft_runtime *rt, weft_domain *domain, void (*fn)(void *), void *arg,
                       uint32_t stack) {
  weft_spawn_attr attr{};
  attr.size = sizeof attr;
  attr.domain = domain;
  attr.stack = stack;
  attr.name = "main";
  attr.flags = WEFT_SPAWN_DETACHED;
  attr.word = tagged(1);
  return weft_spawn(rt, fn, arg, &attr, nullptr);
}

static weft_task spawn(void (*fn)(void *), Closure *c, const char *name, uint32_t stack,
                       uint64_t word, bool detached) {
  weft_spawn_attr attr{};
  attr.size = sizeof attr;
  attr.stack = stack;
  attr.name = name;
  attr.flags = detached ? uint32_t(WEFT_SPAWN_DETACHED) : 0;
  attr.word = word;
  weft_task task = 0;
  weft_status st = weft_spawn(nullptr, fn, c, &attr, &task);
  if (st != WEFT_OK)
    fatal_error(std::string("runtime: cannot start a goroutine: ") + weft_status_text(st));
  return task;
}

extern "C" {

void mg_go(Closure *c, const char *name, int32_t stack) {
  if (!c)
    fatal_error("go of nil func value");
  live.fetch_add(1, std::memory_order_relaxed);
  spawn(run_goroutine, c, name, uint32_t(stack),
        tagged(last_id.fetch_add(1, std::memory_order_relaxed) + 1), true);
}

// Goroutines of the library itself (timers): not counted, not listed.
uint64_t mg_time_system(Closure *c) { return spawn(run_system, c, "timer", 0, tagged(0), true); }
void mg_time_cancel(uint64_t task) { weft_cancel(task); }

weft_chan *mg_chan_make(int64_t elem_size, int64_t n) {
  if (n < 0 || (elem_size && n > (int64_t(1) << 46) / elem_size))
    panic_text("makechan: size out of range");
  weft_chan *c = weft_chan_new(size_t(elem_size), size_t(n));
  if (!c)
    fatal_error("runtime: out of memory");
  return c;
}

void mg_chan_send(weft_chan *c, const void *elem) {
  while (__builtin_expect(!c, 0)) // for ever, also when it is cancelled
    weft_chan_send(c, elem);
  if (__builtin_expect(weft_chan_send(c, elem) == WEFT_E_CLOSED, 0))
    panic_text("send on closed channel");
}

bool mg_chan_recv(weft_chan *c, void *elem) {
  while (__builtin_expect(!c, 0))
    weft_chan_recv(c, elem);
  return weft_chan_recv(c, elem) == WEFT_OK;
}

void mg_chan_close(weft_chan *c) {
  if (!c)
    panic_text("close of nil channel");
  if (weft_chan_close(c) != WEFT_OK)
    panic_text("close of closed channel");
}

int32_t mg_select(weft_select_case *cases, int32_t n, int32_t has_default) {
  if (n == 0) {
    if (has_default)
      return -1;
    for (;;)
      weft_select(cases, 0, 0, WEFT_NEVER);
  }
  int32_t r =
      weft_select(cases, uint32_t(n), has_default ? uint32_t(WEFT_SELECT_DEFAULT) : 0, WEFT_NEVER);
  if (r >= 0 && cases[r].op == WEFT_SELECT_SEND && cases[r].status == WEFT_E_CLOSED)
    panic_text("send on closed channel");
  return r < 0 ? -1 : r;
}

// --- package sync: Weft's locks, whose zero value is ready to use as Go's is ---
void mg_sync_Mutex_Lock(weft_mutex *m) {
  // Go's has no owner: who locks it twice waits for anybody to unlock it.
  weft_mutex_lock_with(m, WEFT_MUTEX_RELOCK_WAITS, WEFT_NEVER);
}
bool mg_sync_Mutex_TryLock(weft_mutex *m) { return weft_mutex_trylock(m) == WEFT_OK; }
void mg_sync_Mutex_Unlock(weft_mutex *m) {
  if (weft_mutex_unlock(m) != WEFT_OK)
    fatal_error("sync: unlock of unlocked mutex");
}
bool mg_sync_wgAdd(weft_wait_group *g, int64_t n) { return weft_wait_group_add(g, n) == WEFT_OK; }
void mg_sync_wgWait(weft_wait_group *g) { weft_wait_group_wait(g); }
void mg_sync_condWait(weft_cond *c, weft_mutex *m) { weft_cond_wait(c, m, WEFT_NEVER); }
void mg_sync_condSignal(weft_cond *c) { weft_cond_signal(c); }
void mg_sync_condBroadcast(weft_cond *c) { weft_cond_broadcast(c); }
void mg_sync_throw(const String *s) { fatal_error(std::string(view(*s))); }

// --- package runtime ---
void mg_runtime_Gosched() { weft_yield(); }
int64_t mg_runtime_NumGoroutine() { return live.load(std::memory_order_relaxed); }
int64_t mg_runtime_NumCPU() { return sysconf(_SC_NPROCESSORS_ONLN); }
void mg_runtime_Goexit() {
  run_all_deferred();
  throw Goexit{};
}

// --- package time ---
void mg_time_sleep(int64_t ns) {
  if (ns <= 0)
    weft_yield();
  else
    weft_sleep(uint64_t(ns));
}
int64_t mg_time_mono() {
  if (process.virtual_time)
    return int64_t(weft_now());
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000 + t.tv_nsec;
}
int64_t mg_time_wall() {
  if (process.virtual_time) // as in Go's playground, time begins on 2009-11-10 at 23:00
    return 1257894000000000000 + int64_t(weft_now());
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000000 + t.tv_nsec;
}

// --- package os ---
void mg_os_args(Slice *out) {
  auto *s = static_cast<String *>(mg_alloc(process.arg_count * int64_t(sizeof(String))));
  for (int k = 0; k < process.arg_count; ++k)
    s[k] = {process.arg_values[k], int64_t(strlen(process.arg_values[k]))};
  *out = {reinterpret_cast<char *>(s), process.arg_count, process.arg_count};
}
void mg_os_Exit(int64_t code) { exit_process(int(code)); }
void mg_os_Getenv(String *out, const String *name) {
  const char *v = getenv(std::string(view(*name)).c_str());
  *out = v ? String{v, int64_t(strlen(v))} : String{nullptr, 0};
}
}

} // namespace minigo::rt
