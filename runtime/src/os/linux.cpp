// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// os.h for Linux.
//
// Guards: MADV_GUARD_INSTALL (6.13) costs no mapping, so a million stacks fit; mprotect splits mappings
// and ends at about 32,000 with the default vm.max_map_count. qemu-user accepts the advice and installs
// nothing, so it is believed only after a touch has faulted in a forked child's stead: see probe().
#include "os.h"

#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

namespace weft::os {
namespace {

bool (*fault_hook)(void *, void *);
struct sigaction old_segv, old_bus;

void on_signal(int sig, siginfo_t *info, void *context) {
  bool sent = info->si_code <= 0; // by kill or the like: there is no address
  if (!sent && fault_hook && fault_hook(info->si_addr, context))
    return;
  const struct sigaction &old = sig == SIGBUS ? old_bus : old_segv;
  if (old.sa_flags & SA_SIGINFO) {
    old.sa_sigaction(sig, info, context);
    return;
  }
  if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) {
    old.sa_handler(sig);
    return;
  }
  // Back to the instruction that faulted, with the default action in place.
  struct sigaction dfl = {};
  dfl.sa_handler = SIG_DFL;
  sigaction(sig, &dfl, nullptr);
  if (sent) // no instruction would raise it again
    raise(sig);
}

// The kernel itself tells whether a page is guarded: a write(2) from it answers EFAULT instead of
// faulting us, so no signal handler is needed for the probe.
bool page_faults(void *page) {
  int fds[2];
  if (pipe(fds) != 0)
    return false;
  ssize_t n = write(fds[1], page, 1);
  bool faults = n < 0 && errno == EFAULT;
  close(fds[0]);
  close(fds[1]);
  return faults;
}

Guard probe() {
  size_t page = page_size();
  auto *base = static_cast<char *>(
      mmap(nullptr, page * 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (base == MAP_FAILED)
    return Guard::Protect;
  Guard kind = Guard::Protect;
  if (madvise(base, page, MADV_GUARD_INSTALL) == 0 && page_faults(base))
    kind = Guard::Advice;
  munmap(base, page * 2);
  return kind;
}

// Each such guard is two mappings more. Who uses up the process's limit takes from everybody the means to map anything,
// so a part is left; stacks beyond that have no guard.
bool may_protect() {
  static const long most = [] {
    long limit = 65530;
    if (FILE *f = fopen("/proc/sys/vm/max_map_count", "re")) {
      if (fscanf(f, "%ld", &limit) != 1)
        limit = 65530;
      fclose(f);
    }
    return (limit - limit / 8) / 2;
  }();
  static std::atomic<long> protect_guards{0};
  return protect_guards.fetch_add(1, std::memory_order_relaxed) < most;
}

struct SignalStack {
  void *base = nullptr;
  size_t size = 0;
  ~SignalStack() {
    if (!base)
      return;
    stack_t off = {};
    off.ss_flags = SS_DISABLE;
    sigaltstack(&off, nullptr);
    munmap(base, size);
  }
};

} // namespace

size_t page_size() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

void *reserve(size_t size) {
  void *base = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return nullptr;
  madvise(base, size, MADV_NOHUGEPAGE);
  return base;
}

bool discard(void *base, size_t size) { return madvise(base, size, MADV_DONTNEED) == 0; }

Guard guard_kind() {
  static const Guard kind = probe();
  return kind;
}

bool install_guard(void *base, size_t size) {
  if (guard_kind() == Guard::Advice && madvise(base, size, MADV_GUARD_INSTALL) == 0)
    return true;
  return may_protect() && mprotect(base, size, PROT_NONE) == 0;
}

const void *native_stack_end() {
  // The main thread's comes from a file, so it is asked for once.
  static thread_local const void *const end = [] {
    pthread_attr_t attr;
    void *low = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
      pthread_attr_getstack(&attr, &low, &size);
      pthread_attr_destroy(&attr);
    }
    return static_cast<char *>(low) + size;
  }();
  return end;
}

void ensure_signal_stack() {
  static thread_local SignalStack stack;
  if (stack.base)
    return;
  stack_t now = {};
  if (sigaltstack(nullptr, &now) == 0 && !(now.ss_flags & SS_DISABLE))
    return;
  // Big enough for an unwinder that runs on it.
  size_t size = 128 * 1024;
  void *base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED)
    return;
  stack_t mine = {};
  mine.ss_sp = base;
  mine.ss_size = size;
  if (sigaltstack(&mine, nullptr) != 0) {
    munmap(base, size);
    return;
  }
  stack.base = base;
  stack.size = size;
}

void install_fault_handler(bool (*on_fault)(void *, void *)) {
  fault_hook = on_fault;
  struct sigaction action = {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  sigaction(SIGSEGV, &action, &old_segv);
  sigaction(SIGBUS, &action, &old_bus);
}

void write_error(const char *text, size_t size) {
  while (size) {
    ssize_t n = write(STDERR_FILENO, text, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return;
    text += n;
    size -= static_cast<size_t>(n);
  }
}

} // namespace weft::os
