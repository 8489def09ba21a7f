// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// What fiber.h does out of line: making, ending and finding fibers. The table is made in cont.cpp, which also lets a
// fiber keep its identity when its continuation moves to another slot.
//
// The invariant: place[slot of f] is {f, k} with k the handle of f's suspended continuation, or RUNNING; when f
// has ended, by whatever way, it is {0, 0} or another fiber's. So whoever enters a fiber checks two words.
#include "weft/fiber.h"
#include "cont.h"

namespace weft {
namespace {

weft_fiber_place *place_in(uint32_t slot) { return &weft_fibers[slot]; }

// On the fiber's own stack while its entry runs, and so also unwound with it.
struct Running {
  ~Running() {
    weft_fiber_place *here = place_in(static_cast<uint32_t>(weft_current() - weft_slots));
    *place_in(here->fiber & WEFT_SLOT_MASK) = {0, 0};
    *here = {0, 0};
  }
};

// A union, because a function pointer is not a void pointer to C++.
union Entry {
  void *env;
  weft_fiber_entry resumed;
  weft_fiber_switch_entry switched;
};

void *as_pointer(uint64_t value) { return reinterpret_cast<void *>(value); }

void run_resumed(void *env, weft_payload *io) {
  Running running;
  weft_fiber_came_from(io);
  Entry entry = {env};
  io->i[0] = reinterpret_cast<uint64_t>(entry.resumed(as_pointer(io->i[0])));
}

void run_switched(void *env, weft_payload *io) {
  Running running;
  weft_fiber from = weft_fiber_came_from(io);
  Entry entry = {env};
  io->i[0] = reinterpret_cast<uint64_t>(entry.switched(as_pointer(io->i[0]), from));
}

// The class that holds so many bytes beside the guard and what the runtime keeps at the top; WEFT_STACK_CLASSES
// when none does.
uint32_t class_of(size_t stack) {
  if (stack < 4096)
    return static_cast<uint32_t>(stack < WEFT_STACK_CLASSES ? stack : size_t{WEFT_STACK_CLASSES});
  constexpr size_t kKept = 2 * 4096;
  constexpr int kLog2[] = {0, 14, 16, 18, 20, 23, 26, 30};
  for (uint32_t c = WEFT_STACK_16K; c < WEFT_STACK_CLASSES; ++c)
    if (stack <= (size_t(1) << kLog2[c]) - kKept)
      return c;
  return WEFT_STACK_CLASSES;
}

weft_fiber alloc(weft_body body, Entry entry, size_t stack) {
  weft_cont k = weft_rt_cont_new_mem(body, entry.env, class_of(stack));
  if (k)
    *place_in(k & WEFT_SLOT_MASK) = {k, k};
  return k;
}

} // namespace
} // namespace weft

using namespace weft;

extern "C" {

const weft_tag weft_rt_fiber_yield = {"fiber.yield", "ptr->ptr,i64,i64"};
const weft_tag weft_rt_fiber_switch = {"fiber.switch", "ptr,i64->ptr,i64,i64"};

weft_fiber weft_fiber_alloc(weft_fiber_entry entry, size_t stack) {
  Entry e;
  e.resumed = entry;
  return alloc(run_resumed, e, stack);
}

weft_fiber weft_fiber_alloc_switched(weft_fiber_switch_entry entry, size_t stack) {
  Entry e;
  e.switched = entry;
  return alloc(run_switched, e, stack);
}

void weft_fiber_free(weft_fiber fiber) {
  weft_fiber_place *place = place_in(fiber & WEFT_SLOT_MASK);
  if (!fiber || place->fiber != fiber)
    return;
  weft_cont k = place->k;
  if (k == WEFT_FIBER_RUNNING)
    weft_trap(WEFT_RULE_CONSUMED, fiber, nullptr);
  place->k = WEFT_FIBER_RUNNING; // its clean-ups cannot free it again
  weft_rt_cont_drop(k);
  if (place->fiber == fiber) // it was fresh; else Running did it, and the slot may be another's
    *place = {0, 0};
}

weft_fiber weft_rt_fiber_left(uint64_t how, weft_cont k) {
  weft_fiber_place *place = weft_fiber_place_of(k);
  if (how == WEFT_FIBER_BY_RETURN) {
    weft_rt_cont_drop(k);
    return 0;
  }
  place->k = k;
  return place->fiber;
}

weft_fiber weft_fiber_self(void) {
  for (weft_cb *cb = weft_current(); cb != &weft_root_cb; cb = cb->parent) {
    weft_fiber fiber = place_in(static_cast<uint32_t>(cb - weft_slots))->fiber;
    if (fiber)
      return fiber;
  }
  return 0;
}

void *weft_fiber_main(weft_fiber_entry entry, void *arg) {
  static const weft_handlers on = {1, 0, {{&weft_rt_fiber_switch, WEFT_ON_SWITCH, 0}}};
  struct Main {
    weft_fiber fiber;
    ~Main() { weft_fiber_free(fiber); }
  } main{weft_fiber_alloc(entry, WEFT_STACK_8M)};
  if (!main.fiber)
    return nullptr;
  weft_fiber_place *place = place_in(main.fiber & WEFT_SLOT_MASK);
  weft_payload io;
  io.i[0] = reinterpret_cast<uint64_t>(arg);
  io.i[1] = WEFT_FIBER_BY_RESUME;
  place->k = WEFT_FIBER_RUNNING;
  weft_rt_resume(main.fiber, &on, &io, &io, nullptr);
  return as_pointer(io.i[0]);
}

} // extern "C"
