// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

#include "held_locks.h"

#include "cont.h"
#include "fatal.h"
#include "os/os.h"
#include "os/symbols.h"

#include <mutex>
#include <pthread.h>

namespace weft {

namespace {

constexpr uint32_t kMost = 16; // more are not told of; a task holds none across its runs, or it is over

struct Taken {
  void *lock;
  void *at;
};
struct Holding {
  uint32_t count;
  Taken taken[kMost];
};
constinit thread_local Holding holding = {};

[[gnu::noinline]] void took(void *lock, void *at) {
  if (weft_current() == &weft_root_cb)
    return; // no task's
  if (holding.count < kMost)
    holding.taken[holding.count++] = {lock, at};
}

[[gnu::noinline]] void let_go_of(void *lock) {
  for (uint32_t i = holding.count; i-- > 0;)
    if (holding.taken[i].lock == lock) {
      holding.taken[i] = holding.taken[--holding.count];
      return;
    }
}

// One for each function that takes a lock, and for each that lets go: the C library's own, and ours in its place.
template <int which, typename Lock> struct Takes {
  static inline int (*own)(Lock *) = nullptr;
  static int call(Lock *lock) {
    int result = own(lock);
    if (result == 0)
      took(const_cast<void *>(static_cast<const volatile void *>(lock)), __builtin_return_address(0));
    return result;
  }
};
template <int which, typename Lock> struct LetsGo {
  static inline int (*own)(Lock *) = nullptr;
  static int call(Lock *lock) {
    let_go_of(const_cast<void *>(static_cast<const volatile void *>(lock)));
    return own(lock);
  }
};

template <typename Way> void redirect(const char *name, decltype(Way::own) own) {
  Way::own = own;
  os::redirect_imports(name, reinterpret_cast<void *>(Way::call), reinterpret_cast<void **>(&Way::own));
}

} // namespace

void watch_locks() {
  static std::once_flag once;
  std::call_once(once, [] {
    redirect<Takes<0, pthread_mutex_t>>("pthread_mutex_lock", pthread_mutex_lock);
    redirect<Takes<1, pthread_mutex_t>>("pthread_mutex_trylock", pthread_mutex_trylock);
    redirect<LetsGo<0, pthread_mutex_t>>("pthread_mutex_unlock", pthread_mutex_unlock);
    redirect<Takes<2, pthread_rwlock_t>>("pthread_rwlock_rdlock", pthread_rwlock_rdlock);
    redirect<Takes<3, pthread_rwlock_t>>("pthread_rwlock_wrlock", pthread_rwlock_wrlock);
    redirect<LetsGo<1, pthread_rwlock_t>>("pthread_rwlock_unlock", pthread_rwlock_unlock);
    redirect<Takes<4, pthread_spinlock_t>>("pthread_spin_lock", pthread_spin_lock);
    redirect<LetsGo<2, pthread_spinlock_t>>("pthread_spin_unlock", pthread_spin_unlock);
  });
}

void begin_run_with_locks() { holding.count = 0; }

void refuse_held_locks(const Task *task) {
  if (__builtin_expect(holding.count == 0, 1))
    return;
  const Taken &taken = holding.taken[0];
  static os::Symbols symbols;
  os::Symbol place = symbols.at(reinterpret_cast<uintptr_t>(taken.at) - 1);
  fatal("weft: task '%s' #%llu is suspended while it holds a lock of its thread, %p, which was taken in %s "
        "(%s+0x%llx) (TASK-07)",
        task->name, (unsigned long long)task->ent.id, taken.lock, place.name ? place.name : "?", place.object,
        (unsigned long long)place.object_offset);
}

} // namespace weft
