// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Dumps by a signal. The handler itself writes nothing: it notes the wish and posts, and the loop dumps in its next
// turn, where all is at rest. Only a loop that has not come back after dump_grace_ns is dumped where it stands, by a handler
// on its own thread: a timer of the system sends the same signal to just that thread. So the state that is read is
// never another thread's; it may be interrupted at any instruction, and dump_view.h says what follows from that.
//
// A handler uses a runtime under a pin and after `open_dumps` said that it lives; destruction clears that first and then
// waits for the pins. Nothing here locks or allocates but installing.
//
// Rejected: a thread that watches (hosts are promised that there is none, and libc then takes the process for one with
// threads); dumping in the first handler always (a dump of an idle loop would have to do with what is safe there); forwarding
// to the loop's thread first (a thread that blocks the signal would never dump).
#include "dump_signal.h"

#include "backtrace.h"
#include "cont.h"
#include "dump_view.h"
#include "os/os.h"
#include "parallel.h"
#include "weft/dump.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <poll.h>
#include <sched.h>
#include <strings.h>
#include <ucontext.h>
#include <unistd.h>

namespace weft {

extern std::atomic<weft_runtime *> runtime_list;
constinit thread_local sigjmp_buf *fault_returns_to = nullptr;
constinit long dump_grace_ns = 250000000;

namespace {

// A stack that a dump by a handler fits on, with frames.
constexpr size_t kEnough = 64 * 1024;

std::atomic<int> installed{0}; // the signal
std::atomic<uint32_t> dump_flags{0};
std::atomic<int> dump_fd{2};
std::atomic<bool> writing{false}; // a dump is being written: others wait or come again
struct sigaction previous;

void write_out(void *, const char *bytes, size_t size) {
  int fd = dump_fd.load(std::memory_order_relaxed);
  while (size) {
    ssize_t n = write(fd, bytes, size);
    if (n > 0) {
      bytes += n;
      size -= static_cast<size_t>(n);
    } else if (n < 0 && errno == EAGAIN) {
      pollfd full = {fd, POLLOUT, 0};
      if (poll(&full, 1, 1000) <= 0)
        return;
    } else if (n == 0 || errno != EINTR) {
      return;
    }
  }
}

void arm(weft_runtime *rt, long ns) {
  itimerspec grace = {};
  grace.it_value.tv_nsec = ns;
  if (rt->has_dump_timer)
    timer_settime(rt->dump_timer, 0, &grace, nullptr);
}

void dump(weft_runtime *rt, DumpCall &call) {
  os::Symbols symbols;
  call.rt = rt;
  call.flags = dump_flags.load(std::memory_order_relaxed);
  call.sink = write_out;
  call.symbols = &symbols;
  if (call.flags & WEFT_DUMP_JSON)
    dump_json(call);
  else
    dump_text(call);
}

// The loop's thread, wherever it is.
void dump_interrupted(weft_runtime *rt, void *context) {
  if (writing.exchange(true, std::memory_order_acquire)) {
    arm(rt, 50000000); // perhaps it is what we have interrupted, so leave it time
    return;
  }
  // The other workers go on: what they change must be left alone meanwhile.
  const bool lock = rt->workers > 1 && !rt->home.holds;
  if (lock && !rt->lock.try_lock()) {
    writing.store(false, std::memory_order_release);
    arm(rt, 5000000);
    return;
  }
  const bool halt = rt->parallel;
  // Perhaps somebody is inside for something that the interrupted one has.
  if (halt && !begin_halt(rt, &rt->home, 10 * kPatience)) {
    if (lock)
      rt->lock.unlock();
    writing.store(false, std::memory_order_release);
    arm(rt, 5000000);
    return;
  }
  if (rt->dump_wanted.exchange(false)) {
    stack_t &stack = static_cast<ucontext_t *>(context)->uc_stack;
    bool other_stack = !(stack.ss_flags & SS_DISABLE) && stack.ss_size;
    if (other_stack ? stack.ss_size < kEnough : weft_tls.current != &weft_root_cb) {
      static const char text[] = "weft: no dump: the loop's thread has no signal stack of 64 KiB (weft_thread_init)\n";
      write_out(nullptr, text, sizeof text - 1);
    } else {
      DumpCall call = {};
      call.context = context;
      call.interrupted = true;
      // A foreign host's clock may be anything; the last reading has to do.
      call.now = rt->owns_host ? rt->host.now(rt->host_self) : rt->home.now;
      dump(rt, call);
    }
  }
  if (halt)
    end_halt(rt);
  if (lock)
    rt->lock.unlock();
  writing.store(false, std::memory_order_release);
}

void on_signal(int sig, siginfo_t *info, void *context) {
  int before = errno;
  bool ours = info->si_code == SI_TIMER && info->si_value.sival_ptr == &installed;
  for (weft_runtime *rt = runtime_list.load(std::memory_order_acquire); rt; rt = rt->next_runtime) {
    Pin pin(rt);
    if (!rt->open_to_dumps.load())
      continue;
    if (!ours) {
      if (!rt->dump_wanted.exchange(true)) {
        arm(rt, dump_grace_ns);
        (rt->host.post_in_signal ? rt->host.post_in_signal : rt->host.post)(rt->host_self);
      }
    } else if (on_loop(rt) && rt->dump_wanted.load()) {
      dump_interrupted(rt, context);
    }
  }
  if (!ours) {
    if (previous.sa_flags & SA_SIGINFO)
      previous.sa_sigaction(sig, info, context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
      previous.sa_handler(sig);
  }
  errno = before;
}

// Under the list's lock.
void open_one(weft_runtime *rt) {
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = installed.load();
  event.sigev_value.sival_ptr = &installed;
  event._sigev_un._tid = rt->loop_thread_number;
  rt->has_dump_timer = timer_create(CLOCK_MONOTONIC, &event, &rt->dump_timer) == 0;
  rt->open_to_dumps.store(true);
}

bool can_be_used(int signo) {
  switch (signo) {
  case SIGKILL:
  case SIGSTOP:
  case SIGSEGV:
  case SIGBUS:
  case SIGFPE:
  case SIGILL:
  case SIGTRAP:
  case SIGABRT:
  case SIGCHLD:
  case SIGPROF:
    return false;
  default:
    return signo > 0 && signo < NSIG;
  }
}

weft_status install(int signo, uint32_t flags, int fd) {
  std::lock_guard<std::mutex> hold(runtimes_lock());
  int now = installed.load();
  if (now && now != signo)
    return WEFT_E_BUSY;
  dump_flags.store(flags);
  dump_fd.store(fd);
  if (now)
    return WEFT_OK;
  // What a handler must not do for the first time: the loader's and the unwinder's own beginnings.
  walk_ready();
  each_frame(nullptr, 0, 2, [](void *, const Frame &) {}, nullptr, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigemptyset(&action.sa_mask);
  if (sigaction(signo, nullptr, &previous) != 0 || sigaction(signo, &action, nullptr) != 0)
    return -errno;
  installed.store(signo);
  for (weft_runtime *rt = first_runtime(); rt; rt = rt->next_runtime)
    if (rt->created && rt->may_open_to_dumps)
      open_one(rt);
  return WEFT_OK;
}

} // namespace

void open_to_dumps(weft_runtime *rt) {
  std::lock_guard<std::mutex> hold(runtimes_lock());
  rt->may_open_to_dumps = true;
  if (installed.load())
    open_one(rt);
  os::ensure_signal_stack();
}

void close_to_dumps(weft_runtime *rt) {
  {
    std::lock_guard<std::mutex> hold(runtimes_lock());
    rt->may_open_to_dumps = false;
    if (!rt->open_to_dumps.exchange(false))
      return;
  }
  while (rt->pins.load() != 0) // handlers of other threads; our own has returned
    sched_yield();
  if (rt->has_dump_timer)
    timer_delete(rt->dump_timer);
  rt->has_dump_timer = false;
  rt->dump_wanted.store(false);
}

void serve_dump(weft_runtime *rt) {
  while (writing.exchange(true, std::memory_order_acquire))
    sched_yield(); // of another thread's runtime
  if (rt->dump_wanted.exchange(false)) {
    int before = errno;
    Halt halt(rt);
    DumpCall call = {};
    call.now = rt->home.now;
    dump(rt, call);
    errno = before;
  }
  writing.store(false, std::memory_order_release);
}

bool dump_on_signal_named(const char *text) {
  if (!strncasecmp(text, "SIG", 3))
    text += 3;
  size_t n = strcspn(text, ":");
  uint32_t flags = WEFT_DUMP_STACKS;
  if (!strcmp(text + n, ":json"))
    flags |= WEFT_DUMP_JSON;
  else if (text[n] && strcmp(text + n, ":text"))
    return false;
  static const struct {
    const char *name;
    int signo;
  } known[] = {{"QUIT", SIGQUIT}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};
  for (auto &k : known)
    if (strlen(k.name) == n && !strncasecmp(text, k.name, n)) {
      if (!installed.load())
        install(k.signo, flags, STDERR_FILENO);
      return true;
    }
  return false;
}

} // namespace weft

using namespace weft;

extern "C" weft_status weft_dump_on_signal(int signo, uint32_t flags, int fd) {
  if (!can_be_used(signo) || flags & ~uint32_t{WEFT_DUMP_JSON | WEFT_DUMP_STACKS} || fd < 0)
    return WEFT_E_INVAL;
  return install(signo, flags, fd);
}
