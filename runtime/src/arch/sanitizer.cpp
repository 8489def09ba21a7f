// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What ASan and TSan hear (sanitizer.h). Not instrumented itself: TSan's entry and exit notes would fall on
// two different shadow stacks. Empty in ordinary builds.
#include "sanitizer.h"

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)

#include "../cont.h"

#include <cstddef>
#include <pthread.h>

extern "C" {
void __sanitizer_start_switch_fiber(void **fake_stack_save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack_save, const void **old_bottom, size_t *old_size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void *fiber);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
}

namespace weft::arch::san {
namespace {

struct Native {
  char *low = nullptr;
  size_t size = 0;
  void *fiber = nullptr;
};
thread_local Native native;

#if defined(WEFT_TSAN)
// TSan's fibers that no continuation has. It keeps some 300 bytes of each for ever (LLVM 22), so they are used again: a
// few, for there can only be 8128. Of a use that did not come to its last return TSan's shadow stack keeps entries,
// one of a body that returned, and of one that was unwound those of C's frames. It has room for 65536, so a fiber wears out.
struct Spare {
  void *fiber;
  uint64_t worn;
};
constexpr uint64_t kWornOut = 1024, kReturned = 1, kUnwound = 64;
struct Spares {
  static constexpr int kMost = 32;
  Spare of[kMost];
  int count = 0;
  ~Spares() {
    while (count > 0)
      __tsan_destroy_fiber(of[--count].fiber);
    count = kMost; // what the thread ends from now on is not kept
  }
};
thread_local Spares spares;

WEFT_NOT_SEEN void take_fiber(ColdCb *c) {
  Spares &s = spares;
  if (s.count > 0 && s.count < Spares::kMost) {
    Spare spare = s.of[--s.count];
    c->tsan_fiber = spare.fiber;
    c->tsan_worn = spare.worn;
    return;
  }
  c->tsan_fiber = __tsan_create_fiber(0);
  c->tsan_worn = 0;
}

WEFT_NOT_SEEN void give_fiber(ColdCb *c, Ended how) {
  uint64_t worn = c->tsan_worn + (how == Ended::Returned ? kReturned : how == Ended::Unwound ? kUnwound : kWornOut);
  Spares &s = spares;
  if (worn < kWornOut && s.count < Spares::kMost - 1)
    s.of[s.count++] = {c->tsan_fiber, worn};
  else
    __tsan_destroy_fiber(c->tsan_fiber);
}
#endif

WEFT_NOT_SEEN Native &own() {
  Native &n = native;
  if (n.low)
    return n;
  pthread_attr_t attr;
  void *low = nullptr;
  pthread_getattr_np(pthread_self(), &attr);
  pthread_attr_getstack(&attr, &low, &n.size);
  pthread_attr_destroy(&attr);
  n.low = static_cast<char *>(low);
#if defined(WEFT_TSAN)
  n.fiber = __tsan_get_current_fiber();
#endif
  return n;
}

// `to` the root block: the thread's own stack.
WEFT_NOT_SEEN void tell(weft_cb *to, void **fake) {
  Native &n = own();
  bool root = to == &weft_root_cb;
#if defined(WEFT_ASAN)
  if (root)
    __sanitizer_start_switch_fiber(fake, n.low, n.size);
  else
    __sanitizer_start_switch_fiber(
        fake, cold(to)->stack_low,
        static_cast<size_t>(cold(to)->stack_top + sizeof(BodyWords) - cold(to)->stack_low));
#else
  (void)fake;
#endif
#if defined(WEFT_TSAN)
  void *fiber = n.fiber;
  if (!root) {
    if (!cold(to)->tsan_fiber)
      take_fiber(cold(to));
    fiber = cold(to)->tsan_fiber;
  }
  __tsan_switch_to_fiber(fiber, 0);
#else
  (void)root;
#endif
}

} // namespace

WEFT_NOT_SEEN weft_cb *into(weft_cb *outermost) { return innermost(outermost); }

WEFT_NOT_SEEN weft_cb *out_of(const weft_tag *tag) {
  weft_cb *me = weft_current();
  Found found = weft_rt_search(me, tag, WEFT_ON_SUSPEND);
  return found.cb ? found.cb->parent : nullptr;
}

WEFT_NOT_SEEN weft_cb *into_by(const weft_tag *tag, weft_cb *outermost) {
  return weft_rt_search(weft_current(), tag, WEFT_ON_SWITCH).cb ? innermost(outermost) : nullptr;
}

WEFT_NOT_SEEN void abandon_frames(const void *from) {
#if defined(WEFT_ASAN)
  weft_cb *me = weft_current();
  Native &n = own();
  bool root = me == &weft_root_cb;
  const char *low = root ? n.low : cold(me)->stack_low;
  const char *top = root ? n.low + n.size : cold(me)->stack_top + sizeof(BodyWords);
  auto *here = static_cast<const char *>(from);
  if (here >= low && here < top)
    __asan_unpoison_memory_region(here, static_cast<size_t>(top - here));
#else
  (void)from;
#endif
}

WEFT_NOT_SEEN void before_return() {
  own();
  abandon_frames(__builtin_frame_address(0)); // of the body. A drop stands elsewhere.
  tell(weft_current()->parent, nullptr);
}

WEFT_NOT_SEEN void after_entry() {
#if defined(WEFT_ASAN)
  // A fresh stack has no fake stack yet. One that is entered to be unwound has left its own here.
  weft_cb *me = weft_current();
  void *fake = nullptr;
  if (me != &weft_root_cb) {
    fake = cold(me)->asan_fake;
    cold(me)->asan_fake = nullptr;
  }
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
}

WEFT_NOT_SEEN void forget_frames(weft_cb *cb) {
#if defined(WEFT_ASAN)
  char *top = cold(cb)->stack_top + sizeof(BodyWords);
  auto size = static_cast<size_t>(top - cold(cb)->stack_low);
  __asan_unpoison_memory_region(cold(cb)->stack_low, size);
  // ASan frees the fake stack that is in use when it hears that its stack is left for good.
  if (void *fake = cold(cb)->asan_fake) {
    cold(cb)->asan_fake = nullptr;
    void *mine = nullptr;
    const void *my_low = nullptr;
    size_t my_size = 0;
    __sanitizer_start_switch_fiber(&mine, cold(cb)->stack_low, size);
    __sanitizer_finish_switch_fiber(fake, &my_low, &my_size);
    __sanitizer_start_switch_fiber(nullptr, my_low, my_size);
    __sanitizer_finish_switch_fiber(mine, nullptr, nullptr);
  }
#else
  (void)cb;
#endif
}

WEFT_NOT_SEEN void destroy(weft_cb *cb, Ended how) {
#if defined(WEFT_TSAN)
  if (cold(cb)->tsan_fiber)
    give_fiber(cold(cb), how);
#else
  (void)how;
#endif
  cold(cb)->tsan_fiber = nullptr;
  cold(cb)->asan_fake = nullptr;
}

WEFT_NOT_SEEN NativeCall::NativeCall(weft_cb *from) : from_(from) {
  Native &n = own();
#if defined(WEFT_ASAN)
  __sanitizer_start_switch_fiber(&fake_, n.low, n.size);
#else
  (void)n;
#endif
}

WEFT_NOT_SEEN void NativeCall::arrive() {
#if defined(WEFT_ASAN)
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
#if defined(WEFT_TSAN)
  __tsan_switch_to_fiber(own().fiber, 0);
#endif
}

WEFT_NOT_SEEN void NativeCall::depart() {
  tell(from_, nullptr);
}

WEFT_NOT_SEEN void NativeCall::back() {
#if defined(WEFT_ASAN)
  __sanitizer_finish_switch_fiber(fake_, nullptr, nullptr);
#endif
}

WEFT_NOT_SEEN Leave::Leave(weft_cb *to) {
  if (!to)
    return;
  tell(to, &fake_);
#if defined(WEFT_ASAN)
  // For a drop, which never comes back here: without it the fake stack would leak.
  weft_cb *me = weft_current();
  if (me != &weft_root_cb)
    cold(me)->asan_fake = fake_;
#endif
}

WEFT_NOT_SEEN void Leave::back() {
#if defined(WEFT_ASAN)
  weft_cb *me = weft_current();
  if (me != &weft_root_cb)
    cold(me)->asan_fake = nullptr; // in use from here on
  __sanitizer_finish_switch_fiber(fake_, nullptr, nullptr);
#endif
}

} // namespace weft::arch::san

#endif
