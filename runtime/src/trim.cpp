// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The ways of a free block (trim.h): free list -> rested -> cold -> trimmed, and back to use from
// any of them. Each list is linked by `parent`. The first three are the thread's own; trimmed
// blocks and those of ended threads are everybody's.
#include "trim.h"

#include "collect.h"
#include "cont.h"
#include "debug_table.h"
#include "os/os.h"
#include "process.h"
#include "stack.h"
#include "weft/stack.h"

#include <mutex>

namespace weft {
namespace {

constexpr uint32_t kStepStacks = 32;
// What a free list of one class may hold without being worth a look: 4 MiB, and few to walk over.
constexpr size_t kNotWorth = 4 << 20;
constexpr uint32_t kFew = 16;

struct Aside {
  weft_cb *rested[WEFT_STACK_CLASSES]; // was on the free list at the last look
  weft_cb *cold[WEFT_STACK_CLASSES];   // was rested at the last look
  weft_cont top[WEFT_STACK_CLASSES];   // a free list with this on top was not worth a look
};
constinit thread_local Aside aside = {};

std::mutex lock; // of all below
weft_cb *left_behind[WEFT_STACK_CLASSES];
weft_cb *trimmed[WEFT_STACK_CLASSES];
uint64_t trimmed_count[WEFT_STACK_CLASSES];

weft_cb *pop(weft_cb *&list) {
  weft_cb *cb = list;
  if (cb)
    list = cb->parent;
  return cb;
}

void push(weft_cb *&list, weft_cb *cb) {
  cb->parent = list;
  list = cb;
}

uint64_t length(const weft_cb *list) {
  uint64_t n = 0;
  for (; list; list = list->parent)
    n++;
  return n;
}

bool worth_a_look(uint32_t c) {
  size_t size = 0;
  uint32_t n = 0;
  for (const weft_cb *cb = weft_tls.free_list[c]; cb; cb = cb->parent)
    if ((size += stack_size(c)) > kNotWorth || ++n > kFew)
      return true;
  return false;
}

// All of them: the word at the top that uses of a stack count on is written anew by
// take_idle_block.
bool trim(weft_cb *cb, uint32_t c) {
  const ColdCb *of = cold(cb);
  auto low = reinterpret_cast<uintptr_t>(of->stack_low);
  auto end = reinterpret_cast<uintptr_t>(of->stack_top + sizeof(BodyWords));
  end = (end + os::page_size() - 1) & ~(os::page_size() - 1);
  bool given = os::discard(of->stack_low, end - low);
  std::lock_guard<std::mutex> hold(lock);
  push(trimmed[c], cb);
  trimmed_count[c]++;
  return given;
}

} // namespace

weft_cb *take_idle_block(uint32_t c) {
  if (weft_cb *cb = pop(aside.rested[c]))
    return cb;
  if (weft_cb *cb = pop(aside.cold[c]))
    return cb;
  weft_cb *cb;
  {
    std::lock_guard<std::mutex> hold(lock);
    if ((cb = pop(left_behind[c])))
      return cb;
    if (!(cb = pop(trimmed[c])))
      return nullptr;
    trimmed_count[c]--;
  }
  prepare_stack(cb);
  return cb;
}

void leave_blocks() {
  std::lock_guard<std::mutex> hold(lock);
  for (uint32_t c = 0; c < WEFT_STACK_CLASSES; ++c)
    for (weft_cb **list : {&weft_tls.free_list[c], &aside.rested[c], &aside.cold[c]})
      while (weft_cb *cb = pop(*list))
        push(left_behind[c], cb);
}

std::mutex &idle_blocks_lock() { return lock; }

void note_idle_blocks() {
  auto note = [](weft_cb *const(&lists)[WEFT_STACK_CLASSES]) {
    for (weft_cb *cb : lists)
      for (; cb; cb = cb->parent)
        note_free(cb);
  };
  note(aside.rested);
  note(aside.cold);
  std::lock_guard<std::mutex> hold(lock);
  note(left_behind);
  note(trimmed);
}

// At the end of each idle turn, so a list is not walked again when nothing can have happened to it:
// its first block is there with the same generation, thus was not taken, and nothing below it was.
bool worth_a_look() {
  for (uint32_t c = 1; c < WEFT_STACK_CLASSES; ++c) {
    const weft_cb *first = weft_tls.free_list[c];
    if (!first || first->handle == aside.top[c])
      continue;
    if (worth_a_look(c))
      return true;
    aside.top[c] = first->handle;
  }
  return false;
}

TrimWish trim_step() {
  uint32_t steps = kStepStacks;
  for (uint32_t c = 0; c < WEFT_STACK_CLASSES; ++c)
    while (aside.cold[c]) {
      if (steps-- == 0)
        return TrimWish::Soon;
      trim(pop(aside.cold[c]), c);
    }
  if (steps != kStepStacks)
    return TrimWish::Look; // the looks are a second apart
  TrimWish wish = TrimWish::Nothing;
  for (uint32_t c = 0; c < WEFT_STACK_CLASSES; ++c) {
    aside.cold[c] = aside.rested[c];
    aside.rested[c] = nullptr;
    if (worth_a_look(c)) {
      aside.rested[c] = weft_tls.free_list[c];
      weft_tls.free_list[c] = nullptr;
      if (wish == TrimWish::Nothing)
        wish = TrimWish::Look;
    }
    if (!aside.cold[c]) {
      std::lock_guard<std::mutex> hold(lock);
      aside.cold[c] = left_behind[c];
      left_behind[c] = nullptr;
    }
    if (aside.cold[c])
      wish = TrimWish::Soon;
  }
  return wish;
}

IdleCounts idle_counts(uint32_t stack_class) {
  IdleCounts n = {};
  std::lock_guard<std::mutex> hold(lock);
  for (uint32_t c = 1; c < WEFT_STACK_CLASSES; ++c) {
    if (stack_class != 0 && stack_class != c)
      continue;
    for (const weft_cb *list :
         {weft_tls.free_list[c], aside.rested[c], aside.cold[c], left_behind[c]})
      n.cached += length(list);
    n.trimmed += trimmed_count[c];
  }
  return n;
}

IdleLists idle_lists() {
  auto offset = [](const void *list) {
    return static_cast<const char *>(list) - static_cast<const char *>(__builtin_thread_pointer());
  };
  return {offset(aside.rested), offset(aside.cold), left_behind, trimmed};
}

} // namespace weft

using namespace weft;

extern "C" uint64_t weft_stack_trim(void) {
  uint64_t given = 0;
  for (uint32_t c = 0; c < WEFT_STACK_CLASSES; ++c) {
    weft_cb *left;
    {
      std::lock_guard<std::mutex> hold(lock);
      left = left_behind[c];
      left_behind[c] = nullptr;
    }
    for (weft_cb **list : {&weft_tls.free_list[c], &aside.rested[c], &aside.cold[c], &left})
      while (weft_cb *cb = pop(*list))
        given += trim(cb, c);
  }
  return given;
}
