// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Which continuations are suspended, what stands on their stacks, and freeing those that nothing refers to.
//
// The hot path knows nothing of this: a block does not say whether it is suspended, running or free. So a
// collection finds out. It notes in the ip of each block that is free or running that it is; start and
// suspension overwrite that. All others are suspended, and what is not some chain's
// outermost is found by walking the chains. Rejected: a state in the block (a store for each switch), a list of
// what is suspended (likewise), asking the language (it hears nothing of a continuation's end).
#include "collect.h"

#include "arch/switch.h"
#include "cont.h"
#include "os/os.h"
#include "weft/collect.h"

#include <cstring>

namespace weft {
namespace {

constexpr size_t kBits = (size_t(WEFT_SLOT_MASK) + 1) / 8;
uint64_t *marked; // by slot
uint64_t *inside; // those of a suspended chain, but for its outermost
uint32_t count;   // slots as of begin

bool bit(const uint64_t *bits, uint32_t slot) { return bits[slot / 64] >> slot % 64 & 1; }
void set(uint64_t *bits, uint32_t slot) { bits[slot / 64] |= uint64_t(1) << slot % 64; }
uint32_t slot_of(const weft_cb *cb) { return uint32_t(cb - weft_slots); }

// The outermost of a longer chain goes on elsewhere: its ip is as it was while it ran. A retired slot has no stack.
bool is_suspended(weft_cb *cb) {
  auto ip = reinterpret_cast<uintptr_t>(cb->ip);
  return (ip > kIpFree || (ip == kIpRunning && cb->inner != cb)) && cold(cb)->stack_top;
}

bool is_outermost(uint32_t slot) { return is_suspended(&weft_slots[slot]) && !bit(inside, slot); }

BodyWords *words_of(weft_cb *cb) { return reinterpret_cast<BodyWords *>(cold(cb)->stack_top); }

// The running chain from cb outwards, and the stack pointer that its outermost left on the native stack.
template <class F> const void *each_running(weft_cb *cb, const void *sp, F visit) {
  for (; cb != &weft_root_cb; cb = cb->parent) {
    visit(cb, sp);
    sp = cb->psp;
  }
  return sp;
}

void words(const void *low, const void *high, weft_visit_words visit, void *arg) {
  visit(arg, static_cast<const uint64_t *>(low), static_cast<const uint64_t *>(high));
}

void chain(weft_cb *outermost, weft_visit_words visit, void *arg) {
  const void *low = suspended_low(innermost(outermost)),
             *high = suspended_high(innermost(outermost));
  for (weft_cb *cb = innermost(outermost);;) {
    words(low, high, visit, arg);
    if (cb == outermost)
      return;
    low = cb->psp;
    cb = cb->parent;
    high = words_of(cb);
  }
}

} // namespace

thread_local WaitsForNative *waits_for_native;

} // namespace weft

using namespace weft;

extern "C" {

void weft_collect_own(weft_cont k) {
  weft_cb *cb = &weft_slots[k & WEFT_SLOT_MASK];
  if (cb->handle != k)
    weft_trap(WEFT_RULE_CONSUMED, k, nullptr);
  words_of(cb)->exceptions.collected = 1;
}

weft_status weft_collect_begin(void) {
  if (!marked) {
    auto *both = static_cast<uint64_t *>(os::reserve(2 * kBits));
    if (!both)
      return WEFT_E_NOMEM;
    marked = both;
    inside = both + kBits / 8;
  }
  count = slot_count();
  memset(marked, 0, (count + 63) / 64 * 8);
  memset(inside, 0, (count + 63) / 64 * 8);
  note_dead_blocks();
  for (weft_cb *cb : weft_tls.free_list) // last in, first out: below one that was noted all were
    for (; cb && note_free(cb); cb = cb->parent)
      ;
  note_idle_blocks();
  auto running = [](weft_cb *cb, const void *) { cb->ip = as_ip(kIpRunning); };
  each_running(weft_tls.current, nullptr, running);
  for (WaitsForNative *w = waits_for_native; w; w = w->outer)
    each_running(w->me, nullptr, running);
  for (uint32_t slot = 1; slot < count; ++slot) {
    weft_cb *cb = &weft_slots[slot];
    if (cb->inner != cb && is_suspended(cb))
      for (weft_cb *in = innermost(cb); in != cb; in = in->parent)
        set(inside, slot_of(in));
  }
  return WEFT_OK;
}

// noinline: its own frame holds the caller's registers, and lies below everything that counts.
[[gnu::noinline]] void weft_collect_roots(weft_visit_words visit, void *arg) {
  __builtin_unwind_init();
  const void *sp = arch::stack_pointer();
  auto stack = [&](weft_cb *cb, const void *low) { words(low, words_of(cb), visit, arg); };
  sp = each_running(weft_tls.current, sp, stack);
  words(sp, os::native_stack_end(), visit, arg);
  for (WaitsForNative *w = waits_for_native; w; w = w->outer)
    each_running(w->me, w->sp, stack);
  for (uint32_t slot = 1; slot < count; ++slot)
    if (is_outermost(slot) && !words_of(&weft_slots[slot])->exceptions.collected)
      chain(&weft_slots[slot], visit, arg);
}

int weft_collect_mark(uint64_t word) {
  uint32_t slot = word & WEFT_SLOT_MASK;
  if (slot >= count || weft_slots[slot].handle != word || bit(marked, slot) || !is_outermost(slot))
    return 0;
  set(marked, slot);
  return 1;
}

void weft_collect_stacks(weft_cont k, weft_visit_words visit, void *arg) {
  chain(&weft_slots[k & WEFT_SLOT_MASK], visit, arg);
}

uint64_t weft_collect_sweep(uint64_t *pages) {
  uint64_t freed = 0, freed_pages = 0;
  auto count_pages = [](void *sum, const uint64_t *low, const uint64_t *high) {
    *static_cast<uint64_t *>(sum) += reinterpret_cast<uintptr_t>(high) / os::page_size() -
                                     reinterpret_cast<uintptr_t>(low) / os::page_size() + 1;
  };
  for (uint32_t slot = 1; slot < count; ++slot) {
    if (bit(marked, slot) || !is_outermost(slot))
      continue;
    weft_cb *outermost = &weft_slots[slot];
    if (!words_of(outermost)->exceptions.collected)
      continue;
    chain(outermost, count_pages, &freed_pages);
    // Whoever kept the handle where no collection looks finds it consumed.
    outermost = arch::consume(outermost->handle);
    for (weft_cb *cb = innermost(outermost), *outer;; cb = outer) {
      outer = cb->parent;
      note_free(cb);
      cb->inner = cb;
      arch::san::forget_frames(cb);
      arch::san::destroy(cb, arch::san::Ended::Abandoned);
      free_block(cb);
      if (cb == outermost)
        break;
    }
    ++freed;
  }
  if (pages)
    *pages = freed_pages;
  if (freed) // ways through them are no more
    __atomic_fetch_add(&weft_link_epoch, 1, __ATOMIC_RELAXED);
  return freed;
}

} // extern "C"
