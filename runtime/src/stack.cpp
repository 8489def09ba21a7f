// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// Arenas of stacks (stack.h). The list of arenas only grows and is read by the fault handler, so a new
// one is published by a release store of its count.
#include "stack.h"

#include "cont.h"
#include "os/os.h"
#include "process.h"
#include "weft/base.h"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace weft {
namespace {

constexpr size_t kKiB = 1024, kMiB = 1024 * kKiB;
constexpr size_t kSizes[WEFT_STACK_CLASSES] = {0,        16 * kKiB, 64 * kKiB, 256 * kKiB,
                                               1 * kMiB, 8 * kMiB,  64 * kMiB, 1024 * kMiB};
// Stacks lie one page further apart than they are big: at a distance of 64 KiB the page tables of a
// thousand of them crowd a few sets of the TLB (a driver loop over 1024 costs twice as much).
// That page is guarded too: a frame that nobody probes may step over one.
constexpr size_t kApart = 4096;
constexpr size_t kColours = 32;
constexpr size_t kColourStep = 64;

struct Arena {
  char *base;
  size_t size;
  uint32_t stack_class;
};

// Arenas grow to 256 MiB, so this is more address space than anybody touches.
constexpr uint32_t kMaxArenas = 1 << 16;
Arena arenas[kMaxArenas];
std::atomic<uint32_t> arena_count{0};

std::mutex lock;
char *next[WEFT_STACK_CLASSES];
char *end[WEFT_STACK_CLASSES];
size_t grown[WEFT_STACK_CLASSES];
uint64_t mapped[WEFT_STACK_CLASSES];
uint64_t made[WEFT_STACK_CLASSES];
uint64_t made_of_all;
std::atomic<uint64_t> unguarded[WEFT_STACK_CLASSES];

std::atomic<uint32_t> guard{0}; // a Guard and one; 0: not decided

size_t stride(uint32_t stack_class) { return kSizes[stack_class] + kApart; }
// The first page of a stack's size, and what keeps it apart from the one below.
size_t guard_size() { return kApart + os::page_size(); }

bool grow(uint32_t stack_class) {
  size_t one = stride(stack_class);
  // The first arena is small, so that a program with three tasks reserves little; later ones double.
  size_t size = grown[stack_class] ? grown[stack_class] * 2 : one * 16;
  if (size < (size_t(1) << 20))
    size = size_t(1) << 20;
  size_t most = one > (size_t(256) << 20) ? one : size_t(256) << 20;
  if (size > most)
    size = most;
  size = size / one * one;
  uint32_t index = arena_count.load(std::memory_order_relaxed);
  if (index == kMaxArenas)
    return false;
  void *base = os::reserve(size);
  while (!base && size > one) {
    size = one;
    base = os::reserve(size);
  }
  if (!base)
    return false;
  arenas[index] = {static_cast<char *>(base), size, stack_class};
  arena_count.store(index + 1, std::memory_order_release);
  next[stack_class] = static_cast<char *>(base);
  end[stack_class] = next[stack_class] + size;
  grown[stack_class] = size;
  mapped[stack_class] += size;
  return true;
}

} // namespace

size_t stack_size(uint32_t stack_class) { return kSizes[stack_class]; }

Stack make_stack(uint32_t stack_class) {
  size_t size = kSizes[stack_class];
  char *base;
  uint64_t number;
  {
    std::lock_guard<std::mutex> hold(lock);
    if (next[stack_class] == end[stack_class] && !grow(stack_class))
      return {nullptr, nullptr};
    base = next[stack_class];
    next[stack_class] += stride(stack_class);
    made[stack_class]++;
    number = made_of_all++;
  }
  os::Guard kind = guard_kind();
  if (kind != os::Guard::None && !os::install_guard(kind, base, guard_size()))
    unguarded[stack_class].fetch_add(1, std::memory_order_relaxed);
  char *top = base + kApart + size - (number % kColours) * kColourStep;
  return {base + guard_size(), top};
}

uint32_t guard_hit(const void *address, char **low) {
  auto *at = static_cast<const char *>(address);
  for (uint32_t i = arena_count.load(std::memory_order_acquire); i-- > 0;) {
    const Arena &arena = arenas[i];
    if (at < arena.base || at >= arena.base + arena.size)
      continue;
    size_t offset = static_cast<size_t>(at - arena.base) % stride(arena.stack_class);
    if (offset >= guard_size())
      return 0;
    *low = arena.base + (at - arena.base) - offset + guard_size();
    return arena.stack_class;
  }
  return 0;
}

os::Guard guard_kind() {
  uint32_t known = guard.load(std::memory_order_acquire);
  if (!known) {
    set_guard_kind(guard_of_environment());
    known = guard.load(std::memory_order_acquire);
  }
  return static_cast<os::Guard>(known - 1);
}

void set_guard_kind(os::Guard kind) {
  uint32_t nobody = 0;
  guard.compare_exchange_strong(nobody, static_cast<uint32_t>(kind) + 1);
}

const char *guard_name(os::Guard kind) {
  static const char *const names[] = {"none", "mprotect", "MADV_GUARD_INSTALL"};
  return names[static_cast<uint32_t>(kind)];
}

std::mutex &stacks_lock() { return lock; }

StackCounts stack_counts(uint32_t stack_class) {
  std::lock_guard<std::mutex> hold(lock);
  StackCounts counts = {};
  for (uint32_t c = 1; c < WEFT_STACK_CLASSES; ++c)
    if (c == stack_class || stack_class == 0) {
      counts.made += made[c];
      counts.unguarded += unguarded[c].load(std::memory_order_relaxed);
      counts.mapped += mapped[c];
    }
  return counts;
}

StackDepths stack_depths(uint32_t stack_class) {
  StackDepths depths = {};
  const size_t page = os::page_size();
  unsigned char there[1024];
  char *used; // of the class's newest arena, stacks lie below this
  {
    std::lock_guard<std::mutex> hold(lock);
    used = next[stack_class];
  }
  for (uint32_t i = arena_count.load(std::memory_order_acquire); i-- > 0;) {
    const Arena &arena = arenas[i];
    if (arena.stack_class != stack_class)
      continue;
    char *end = arena.base + arena.size;
    if (used >= arena.base && used < end)
      end = used;
    for (char *at = arena.base; at < end;) {
      size_t pages = std::min(sizeof there, static_cast<size_t>(end - at) / page);
      bool known = os::resident(at, pages * page, there);
      for (size_t p = 0; p < pages; ++p, at += page) {
        size_t offset = static_cast<size_t>(at - arena.base) % stride(stack_class);
        if (!known || !(there[p] & 1) || offset < guard_size())
          continue;
        depths.resident += page;
        depths.deepest = std::max<uint64_t>(depths.deepest, stride(stack_class) - offset);
      }
    }
  }
  return depths;
}

} // namespace weft
