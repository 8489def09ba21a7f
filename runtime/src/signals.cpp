/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

// Signals as events (weft/signals.h): each listener has an eventfd, which the handler adds to and a task reads as a socket.
//
// So what is not heard yet is counted by the kernel, waiting is that of all descriptors, and the handler is a loop over a fixed table and some
// writes. Before a descriptor is closed, or its place in the table is another's, the place is emptied and whoever is in the handler has
// left it: so the handler never writes to a number that is somebody else's by now, nor to one that listens to another signal.
//
// That waits for those who are inside already, and for nobody who comes then, however many signals do: threads inside are counted by the
// turn in which they came, and a new turn is begun. (As in sleepable RCU the last turn's are waited for too: somebody may have read
// its number long ago, and count itself only now.)
//
// Rejected: signalfd (the signal must be blocked in all threads, those that others have made too, and in what they execute); a pipe for
// the process with one reader (whose loop would it be on).
#include "socket.h"
#include "weft/signals.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <new>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

using namespace weft;

namespace {

struct Place {
  std::atomic<int> number{0}; // 0: empty
  std::atomic<int> fd{-1};
};

constinit std::array<Place, 64> places;
constinit std::array<std::atomic<int>, 2>
    inside{}; // threads that are in the handler's own part, by the turn they came in
constinit std::atomic<uint32_t> turn{0};

// What the handler calls after the listeners: one of them, or none. Each can be read at any time, also by who comes late.
struct Earlier {
  std::atomic<void (*)(int)> plain{nullptr};
  std::atomic<void (*)(int, siginfo_t *, void *)> with_info{nullptr};
};
constinit std::array<Earlier, NSIG> earlier{};

constinit std::mutex lock; // of what follows, and of who changes places
constinit std::array<bool, NSIG> installed{};
constinit std::array<struct sigaction, NSIG> before{};
constinit uint32_t forks = 0; // who began to listen before the last one has no place any more

bool is_function(const struct sigaction &a) {
  return a.sa_handler != SIG_DFL && a.sa_handler != SIG_IGN;
}

void handle(int number, siginfo_t *info, void *context) {
  const int error = errno;
  std::atomic<int> &mine = inside[turn.load(std::memory_order_seq_cst) % 2];
  mine.fetch_add(1, std::memory_order_seq_cst);
  for (Place &p : places)
    if (p.number.load(std::memory_order_seq_cst) == number) {
      const uint64_t one = 1;
      ssize_t n = write(p.fd.load(std::memory_order_relaxed), &one, sizeof one);
      (void)n; // a full counter is read as well
    }
  const Earlier &old = earlier[static_cast<size_t>(number)];
  const auto with_info = old.with_info.load(std::memory_order_relaxed);
  const auto plain = old.plain.load(std::memory_order_relaxed);
  mine.fetch_sub(1, std::memory_order_seq_cst);
  errno = error;
  if (with_info)
    with_info(number, info, context);
  else if (plain)
    plain(number);
}

bool is_ours(int number) {
  struct sigaction now;
  return sigaction(number, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) && now.sa_sigaction == handle;
}

bool tells_of_errors(int number) {
  for (int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
    if (number == own)
      return true;
  return false;
}

// Under the lock.
weft_status install(int number) {
  const auto at = static_cast<size_t>(number);
  if (installed[at])
    return is_ours(number) ? WEFT_OK : WEFT_E_BUSY;
  if (sigaction(number, nullptr, &before[at]) != 0)
    return -errno;
  const bool calls = is_function(before[at]),
             info = calls && (before[at].sa_flags & SA_SIGINFO) != 0;
  earlier[at].plain.store(calls && !info ? before[at].sa_handler : nullptr,
                          std::memory_order_relaxed);
  earlier[at].with_info.store(info ? before[at].sa_sigaction : nullptr, std::memory_order_relaxed);
  struct sigaction ours = {};
  ours.sa_sigaction = handle;
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  if (calls) { // as that one wants to be called
    ours.sa_mask = before[at].sa_mask;
    ours.sa_flags = (before[at].sa_flags | SA_SIGINFO) & ~static_cast<int>(SA_RESETHAND);
  } else {
    ours.sa_flags |= before[at].sa_flags & (SA_NOCLDSTOP | SA_NOCLDWAIT);
  }
  if (sigaction(number, &ours, nullptr) != 0)
    return -errno;
  installed[at] = true;
  return WEFT_OK;
}

void uninstall(int number) {
  const auto at = static_cast<size_t>(number);
  if (!installed[at] || !is_ours(number)) // the program's lies over it, and may call it
    return;
  sigaction(number, &before[at], nullptr);
  installed[at] = false;
}

bool is_heard(int number) {
  for (const Place &p : places)
    if (p.number.load(std::memory_order_relaxed) == number)
      return true;
  return false;
}

void before_fork() { lock.lock(); }
void after_fork() { lock.unlock(); }
// The descriptors are the parent's too: what the child hears is not for them.
void in_child() {
  for (Place &p : places)
    p.number.store(0, std::memory_order_relaxed);
  for (std::atomic<int> &each : inside)
    each.store(0, std::memory_order_relaxed);
  ++forks;
  for (int number = 1; number < NSIG; ++number)
    uninstall(number);
  lock.unlock();
}

// Under the lock. Null: all are taken.
Place *take_place(int number, int fd) {
  for (Place &p : places)
    if (p.number.load(std::memory_order_relaxed) == 0) {
      p.fd.store(fd, std::memory_order_relaxed);
      p.number.store(number, std::memory_order_seq_cst);
      return &p;
    }
  return nullptr;
}

void wait_till_they_left(uint32_t of) {
  while (inside[of % 2].load(std::memory_order_seq_cst) != 0)
    sched_yield();
}

// Under the lock: till nobody writes to it any more the place is not another's.
void leave_place(Place *place) {
  const int number = place->number.exchange(0, std::memory_order_seq_cst);
  if (!is_heard(number))
    uninstall(number);
  const uint32_t now = turn.load(std::memory_order_relaxed);
  wait_till_they_left(now + 1);
  turn.store(now + 1, std::memory_order_seq_cst);
  wait_till_they_left(now);
}

} // namespace

struct weft_signals {
  weft_sock *sock;
  Place *place;
  uint32_t forks;
};

weft_status weft_signals_open(int number, weft_signals **out) {
  if (!out)
    return WEFT_E_INVAL;
  *out = nullptr;
  if (number <= 0 || number >= NSIG || tells_of_errors(number))
    return WEFT_E_INVAL;
  static std::once_flag once;
  std::call_once(once, [] { pthread_atfork(before_fork, after_fork, in_child); });
  auto *s = new (std::nothrow) weft_signals{};
  if (!s)
    return WEFT_E_NOMEM;
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  weft_status status = fd < 0 ? -errno : weft_sock_adopt(fd, &s->sock);
  if (status != WEFT_OK) {
    if (fd >= 0)
      close(fd);
    delete s;
    return status;
  }
  {
    std::lock_guard hold(lock);
    // The place first: what comes as soon as there is a handler is heard.
    s->place = take_place(number, fd);
    s->forks = forks;
    status = s->place ? install(number) : WEFT_E_LIMIT;
    if (status != WEFT_OK && s->place)
      leave_place(s->place);
  }
  if (status != WEFT_OK) {
    weft_sock_close(s->sock);
    delete s;
    return status;
  }
  *out = s;
  return WEFT_OK;
}

int64_t weft_signals_wait(weft_signals *s, uint64_t deadline_ns) {
  if (!s)
    return WEFT_E_INVAL;
  uint64_t count = 0;
  int64_t n = weft_sock_read(s->sock, &count, sizeof count, deadline_ns);
  return n < 0 ? n : static_cast<int64_t>(count);
}

void weft_signals_close(weft_signals *s) {
  if (!s || !may_close(s->sock))
    return;
  {
    std::lock_guard hold(lock);
    if (s->forks == forks)
      leave_place(s->place);
  }
  weft_sock *sock = s->sock;
  delete s;
  weft_sock_close(sock);
}
