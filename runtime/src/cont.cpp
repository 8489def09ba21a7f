// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The slot table and the making of continuations (cont.h, abi/lowered.h).
//
// The table is address space for every slot there can be, both halves and fiber.h's places in one reservation; a page of it
// is committed when its first slot is used, and never trimmed, so a stale handle always finds a
// generation to disagree with. Free blocks are cached per thread with their stacks; trim.h has what becomes
// of those that nobody needs.
#include "cont.h"

#include "arch/sanitizer.h"
#include "arch/switch.h"
#include "arch/valgrind.h"
#include "collect.h"
#include "debug_table.h"
#include "fatal.h"
#include "os/os.h"
#include "overflow.h"
#include "process.h"
#include "stack.h"
#include "trim.h"
#include "weft/fiber.h"

#include <atomic>
#include <cstring>
#include <mutex>

extern "C" {

// Never matched: the fast path reads the first entry of any table.
const weft_handlers weft_no_handlers = {0, 0, {{nullptr, ~0u, 0}}};
const char weft_abi1 = 0;
#ifdef WEFT_ASAN
const char weft_sanitizer_address = 0;
#endif
#ifdef WEFT_TSAN
const char weft_sanitizer_thread = 0;
#endif

uint64_t weft_link_epoch = 1;

// The C++ runtime's, by which thread_local objects are destroyed: last in, first out, and what is added
// meanwhile comes next.
int __cxa_thread_atexit(void (*)(void *), void *, void *) noexcept;
extern char __dso_handle __attribute__((visibility("hidden")));
}

namespace weft {

std::atomic<uint32_t> slots_used; // written under the lock; slot 0 is never given out; debug_conts.cpp knows it

// The end of every chain: handles nothing, is never suspended, shared by all threads.
weft_cb weft_root_cb = {0, nullptr, nullptr, nullptr, &weft_no_handlers, nullptr, nullptr, 0, 0};

namespace {

// What weft_slots points at before the table is there: slot 0, whose handle nobody has.
weft_cb no_slots[1] = {{~UINT64_C(0), nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, 0, 0}};

weft_fiber_place no_fibers[1] = {};

std::mutex lock;
std::atomic<uint32_t> default_class{0}; // 0: not asked yet

constexpr size_t kBothHalves = size_t(WEFT_COLD_OFFSET) * 2 / 4096 * 4096;
constexpr size_t kFiberPlaces = (size_t(WEFT_SLOT_MASK) + 1) * sizeof(weft_fiber_place);

// What core dumps have of the table: so many slots more, whenever the last of them is taken.
constexpr uint32_t kDumped = 1 << 14;

void dump_slots(uint32_t first) {
  auto add = [](const void *from, const void *to) {
    uintptr_t low = reinterpret_cast<uintptr_t>(from) & ~(os::page_size() - 1);
    uintptr_t high = (reinterpret_cast<uintptr_t>(to) + os::page_size() - 1) & ~(os::page_size() - 1);
    os::in_core_dumps(reinterpret_cast<void *>(low), high - low, true);
  };
  add(&weft_slots[first], &weft_slots[first + kDumped]);
  add(cold(&weft_slots[first]), cold(&weft_slots[first + kDumped]));
  add(&weft_fibers[first], &weft_fibers[first + kDumped]);
}

bool reserve_table() {
  if (slots_used.load(std::memory_order_relaxed))
    return true;
  auto *base = static_cast<char *>(os::reserve(kBothHalves + kFiberPlaces));
  if (!base)
    return false;
  weft_slots = reinterpret_cast<weft_cb *>(base);
  os::in_core_dumps(base, kBothHalves + kFiberPlaces, false);
  weft_slots[0].handle = ~UINT64_C(0);
  weft_fibers = reinterpret_cast<weft_fiber_place *>(base + kBothHalves);
  dump_slots(0);
  slots_used = 1;
  return true;
}

// A static program has the debugger's table because somebody names it.
[[gnu::used]] const void *const keep_debug_table = weft_debug_table;

// So that a program's first lookup of any handle, made up or not, finds the table.
[[gnu::constructor]] void at_load() {
  if (sleeps())
    return; // the table is another copy's
  std::lock_guard<std::mutex> hold(lock);
  reserve_table();
}

weft_cb *new_slot() {
  std::lock_guard<std::mutex> hold(lock);
  if (!reserve_table() || slots_used == WEFT_SLOT_MASK)
    return nullptr;
  uint32_t slot = slots_used.fetch_add(1, std::memory_order_relaxed);
  if (slot % kDumped == 0)
    dump_slots(slot);
  weft_cb *cb = &weft_slots[slot];
  cb->handle = WEFT_GENERATION_ONE | slot;
  return cb;
}

// Gives a thread's free blocks to the others when it ends.
void end_thread(void *) {
  free_dead_blocks();
  leave_blocks();
  weft_tls.armed = 0;
}

// Before the thread has a free block: one that only ends what others made has them too. Once, but for
// destructors of the thread's own objects: one that runs after end_thread and frees a block arms it again. An object with a
// destructor would not do: it is destroyed once, and what is freed later is lost with its slot.
void arm_thread() {
  if (weft_tls.armed)
    return;
  join_process();
  __cxa_thread_atexit(end_thread, nullptr, &__dso_handle);
  weft_tls.armed = 1;
  install_overflow_handler();
}

// A block with a stack, an idle one or a new one. Null when there is no memory.
[[gnu::noinline]] weft_cb *slow_block(uint32_t stack_class) {
  if (stack_class == 0)
    return nullptr;
  arm_thread();
  free_dead_blocks();
  if (weft_cb *cb = weft_tls.free_list[stack_class]) {
    weft_tls.free_list[stack_class] = cb->parent;
    return cb;
  }
  if (weft_cb *cb = take_idle_block(stack_class))
    return cb;
  Stack stack = make_stack(stack_class);
  if (!stack.low)
    return nullptr;
  weft_cb *cb = new_slot();
  if (!cb)
    return nullptr; // the stack stays in its arena: there is no slot for anything any more
  cb->stack_class = stack_class;
  ColdCb *c = cold(cb);
  c->stack_low = stack.low;
  c->stack_top = stack.top - sizeof(BodyWords);
  arch::valgrind::register_stack(stack.low, stack.top);
  prepare_stack(cb);
  return cb;
}

[[gnu::cold, gnu::noinline]] uint32_t ask_for_default() {
  uint32_t stack_class = stack_class_of_environment();
  default_class.store(stack_class);
  return stack_class;
}

// 0, whose free list stays empty and which slow_block refuses, for a class that does not exist.
inline uint32_t resolve(uint32_t stack_class) {
  if (stack_class == WEFT_STACK_DEFAULT) {
    stack_class = default_class.load(std::memory_order_relaxed);
    return __builtin_expect(stack_class != 0, 1) ? stack_class : ask_for_default();
  }
  return stack_class < WEFT_STACK_CLASSES ? stack_class : 0;
}

inline weft_cb *take_block(uint32_t stack_class) {
  weft_cb *cb = weft_tls.free_list[stack_class];
  if (__builtin_expect(cb != nullptr, 1)) {
    weft_tls.free_list[stack_class] = cb->parent;
    return cb;
  }
  return slow_block(stack_class);
}

inline void start_at(weft_cb *cb, arch::Start how, void *fn, void *env) {
  arch::prepare_start(cb, how, fn, env);
  cb->inner = cb;
  // The last use may have ended with some: code that is unwound, or leaves by longjmp, may not balance.
  reinterpret_cast<BodyWords *>(cold(cb)->stack_top)->exceptions = {};
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
  cb->flags |= kCbSanitized;
#endif
}

// The body of the out-of-line form: payload registers to memory and back. An ordinary function for the
// trampoline.
[[noreturn]] void run_body(void *env, uint64_t i0, uint64_t i1, uint64_t i2, uint64_t i3,
                           uint64_t i4, uint64_t i5, double f0, double f1, double f2, double f3,
                           double f4, double f5) {
  auto *words = static_cast<BodyWords *>(env);
  weft_payload io = {{i0, i1, i2, i3, i4, i5}, {f0, f1, f2, f3, f4, f5}};
  words->body(words->env, &io);
  arch::end_body_with(&io);
}

weft_cont new_with_body(weft_body body, void *env, uint32_t stack_class) {
  weft_cb *cb = take_block(resolve(stack_class));
  if (!cb)
    return 0;
  auto *words = reinterpret_cast<BodyWords *>(cold(cb)->stack_top);
  words->body = body;
  words->env = env;
  start_at(cb, arch::Start::Continuation, reinterpret_cast<void *>(run_body), words);
  return cb->handle;
}

// The walk from me outwards. A suspend found beyond me is remembered in me, and every link on the way is
// marked (bit 0 of `on`): cutting a marked link bumps weft_link_epoch and so empties the caches. What
// the found block's resumer installed is looked at on each use, so its change needs no mark. The marks are
// made while walking, where they cost nothing; those of a walk that finds nothing are in nobody's way.
template <uint32_t kind> Found search(weft_cb *me, const weft_tag *tag) {
  for (weft_cb *cb = me; cb != &weft_root_cb; cb = cb->parent) {
    auto link = reinterpret_cast<uintptr_t>(cb->on);
    auto *on = reinterpret_cast<const weft_handlers *>(link & ~UINT64_C(1));
    uint64_t count_and_flags, index = 0;
    memcpy(&count_and_flags, on, sizeof count_and_flags);
    // One entry and no flags is what nearly all have; a level costs what its instructions cost.
    if (__builtin_expect(count_and_flags != 1, 0)) {
      if (on->flags & WEFT_HANDLERS_BARRIER)
        return {nullptr, WEFT_RULE_BARRIER};
      while (index < on->count && (on->entry[index].tag != tag || on->entry[index].kind != kind))
        ++index;
    } else if (on->entry[0].tag != tag || on->entry[0].kind != kind) {
      index = 1;
    }
    if (index < static_cast<uint32_t>(count_and_flags)) {
      if (kind == WEFT_ON_SUSPEND && (cb != me || index != 0)) {
        ColdCb *c = cold(me);
        c->cache_tag = tag;
        c->cache_found = cb;
        c->cache_epoch = __atomic_load_n(&weft_link_epoch, __ATOMIC_RELAXED);
        c->cache_index = index;
        me->flags |= kCbHasCache;
      }
      return {cb, index};
    }
    if (__builtin_expect(cb->flags & kCbDropping, 0))
      return {nullptr, WEFT_RULE_DROP};
    if (kind == WEFT_ON_SUSPEND && !(link & 1))
      cb->on = reinterpret_cast<const weft_handlers *>(link | 1);
  }
  return {nullptr, WEFT_RULE_UNHANDLED};
}

constexpr weft_payload kNoPayload = {};

// A switch that nobody handles is CONT-02 first, as by the inline text.
void refuse_too_much(weft_cont k, uint32_t ints, uint32_t floats, const weft_tag *switch_by = nullptr) {
  const weft_cb *cb = &weft_slots[k & WEFT_SLOT_MASK];
  if (cb->handle == k && bound_too_much(cb, ints, floats) &&
      (!switch_by || weft_rt_search(weft_current(), switch_by, WEFT_ON_SWITCH).cb))
    weft_trap(WEFT_RULE_PAYLOAD, k, nullptr);
}

} // namespace

weft_cb *new_root(void (*body)(void *), void *env, uint32_t stack_class) {
  weft_cb *cb = take_block(resolve(stack_class));
  if (!cb)
    return nullptr;
  start_at(cb, arch::Start::Root, reinterpret_cast<void *>(body), env);
  if (__builtin_expect(__builtin_add_overflow(cb->handle, WEFT_GENERATION_ONE, &cb->handle), 0))
    return weft_rt_cont_renew(cb);
  return cb;
}

bool is_own_table() { return weft_slots == no_slots || slots_used; }

std::mutex &slots_lock() { return lock; }

void set_default_stack_class(uint32_t stack_class) { default_class.store(stack_class); }

void free_block(weft_cb *cb) {
  arm_thread();
  if (cb->flags) {
    arch::san::destroy(cb, arch::san::Ended::Unwound);
    arch::san::forget_frames(cb); // those that were unwound: nobody tells ASan of each
    cold(cb)->cache_tag = nullptr;
    cb->flags = 0;
  }
  cb->parent = weft_tls.free_list[cb->stack_class];
  weft_tls.free_list[cb->stack_class] = cb;
}

WEFT_NOT_SEEN weft_cb *innermost(weft_cb *outermost) {
  return outermost->inner;
}

uint32_t resume_block(weft_cb *cb, const weft_handlers *on, const weft_payload &in,
                      weft_payload *out, weft_cont *next) {
  weft_payload scratch;
  weft_cont none;
  arch::san::Leave leave(arch::san::into(cb));
  uint32_t which = arch::resume_memory(cb, on && on->count ? on : &weft_no_handlers, &in,
                                       out ? out : &scratch, next ? next : &none);
  leave.back();
  return which;
}

uint32_t slot_count() { return slots_used.load(std::memory_order_relaxed); }

namespace {

using Native = void(void (*fn)(void *), void *arg);
constinit thread_local Native *native_elsewhere = nullptr;

struct NativeCall {
  void (*fn)(void *);
  void *arg;
};

void call_elsewhere(void *arg) {
  auto *call = static_cast<NativeCall *>(arg);
  native_elsewhere(call->fn, call->arg);
}

} // namespace

void set_native_elsewhere(Native *to) { native_elsewhere = to; }

void call_scheduler(void (*fn)(void *), void *arg) {
#if defined(WEFT_ASAN) || defined(WEFT_TSAN) || defined(WEFT_PORT_PORTABLE)
  call_native(fn, arg);
#else
  weft_cb *me = weft_current();
  if (__builtin_expect(me == &weft_root_cb, 0)) {
    fn(arg);
    return;
  }
  while (me->parent != &weft_root_cb)
    me = me->parent;
  const void *low;
  arch::call_native(fn, arg, me, &low);
#endif
}

void call_native(void (*fn)(void *), void *arg) {
  NativeCall elsewhere{fn, arg};
  if (__builtin_expect(native_elsewhere != nullptr, 0)) {
    fn = call_elsewhere;
    arg = &elsewhere;
  }
  weft_cb *me = weft_current();
  if (me == &weft_root_cb) {
    fn(arg);
    return;
  }
  weft_cb *outermost = me;
  while (outermost->parent != &weft_root_cb)
    outermost = outermost->parent;
  // Nothing handles a suspension in there: it is CONT-02 rather than a stack switched away under fn.
  // An exception that comes out of fn is in flight in here from then on.
  struct Restore {
    weft_cb *me;
    unsigned int uncaught = exceptions_of(&weft_root_cb).uncaught;
    WaitsForNative waits;
    Restore(weft_cb *running, const void *sp) : me(running), waits{running, sp, waits_for_native} {
      waits_for_native = &waits;
    }
    ~Restore() {
      waits_for_native = waits.outer;
      weft_tls.current = me;
      ExceptionGlobals &threads = exceptions_of(&weft_root_cb);
      exceptions_of(me).uncaught += threads.uncaught - uncaught;
      threads.uncaught = uncaught;
    }
  } restore{me, arch::stack_pointer()};
  weft_tls.current = &weft_root_cb;
  struct Call {
    void (*fn)(void *);
    void *arg;
    arch::san::NativeCall told;
    ~Call() { told.back(); }
  } call{fn, arg, arch::san::NativeCall(me)};
  arch::call_native(
      [](void *arg) {
        auto *c = static_cast<Call *>(arg);
        struct There { // also when an exception leaves
          arch::san::NativeCall &told;
          explicit There(arch::san::NativeCall &t) : told(t) { told.arrive(); }
          ~There() { told.depart(); }
        } there(c->told);
        c->fn(c->arg);
      },
      &call, outermost, &waits_for_native->sp);
}

} // namespace weft

using namespace weft;

extern "C" {

weft_cb *weft_slots = no_slots;
weft_fiber_place *weft_fibers = no_fibers;

__thread weft_thread weft_tls __attribute__((tls_model("initial-exec"))) = {&weft_root_cb, {}, 0, 0};

__thread uint64_t weft_thread_number __attribute__((tls_model("initial-exec"))) = 0;

uint64_t weft_thread_numbers_given = 0; // 64 bits: none comes twice. A symbol, so that it is of the same libweft as the variable

uint64_t weft_rt_thread_number(void) {
  if (!weft_thread_number)
    weft_thread_number = __atomic_add_fetch(&weft_thread_numbers_given, 1, __ATOMIC_RELAXED);
  return weft_thread_number;
}

// noinline: its callers must not keep the thread-local's address over a switch.
[[gnu::noinline]] weft_cb *weft_current(void) { return weft_tls.current; }

static weft_cont start(weft_cb *cb, void (*fn)(void), void *env) {
  start_at(cb, arch::Start::Continuation, reinterpret_cast<void *>(fn), env);
  return cb->handle;
}

// Apart, and called in tail position, so that the way below needs no frame.
[[gnu::noinline]] static weft_cont slow_cont_new(void (*fn)(void), void *env, uint32_t stack_class) {
  weft_cb *cb = slow_block(stack_class);
  return cb ? start(cb, fn, env) : 0;
}

weft_cont weft_rt_cont_new(void (*fn)(void), void *env, uint32_t stack_class) {
  stack_class = resolve(stack_class);
  weft_cb *cb = weft_tls.free_list[stack_class];
  if (__builtin_expect(!cb, 0))
    return slow_cont_new(fn, env, stack_class);
  weft_tls.free_list[stack_class] = cb->parent;
  return start(cb, fn, env);
}

weft_cont weft_rt_cont_new_mem(weft_body body, void *env, uint32_t stack_class) {
  return new_with_body(body, env, stack_class);
}

weft_cb *weft_rt_cont_renew(weft_cb *old) {
  weft_cb *cb = new_slot();
  if (!cb)
    fatal("weft: no continuation slot is left to renew an exhausted one (2^24 live continuations)");
  weft_cont handle = cb->handle;
  *cb = *old;
  *cold(cb) = *cold(old);
  cb->handle = handle;
  cold(cb)->cache_tag = nullptr;
  weft_fibers[cb - weft_slots].fiber = weft_fibers[old - weft_slots].fiber; // a fiber stays the same one
  // Three things name a suspended block: its chain's other end, its only child, its trampoline.
  if (old->inner == old)
    cb->inner = cb;
  else
    for (weft_cb *inner = old->inner; inner != old; inner = inner->parent)
      if (inner->parent == old) {
        inner->parent = cb;
        break;
      }
  prepare_stack(cb);
  // The old slot has no stack and is on no list: retired. Its generation 0 matches no handle.
  *cold(old) = {};
  __atomic_fetch_add(&weft_link_epoch, 1, __ATOMIC_RELAXED);
  return cb;
}

Found weft_rt_search(weft_cb *me, const weft_tag *tag, uint32_t kind) {
  return kind == WEFT_ON_SUSPEND ? search<WEFT_ON_SUSPEND>(me, tag) : search<WEFT_ON_SWITCH>(me, tag);
}

// The end of a block with flags, or of a thread's first one; on its own stack still.
WEFT_NOT_SEEN void weft_rt_before_return(weft_cb *cb) {
  arm_thread();
  if (!cb->flags)
    return;
  arch::san::before_return();
  arch::san::destroy(cb, arch::san::Ended::Returned);
  cold(cb)->cache_tag = nullptr;
  cb->flags = 0;
}

// The first thing on a fresh stack, in sanitized builds only.
void weft_rt_after_entry() { arch::san::after_entry(); }

uint32_t weft_rt_resume(weft_cont k, const weft_handlers *on, const weft_payload *in,
                        weft_payload *out, weft_cont *next) {
  weft_cb *cb = arch::consume(k);
  if (__builtin_expect(!cb, 0))
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  return resume_block(cb, on, in ? *in : kNoPayload, out, next);
}

uint32_t weft_rt_resume_sent(weft_cont k, const weft_handlers *on, const weft_payload *in, weft_payload *out,
                             weft_cont *next, uint32_t sent) {
  refuse_too_much(k, sent & WEFT_SENT_INTS, sent / WEFT_SENT_FLOATS & 7);
  return weft_rt_resume(k, on, in, out, next);
}

void weft_rt_suspend(const weft_tag *tag, const weft_payload *in, weft_payload *out) {
  weft_payload scratch;
  arch::san::Leave leave(arch::san::out_of(tag));
  arch::suspend_memory(tag, out ? out : &scratch, in ? in : &kNoPayload);
  leave.back();
}

void weft_rt_switch_sent(weft_cont k, const weft_tag *tag, const weft_payload *in, uint32_t sent, weft_payload *out) {
  refuse_too_much(k, sent & WEFT_SENT_INTS, sent / WEFT_SENT_FLOATS & 7, tag);
  weft_rt_switch(k, tag, in, (sent & WEFT_SENT_INTS) - 1, out);
}

void weft_rt_switch(weft_cont k, const weft_tag *tag, const weft_payload *in, uint32_t int_count,
                    weft_payload *out) {
  if (int_count > WEFT_PAYLOAD_INTS - 1)
    weft_trap(WEFT_RULE_PAYLOAD, k, tag);
  refuse_too_much(k, int_count + 1, 0, tag); // else the handle of who is left would be lost too
  weft_cb *cb = arch::consume(k);
  if (__builtin_expect(!cb, 0))
    weft_trap(WEFT_RULE_CONSUMED, k, tag);
  weft_payload scratch;
  arch::san::Leave leave(arch::san::into_by(tag, cb));
  arch::switch_memory(cb, tag, in ? in : &kNoPayload, int_count, out ? out : &scratch);
  leave.back();
}

} // extern "C"
