// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// os.h for Linux.
//
// Guards: MADV_GUARD_INSTALL (6.13) costs no mapping, so a million stacks fit; mprotect splits mappings
// and ends at about 32,000 with the default vm.max_map_count. qemu-user accepts the advice and installs
// nothing, so it is believed only after a touch has faulted in a forked child's stead: see probe().
#include "os.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
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

void in_core_dumps(void *base, size_t size, bool wanted) {
  madvise(base, size, wanted ? MADV_DODUMP : MADV_DONTDUMP);
}

bool discard(void *base, size_t size) { return madvise(base, size, MADV_DONTNEED) == 0; }

Guard best_guard() {
  static const Guard kind = probe();
  return kind;
}

bool install_guard(Guard kind, void *base, size_t size) {
  if (kind == Guard::Advice && madvise(base, size, MADV_GUARD_INSTALL) == 0)
    return true;
  return may_protect() && mprotect(base, size, PROT_NONE) == 0;
}

bool resident(const void *base, size_t size, unsigned char *there) {
  return mincore(const_cast<void *>(base), size, there) == 0;
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

bool read_memory(const void *from, void *to, size_t size) {
  iovec here = {to, size}, there = {const_cast<void *>(from), size};
  int before = errno; // also of who is interrupted
  ssize_t n = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
  errno = before;
  return n == static_cast<ssize_t>(size);
}

void wait_while(const std::atomic<uint32_t> &word, uint32_t value, uint64_t ns) {
  timespec t = {static_cast<time_t>(ns / 1000000000), static_cast<long>(ns % 1000000000)};
  int before = errno; // which is the running task's
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, ns == UINT64_MAX ? nullptr : &t, nullptr, 0);
  errno = before;
}

bool have_heavy_fence() { return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0; }

void heavy_fence() {
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0)
    return;
  static const char text[] = "weft: the system refuses membarrier, which it had granted\n";
  write_error(text, sizeof text - 1);
  abort();
}

void wake_all(const std::atomic<uint32_t> &word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0); }

void wake_one(const std::atomic<uint32_t> &word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); }

int thread_number() { return static_cast<int>(syscall(SYS_gettid)); }

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

const void *interrupted_stack_pointer(const void *context) {
  [[maybe_unused]] const mcontext_t &registers = static_cast<const ucontext_t *>(context)->uc_mcontext;
#if defined(__x86_64__)
  return reinterpret_cast<const void *>(registers.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const void *>(registers.sp);
#elif defined(__riscv)
  return reinterpret_cast<const void *>(registers.__gregs[REG_SP]);
#elif defined(__powerpc64__)
  return reinterpret_cast<const void *>(registers.gp_regs[1]);
#elif defined(__s390x__)
  return reinterpret_cast<const void *>(registers.gregs[15]);
#else
#error "which of a signal's registers is the stack pointer on this target?"
#endif
}

} // namespace weft::os
