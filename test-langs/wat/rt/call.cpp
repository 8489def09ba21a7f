// A call runs in a continuation of its own when the host has tags, which then end here: the continuation is
// this frame's and nobody else sees it, so a host cannot resume past the module's handlers. A call from a weft task or from
// within another call runs in one, too, for it is on a stack whose size nobody knows here.
#include "rt/call.h"
#include <algorithm>
#include <pthread.h>
#include <sys/resource.h>
#include <utility>
#include <weft/exceptions.h>
#include <weft/lowered.h>

namespace wat {

extern "C" __attribute__((tls_model("initial-exec"))) thread_local Thread wat_thread;
// As for continuations of the module (stack.cpp).
extern "C" const uint32_t wat_stack_class;
extern "C" const uint64_t wat_stack_usable;

namespace {

/// The thread's own stack. The system grows it by touching it, so half of it is left to the run-time library and
/// to what stands above.
struct NativeStack {
  char *low = nullptr, *limit = nullptr, *high = nullptr;
  NativeStack() {
    pthread_attr_t attr;
    void *at = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attr))
      return;
    pthread_attr_getstack(&attr, &at, &size);
    pthread_attr_destroy(&attr);
    low = static_cast<char *>(at);
    high = low + size;
    // Without a limit the system would let it take all memory.
    rlimit most;
    bool unlimited = !getrlimit(RLIMIT_STACK, &most) && most.rlim_cur == RLIM_INFINITY;
    limit = high - std::min(size / 2, size_t(unlimited ? 64 : 1024) << 20);
  }
  bool holds(const void *p) const { return p >= low && p < high; }
};

struct KeepLimit {
  char *old = wat_thread.limit;
  ~KeepLimit() { wat_thread.limit = old; }
};

struct Entry {
  FuncRef *f;
  uint64_t *values;
  const char *trap = nullptr; // to be raised where it is suspended
};

void enter(void *env, weft_payload *) {
  auto *e = static_cast<Entry *>(env);
  wat_thread.limit = static_cast<char *>(__builtin_frame_address(0)) - wat_stack_usable;
  e->f->entry(e->f, e->values);
}

void raise_it(void *env) { raise_trap(std::exchange(static_cast<Entry *>(env)->trap, nullptr)); }

/// Ends it when an exception passes.
struct Owned {
  weft_cont k;
  ~Owned() {
    if (k)
      weft_rt_cont_drop(k);
  }
};

void call_apart(FuncRef *f, uint64_t *values, HostTags *tags) {
  KeepLimit limit;
  Entry entry{f, values};
  Owned own{weft_rt_cont_new_mem(enter, &entry, wat_stack_class)};
  if (!own.k)
    raise_trap("out of memory");
  weft_payload io = {};
  const weft_handlers *on = tags ? tags->on : nullptr;
  char *inside = limit.old; // the continuation's limit, which it need not set again after a switch
  for (;;) {
    weft_cont k = std::exchange(own.k, 0);
    wat_thread.limit = inside;
    uint32_t which;
    if (entry.trap) {
      weft_raise raise{WEFT_RAISE_CLASS, raise_it, &entry};
      which = weft_rt_resume_throw(k, on, &raise, &io, &own.k);
    } else {
      which = weft_rt_resume(k, on, &io, &io, &own.k);
    }
    inside = std::exchange(wat_thread.limit, limit.old);
    if (!which)
      return;
    entry.trap = tags->answer(tags, which - 1, &io);
  }
}

} // namespace

void call(FuncRef *f, uint64_t *values, HostTags *tags) {
  static thread_local const NativeStack native;
  if (tags && !tags->on->count)
    tags = nullptr;
  if (tags || !native.holds(__builtin_frame_address(0)))
    return call_apart(f, values, tags);
  KeepLimit limit;
  wat_thread.limit = native.limit;
  f->entry(f, values);
}

} // namespace wat
